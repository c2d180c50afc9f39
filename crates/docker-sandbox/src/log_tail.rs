//! The end of an engine's log.

use std::io::{PipeReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How many bytes of the log are kept, for the message when the engine fails.
const CAPACITY: usize = 16 * 1024;

/// Reads a log until all its writers have closed it, and keeps the end.
#[derive(Debug, Clone)]
pub(crate) struct LogTail {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Arc<Mutex<Option<thread::JoinHandle<()>>>>,
}

impl LogTail {
    pub(crate) fn follow(mut pipe: PipeReader) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..count]);
                let surplus = kept.len().saturating_sub(CAPACITY);
                kept.drain(..surplus);
            }
        });
        Self { text, reader: Arc::new(Mutex::new(Some(reader))) }
    }

    /// The end of what was logged so far.
    pub(crate) fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Waits until all writers have closed the log, and returns its end. Blocks for as long as one
    /// of them runs.
    pub(crate) fn after_end(&self) -> String {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            // If the reader panicked, what it has read is still in `text`.
            let _ = reader.join();
        }
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Write, pipe};

    use super::*;

    #[test]
    fn only_the_end_of_a_long_log_is_kept() {
        let (reader, mut writer) = pipe().unwrap();
        let log = LogTail::follow(reader);
        writer.write_all(&[b'a'; CAPACITY]).unwrap();
        writer.write_all(b"last line\n").unwrap();
        drop(writer);
        let text = log.after_end();
        assert_eq!(text.len(), CAPACITY);
        assert!(text.ends_with("aaalast line\n"));
    }
}
