//! What a terminal would leave on the screen, as plain text.
//!
//! What was written to pipes is plain text, mostly: colours and cursor movements are dropped. A line
//! that was redrawn after carriage returns, as progress bars are, is shown in its last state. Tabs
//! and line feeds are the only control characters that stay.
//!
//! What was written to a terminal was meant for one, so an [`emulator`] reads it.

use std::borrow::Cow;

use crate::recording::{Stream, Transcript};
use crate::scenario::Streams;

mod emulator;

/// The height of terminals, in lines.
pub(crate) const ROWS: u16 = 24;

/// Consecutive text of one stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) stream: Stream,
    pub(crate) text: String,
}

/// What a transcript leaves on the screen. Empty pieces are left out.
pub(crate) fn screen(transcript: &Transcript) -> Vec<Piece> {
    if let Some(columns) = transcript.terminal {
        return emulator::screen(&transcript.chunks, columns);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for chunk in &transcript.chunks {
        // An escape sequence or a redrawn line may be cut anywhere between two chunks.
        push(&mut pieces, chunk.stream, &chunk.text);
    }
    for piece in &mut pieces {
        piece.text = plain(&piece.text);
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// All that a transcript leaves on the screen.
pub(crate) fn text(transcript: &Transcript) -> String {
    match transcript.terminal {
        Some(_) => screen(transcript).into_iter().map(|piece| piece.text).collect(),
        None => plain(&transcript.to_string()),
    }
}

/// What these streams leave on the screen.
pub(crate) fn output(transcript: &Transcript, streams: Streams) -> String {
    let pieces = screen(transcript);
    let shown = pieces.iter().filter(|piece| streams.contains(piece.stream));
    shown.map(|piece| piece.text.as_str()).collect()
}

/// Adds to the last piece what is of the same stream.
fn push(pieces: &mut Vec<Piece>, stream: Stream, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.stream == stream => last.text.push_str(text),
        _ => pieces.push(Piece { stream, text: text.to_owned() }),
    }
}

/// Text as a terminal leaves it.
pub(crate) fn plain(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    let lines: Vec<&str> = stripped.split('\n').map(last_state).collect();
    let mut plain = lines.join("\n");
    plain.retain(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    plain
}

/// Text without colours and cursor movements.
pub(crate) fn without_escapes(text: &str) -> Cow<'_, str> {
    if text.contains('\x1b') {
        anstream::adapter::strip_str(text).to_string().into()
    } else {
        text.into()
    }
}

fn last_state(line: &str) -> &str {
    line.rsplit('\r').find(|state| !state.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::Chunk;

    fn transcript(chunks: &[(Stream, &str)]) -> Transcript {
        let chunk = |(stream, text): &(Stream, &str)| Chunk {
            stream: *stream,
            at_ms: 0,
            text: (*text).to_owned(),
        };
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() }
    }

    #[test]
    fn colours_and_redrawn_lines_are_resolved() {
        assert_eq!(plain("\x1b[1;32mok\x1b[0m\té\n"), "ok\té\n");
        assert_eq!(plain("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
        assert_eq!(plain("50%\r"), "50%");
        assert_eq!(plain("\x1b]0;title\x07a\0b\x08c\u{85}\n"), "abc\n");
        assert_eq!(plain("\x1b[2K\rPulling\x1b[K\n"), "Pulling\n");
    }

    #[test]
    fn a_sequence_that_is_cut_between_chunks_is_one() {
        let out = Stream::Stdout;
        let transcript = transcript(&[
            (out, "\x1b[3"),
            (out, "1mred\r"),
            (out, "\nend"),
            (Stream::Stderr, "oh"),
            (Stream::Stderr, ""),
            (Stream::Typed, "\x1b[0m"),
        ]);
        let expected = [
            Piece { stream: out, text: "red\nend".into() },
            Piece { stream: Stream::Stderr, text: "oh".into() },
        ];
        assert_eq!(screen(&transcript), expected);
    }

    proptest! {
        #[test]
        fn text_without_control_characters_stays(text in "(\\PC|[\n\t]){0,80}") {
            prop_assert_eq!(plain(&text), text);
        }

        #[test]
        fn nothing_is_left_to_resolve(text in any::<String>()) {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
