//! The timing of a stream's lines, so that a page can play them back at the original speed.

use std::fmt::Write;

use crate::model::recording::{CommandRecording, End};

/// Shorter streams are not worth playing back.
const SHORTEST_MS: u64 = 500;
/// Longer silences are shortened to this.
const LONGEST_SILENCE_MS: u64 = 3_000;

/// The timing of a stream's lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Playback {
    /// For each line the time since the line before it was complete, in hundredths of a second,
    /// separated by spaces.
    pub(super) delays: String,
    /// Whether a silence was shortened.
    pub(super) is_shortened: bool,
}

impl Playback {
    /// Returns the timing if the command was followed, stopped, and wrote to pipes; at a terminal, lines
    /// are redrawn.
    pub(super) fn from_command(command: &CommandRecording) -> Option<Self> {
        let transcript = &command.transcript;
        let chunks = transcript.chunks.as_slice();
        let (first, last) = (chunks.first()?.at_ms, chunks.last()?.at_ms);
        let is_worth_it = last.saturating_sub(first) >= SHORTEST_MS;
        let is_stream = command.end == End::Stopped && transcript.terminal.is_none();
        if !is_stream || !is_worth_it || transcript.omitted_bytes > 0 {
            return None;
        }
        // Rendering the output to text keeps all line feeds.
        let completed = chunks
            .iter()
            .flat_map(|chunk| chunk.text.matches('\n').map(|_| chunk.at_ms))
            .chain([command.duration_ms.max(last)]);
        let mut playback = Self { delays: String::new(), is_shortened: false };
        let mut before = 0;
        for at in completed {
            let silence = at.saturating_sub(before);
            playback.is_shortened |= silence > LONGEST_SILENCE_MS;
            let separator = if playback.delays.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            let _ = write!(playback.delays, "{separator}{}", silence.min(LONGEST_SILENCE_MS) / 10);
            before = before.max(at);
        }
        Some(playback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Chunk, Transcript};
    use crate::model::stream::Stream;

    fn stream(chunks: &[(u64, &str)]) -> CommandRecording {
        let chunk = |&(at_ms, text): &(u64, &str)| Chunk {
            stream: Stream::Stdout,
            at_ms,
            text: text.into(),
        };
        let transcript =
            Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
        CommandRecording {
            command: "cmd".into(),
            end: End::Stopped,
            transcript,
            parts: Vec::new(),
            failures: Vec::new(),
            duration_ms: 6_000,
        }
    }

    #[test]
    fn each_line_and_the_typed_end_have_a_delay() {
        let playback =
            Playback::from_command(&stream(&[(100, "1\n2\n"), (900, "3"), (1_150, "\n4\n")]));
        let expected = Playback { delays: "10 0 105 0 300".into(), is_shortened: true };
        assert_eq!(playback, Some(expected), "the silence from 1,150 to 6,000 ms is shortened");
    }

    #[test]
    fn only_a_complete_stream_of_some_duration_is_played_back() {
        let chunks = [(100, "1\n"), (600, "2\n")];
        let command = stream(&chunks);
        assert!(Playback::from_command(&command).is_some());
        assert_eq!(
            Playback::from_command(&CommandRecording { end: End::EngineLost, ..command.clone() }),
            None
        );
        let cut = Transcript { omitted_bytes: 1, ..command.transcript.clone() };
        assert_eq!(Playback::from_command(&CommandRecording { transcript: cut, ..command }), None);
        assert_eq!(Playback::from_command(&stream(&[(100, "1\n"), (599, "2\n")])), None);
        assert_eq!(Playback::from_command(&stream(&[])), None);
    }

    #[test]
    fn decreasing_times_do_not_panic() {
        let command = stream(&[(u64::MAX, "1\n"), (0, "2\n"), (u64::MAX, "3\n")]);
        assert_eq!(Playback::from_command(&command), None);
        let command = stream(&[(0, "1\n"), (u64::MAX, "2\n"), (5, "3\n"), (9_000, "")]);
        assert_eq!(
            Playback::from_command(&command).map(|playback| playback.delays).as_deref(),
            Some("0 300 0 0")
        );
    }
}
