//! The lines in which bash shows commands before it runs them (`set -x`).

use crate::model::recording::Transcript;
use crate::model::stream::Stream;

/// Removes one of two signs at the beginning of a line of `stream`: bash adds one for the `eval` in which
/// it runs a command, of which a reader's shell knows nothing.
pub(super) fn outdent(transcript: &mut Transcript, stream: Stream, sign: char) {
    /// What of a line has been read.
    enum Read {
        Nothing,
        Sign,
        More,
    }
    let mut read = Read::Nothing;
    for chunk in transcript.chunks.iter_mut().filter(|chunk| chunk.stream == stream) {
        chunk.text.retain(|c| {
            let is_second = matches!(read, Read::Sign) && c == sign;
            read = match read {
                _ if c == '\n' => Read::Nothing,
                Read::Nothing if c == sign => Read::Sign,
                _ => Read::More,
            };
            !is_second
        });
    }
    transcript.chunks.retain(|chunk| !chunk.text.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::Chunk;

    #[test]
    fn one_of_two_signs_is_removed_at_the_beginning_of_a_line() {
        let chunk = |stream, text: &str| Chunk { stream, at_ms: 0, text: text.to_owned() };
        let mut transcript = Transcript {
            chunks: vec![
                chunk(Stream::Stderr, "++ a ++\n+"),
                chunk(Stream::Stdout, "++ printed\n"),
                chunk(Stream::Stderr, "+"),
                chunk(Stream::Stderr, "+ b\n+ c\n ++ d\n"),
            ],
            ..Transcript::default()
        };
        outdent(&mut transcript, Stream::Stderr, '+');
        assert_eq!(
            transcript.chunks,
            [
                chunk(Stream::Stderr, "+ a ++\n+"),
                chunk(Stream::Stdout, "++ printed\n"),
                chunk(Stream::Stderr, "+ b\n+ c\n ++ d\n"),
            ]
        );
    }
}
