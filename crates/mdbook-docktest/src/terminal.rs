//! Output as it is left on a terminal's screen: text and its style.
//!
//! Output written to [pipes](pipe) is mostly plain text; output written to a terminal needs an
//! [`emulator`].

use std::borrow::Cow;

use crate::model::recording::Transcript;
use crate::model::stream::Stream;
use crate::model::stream::Streams;

mod emulator;
mod pipe;
mod style;
mod symbol;

pub(crate) use style::Style;

/// The height of all terminals, in lines.
pub(crate) const ROWS: u16 = 24;

/// Consecutive text of one stream in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) stream: Stream,
    pub(crate) style: Style,
    pub(crate) text: String,
}

/// What a transcript leaves on the screen, as pieces that are not empty.
pub(crate) fn screen(transcript: &Transcript) -> Vec<Piece> {
    if let Some(columns) = transcript.terminal {
        return emulator::screen(&transcript.chunks, columns);
    }
    let mut pieces = Vec::new();
    let mut styles = [Style::default(); 3];
    // Escape sequences and redrawn lines may be split across chunks.
    for chunks in transcript.chunks.chunk_by(|a, b| a.stream == b.stream) {
        let stream = chunks[0].stream;
        let style = &mut styles[stream as usize];
        match chunks {
            [chunk] => pipe::write(&chunk.text, stream, style, &mut pieces),
            chunks => {
                let text: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
                pipe::write(&text, stream, style, &mut pieces);
            }
        }
    }
    pieces
}

/// All text that a transcript leaves on the screen.
pub(crate) fn text(transcript: &Transcript) -> String {
    screen(transcript).into_iter().map(|piece| piece.text).collect()
}

/// The text of these streams that is left on the screen.
pub(crate) fn output(transcript: &Transcript, streams: Streams) -> String {
    let pieces = screen(transcript).into_iter();
    pieces.filter(|piece| streams.contains(piece.stream)).map(|piece| piece.text).collect()
}

/// The text that is left on the screen, with what was typed at questions, but not the keys that were pressed
/// with Ctrl.
pub(crate) fn output_with_answers(transcript: &Transcript) -> String {
    let pieces = screen(transcript).into_iter();
    let is_shown = |piece: &Piece| piece.stream != Stream::Typed || !piece.text.starts_with('^');
    pieces.filter(is_shown).map(|piece| piece.text).collect()
}

/// Appends text to the last piece if stream and style are the same, else as a new piece.
fn push(pieces: &mut Vec<Piece>, stream: Stream, style: Style, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.stream == stream && last.style == style => last.text.push_str(text),
        _ => pieces.push(Piece { stream, style, text: text.to_owned() }),
    }
}

/// The text left on a screen, without styles.
pub(crate) fn plain(text: &str) -> String {
    if !symbol::has_symbols(text) {
        return text.to_owned();
    }
    let mut pieces = Vec::new();
    pipe::write(text, Stream::Stdout, &mut Style::default(), &mut pieces);
    pieces.into_iter().map(|piece| piece.text).collect()
}

/// Removes escape sequences.
pub(crate) fn without_escapes(text: &str) -> Cow<'_, str> {
    if text.contains('\x1b') {
        anstream::adapter::strip_str(text).to_string().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::recording::Chunk;

    fn transcript(chunks: &[(Stream, &str)]) -> Transcript {
        let chunk = |(stream, text): &(Stream, &str)| Chunk {
            stream: *stream,
            at_ms: 0,
            text: (*text).to_owned(),
        };
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() }
    }

    fn shown(chunks: &[(Stream, &str)]) -> Vec<(Stream, Style, String)> {
        let pieces = screen(&transcript(chunks)).into_iter();
        pieces.map(|piece| (piece.stream, piece.style, piece.text)).collect()
    }

    #[test]
    fn escape_sequences_and_redrawn_lines_are_resolved() {
        assert_eq!(plain("\x1b[1;32mok\x1b[0m\té\n"), "ok\té\n");
        assert_eq!(plain("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
        assert_eq!(plain("50%\r"), "50%");
        assert_eq!(plain("50%\r\x1b[0m\r\n"), "50%\n");
        assert_eq!(plain("a\nb\rc\n\rd\re"), "a\nc\ne");
        assert_eq!(plain("\x1b[2K\rPulling\x1b[K\n"), "Pulling\n");
        assert_eq!(plain("\x1b]0;title\x07a\x1b]8;;x\x1b\\b\x1b]8;;\x1b\\c\x1b(B\x1b7\n"), "abc\n");
    }

    #[test]
    fn other_control_characters_are_visible() {
        assert_eq!(plain("a\0b\x08c\u{85}\x07\n"), "a␀b␈c<U+0085>␇\n");
        assert_eq!(plain("\u{202e}txt.exe"), "<U+202E>txt.exe");
        assert_eq!(plain("\x1b"), "␛");
        assert_eq!(plain("\x1b[31"), "␛[31");
        assert_eq!(plain("\x1b]0;title\nand the rest"), "␛]0;title\nand the rest");
        assert_eq!(plain("\x1b[\x1b[1mbold"), "␛[bold");
    }

    #[test]
    fn colours_stay_with_their_text() {
        let (out, plain) = (Stream::Stdout, Style::default());
        let red = plain.select("31");
        assert_eq!(
            shown(&[(out, "a\x1b[31mb\nc\x1b[0md\0")]),
            [
                (out, plain, "a".into()),
                (out, red, "b\nc".into()),
                (out, plain, "d".into()),
                (out, Style { symbol: true, ..plain }, "␀".into()),
            ]
        );
        assert_eq!(
            shown(&[(out, "1\n\x1b[31m10%\r\x1b[32m20%\r\x1b[0mdone")]),
            [(out, plain, "1\ndone".into())],
            "overwritten text and its colours are gone"
        );
    }

    #[test]
    fn each_stream_has_its_own_style() {
        let (out, err, plain) = (Stream::Stdout, Stream::Stderr, Style::default());
        let red = plain.select("31");
        assert_eq!(
            shown(&[(err, "\x1b[31mbad\n"), (out, "fine\n"), (err, "worse\n\x1b[m")]),
            [
                (err, red, "bad\n".into()),
                (out, plain, "fine\n".into()),
                (err, red, "worse\n".into()),
            ]
        );
    }

    #[test]
    fn a_sequence_may_be_split_across_chunks() {
        let out = Stream::Stdout;
        let red = Style::default().select("31");
        let chunks = [
            (out, "\x1b[3"),
            (out, "1mred\r"),
            (out, "\nend"),
            (Stream::Stderr, "oh"),
            (Stream::Stderr, ""),
            (Stream::Typed, "\x1b[0m"),
        ];
        assert_eq!(
            shown(&chunks),
            [(out, red, "red\nend".into()), (Stream::Stderr, Style::default(), "oh".into())]
        );
    }

    #[test]
    fn any_number_of_unterminated_sequences_is_shown() {
        for (part, shown) in [
            ("\x1b]", "␛]"),
            ("\x1b[", "␛["),
            ("\x1bP\x01", "␛P␁"),
            ("\r", ""),
            ("\x1b]x\n", "␛]x\n"),
        ] {
            assert!(plain(&part.repeat(50_000)) == shown.repeat(50_000), "{part:?}");
        }
    }

    proptest! {
        #[test]
        fn text_without_control_characters_is_unchanged(text in "(\\PC|[\n\t]){0,80}") {
            prop_assert_eq!(plain(&text), text);
        }

        #[test]
        fn resolving_is_idempotent(text in any::<String>()) {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }

        #[test]
        fn no_piece_is_empty_or_like_its_neighbour(
            texts in prop::collection::vec("(\x1b\\[3[1-3]m|[a\n\r\0]){0,6}", 0..8),
        ) {
            let streams = [Stream::Stdout, Stream::Stderr, Stream::Typed].into_iter().cycle();
            let chunks: Vec<_> = streams.zip(texts.iter().map(String::as_str)).collect();
            let pieces = screen(&transcript(&chunks));
            prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
            let is_alike = |pair: &[Piece]| {
                pair[0].stream == pair[1].stream && pair[0].style == pair[1].style
            };
            prop_assert!(!pieces.windows(2).any(is_alike));
        }
    }
}
