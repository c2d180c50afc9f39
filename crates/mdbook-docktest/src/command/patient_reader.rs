//! Reading what another program writes in many small pieces.

use std::io::{ErrorKind, Read, Result};
use std::thread;
use std::time::Duration;

/// How much is asked for at once: what a pipe of Linux holds.
const CHUNK: usize = 64 * 1024;

/// How long to let a pipe fill up, which takes mdBook longer.
const PAUSE: Duration = Duration::from_millis(1);

/// Reads `input` until its end.
///
/// mdBook 0.5 writes a book without a buffer: each string, quote and comma is a write of its own, nearly two hundred
/// thousand for a thousand chapters. Each of them wakes a reader that is waiting. So this one, when it has read all there
/// was, lets the pipe fill up before it reads again.
///
/// # Errors
///
/// Fails if `input` cannot be read.
pub(super) fn read_to_end(mut input: impl Read) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok(text),
            Ok(length) => {
                text.extend_from_slice(&chunk[..length]);
                if length < CHUNK {
                    thread::sleep(PAUSE);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::time::Instant;

    use super::*;

    #[test]
    fn all_pieces_are_read_in_order() {
        let (reader, mut writer) = io::pipe().unwrap();
        let pieces: Vec<String> = (0..20_000).map(|number| format!("{number},")).collect();
        let expected = pieces.concat();
        let writing = thread::spawn(move || {
            for piece in pieces {
                writer.write_all(piece.as_bytes()).unwrap();
            }
        });
        assert_eq!(read_to_end(reader).unwrap(), expected.as_bytes());
        writing.join().unwrap();
    }

    #[test]
    fn what_is_written_in_pieces_has_time_to_come_together() {
        let pieces = (0..10).map(|_| io::Cursor::new("{}"));
        let started = Instant::now();
        let text =
            read_to_end(pieces.fold(Box::new(io::empty()) as Box<dyn Read>, |all, piece| {
                Box::new(all.chain(piece))
            }));
        assert_eq!(text.unwrap().len(), 20);
        assert!(started.elapsed() >= 10 * PAUSE);
    }

    #[test]
    fn an_interrupted_read_is_repeated_and_another_error_returned() {
        struct Failing(Vec<ErrorKind>);
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> Result<usize> {
                self.0.pop().map_or(Ok(0), |kind| Err(kind.into()))
            }
        }
        assert!(read_to_end(Failing(vec![ErrorKind::Interrupted])).unwrap().is_empty());
        let error = read_to_end(Failing(vec![ErrorKind::BrokenPipe])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
}
