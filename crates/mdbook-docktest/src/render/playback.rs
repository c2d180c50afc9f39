//! The timing of an output's lines, so that a page can play them back.
//!
//! A stream is played back at its original speed. A session is typed faster than anybody can read: there is a
//! pause before each line that was typed.

use std::fmt::Write;

use crate::model::recording::{CommandRecording, End};
use crate::model::stream::Stream;
use crate::terminal::Piece;

/// Shorter streams are not worth playing back.
const SHORTEST_MS: u64 = 500;
/// Longer silences are shortened to this.
pub(super) const LONGEST_SILENCE_MS: u64 = 3_000;
/// The shortest pause before what was typed.
const TYPING_MS: u64 = 800;
/// With fewer typed lines, there is nothing to watch.
const FEWEST_TYPED: usize = 2;

/// The timing of lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Playback {
    /// For each line the time since the line before it was complete, in hundredths of a second,
    /// separated by spaces.
    pub(super) delays: String,
    /// Whether a silence was shortened.
    pub(super) is_shortened: bool,
    /// Whether pauses were added before what was typed.
    pub(super) is_typed: bool,
}

impl Playback {
    /// Returns the timing of a command's output, which is `pieces` on the page, if the command was followed
    /// and stopped, or several lines were typed at it.
    pub(super) fn from_command(command: &CommandRecording, pieces: &[Piece]) -> Option<Self> {
        let transcript = &command.transcript;
        let chunks = transcript.chunks.as_slice();
        let (first, last) = (chunks.first()?.at_ms, chunks.last()?.at_ms);
        let is_worth_it = last.saturating_sub(first) >= SHORTEST_MS;
        // At a terminal, lines are redrawn.
        let is_stream = command.end == End::Stopped && transcript.terminal.is_none() && is_worth_it;
        // Most commands are neither streams nor typed at.
        let may_be_typed = || pieces.iter().any(|piece| piece.stream == Stream::Typed);
        if !(is_stream || may_be_typed()) || transcript.omitted_bytes > 0 {
            return None;
        }
        let lines = Lines::new(command, pieces);
        let is_typed = lines.typed.iter().filter(|is_typed| **is_typed).count() >= FEWEST_TYPED;
        if !(is_stream || is_typed) {
            return None;
        }
        let mut playback = Self::default();
        playback.push(&lines, is_typed);
        Some(playback)
    }

    /// Returns the timing of a session: for each command, whether it was typed into a program and is thus a line
    /// of its own, and the lines of its output. `None` if too little was typed.
    pub(super) fn from_session<'a>(
        commands: impl Iterator<Item = (bool, &'a Lines)>,
    ) -> Option<Self> {
        let mut playback = Self { is_typed: true, ..Self::default() };
        let mut typed = 0;
        for (is_typed, lines) in commands {
            if is_typed {
                typed += 1;
                playback.delay(TYPING_MS);
            }
            playback.push(lines, true);
        }
        (typed >= FEWEST_TYPED).then_some(playback)
    }

    fn push(&mut self, lines: &Lines, has_pauses: bool) {
        for (silence, is_typed) in lines.silences.iter().zip(&lines.typed) {
            self.is_shortened |= *silence > LONGEST_SILENCE_MS;
            let is_short = has_pauses && *is_typed && *silence < TYPING_MS;
            self.is_typed |= is_short;
            self.delay(if is_short { TYPING_MS } else { (*silence).min(LONGEST_SILENCE_MS) });
        }
    }

    fn delay(&mut self, milliseconds: u64) {
        let separator = if self.delays.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(self.delays, "{separator}{}", milliseconds / 10);
    }
}

/// The lines of an output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// For each line the time since the line before it was complete, in milliseconds.
    silences: Vec<u64>,
    /// Whether some of the line was typed, other than keys such as `^C`.
    typed: Vec<bool>,
}

impl Lines {
    /// The lines of a command's output, which is `pieces` on the page.
    pub(super) fn new(command: &CommandRecording, pieces: &[Piece]) -> Self {
        let chunks = &command.transcript.chunks;
        let last = chunks.last().map_or(0, |chunk| chunk.at_ms);
        let completed: Vec<u64> = chunks
            .iter()
            .flat_map(|chunk| chunk.text.matches('\n').map(|_| chunk.at_ms))
            .chain([command.duration_ms.max(last)])
            .collect();
        let mut typed = vec![false];
        for piece in pieces {
            let is_typed = piece.stream == Stream::Typed && !piece.text.starts_with('^');
            for (index, part) in piece.text.split('\n').enumerate() {
                if index > 0 {
                    typed.push(false);
                }
                if let Some(line) = typed.last_mut() {
                    *line |= is_typed && !part.is_empty();
                }
            }
        }
        // Rendering the output of pipes to text keeps all line feeds. A terminal's lines can be redrawn, and
        // then only their last state has a time.
        let has_times = completed.len() == typed.len();
        let ends_line = pieces.last().is_none_or(|last| last.text.ends_with('\n'));
        let completed = match has_times {
            true => completed,
            false => vec![command.duration_ms.max(last); typed.len()],
        };
        let mut before = 0;
        let mut silences: Vec<u64> = Vec::with_capacity(typed.len());
        for at in completed {
            silences.push(at.saturating_sub(before));
            before = before.max(at);
        }
        if ends_line {
            // What is after the last line feed is no line.
            silences.pop();
            typed.pop();
        }
        Self { silences, typed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Chunk, Transcript};
    use crate::model::stream::Columns;
    use crate::terminal::{Style, screen};

    fn stream(chunks: &[(u64, &str)]) -> CommandRecording {
        let chunk = |&(at_ms, text): &(u64, &str)| Chunk {
            stream: Stream::Stdout,
            at_ms,
            text: text.into(),
        };
        let transcript =
            Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
        CommandRecording {
            duration_ms: 6_000,
            ..CommandRecording::new("cmd", End::Stopped, transcript)
        }
    }

    /// As on the page, where `^C` ends a stream.
    fn playback(command: &CommandRecording) -> Option<Playback> {
        let mut pieces = screen(&command.transcript);
        let text = "^C".to_owned();
        pieces.push(Piece { stream: Stream::Typed, style: Style::default(), text });
        Playback::from_command(command, &pieces)
    }

    #[test]
    fn each_line_and_the_typed_end_have_a_delay() {
        let playback = playback(&stream(&[(100, "1\n2\n"), (900, "3"), (1_150, "\n4\n")]));
        let expected =
            Playback { delays: "10 0 105 0 300".into(), is_shortened: true, is_typed: false };
        assert_eq!(playback, Some(expected), "the silence from 1,150 to 6,000 ms is shortened");
    }

    #[test]
    fn only_a_complete_stream_of_some_duration_is_played_back() {
        let chunks = [(100, "1\n"), (600, "2\n")];
        let command = stream(&chunks);
        assert!(playback(&command).is_some());
        assert_eq!(playback(&CommandRecording { end: End::EngineLost, ..command.clone() }), None);
        let cut = Transcript { omitted_bytes: 1, ..command.transcript.clone() };
        assert_eq!(playback(&CommandRecording { transcript: cut, ..command }), None);
        assert_eq!(playback(&stream(&[(100, "1\n"), (599, "2\n")])), None);
        assert_eq!(playback(&stream(&[])), None);
    }

    #[test]
    fn decreasing_times_do_not_panic() {
        let command = stream(&[(u64::MAX, "1\n"), (0, "2\n"), (u64::MAX, "3\n")]);
        assert_eq!(playback(&command), None);
        let command = stream(&[(0, "1\n"), (u64::MAX, "2\n"), (5, "3\n"), (9_000, "")]);
        assert_eq!(
            playback(&command).map(|playback| playback.delays).as_deref(),
            Some("0 300 0 0")
        );
    }

    /// A program at a terminal that echoes what is typed.
    fn typed(chunks: &[(u64, Stream, &str)]) -> CommandRecording {
        let chunk = |&(at_ms, stream, text): &(u64, Stream, &str)| Chunk {
            stream,
            at_ms,
            text: text.to_owned(),
        };
        let transcript = Transcript {
            chunks: chunks.iter().map(chunk).collect(),
            terminal: Columns::new(80),
            ..Transcript::default()
        };
        let end = End::Exited { status: 0 };
        CommandRecording { end, transcript, duration_ms: 70, ..stream(&[]) }
    }

    #[test]
    fn there_is_a_pause_before_each_typed_line() {
        let command = typed(&[
            (20, Stream::Stdout, "name? "),
            (30, Stream::Typed, "a\r\n"),
            (40, Stream::Stdout, "hello a\r\nsure? "),
            (4_050, Stream::Typed, "y\r\n"),
            (4_060, Stream::Stdout, "done\r\n"),
        ]);
        let pieces = screen(&command.transcript);
        let playback = Playback::from_command(&command, &pieces);
        let expected = Playback { delays: "80 1 300 1".into(), is_shortened: true, is_typed: true };
        assert_eq!(playback, Some(expected));
        let one = typed(&[(20, Stream::Stdout, "sure? "), (30, Stream::Typed, "y\r\n")]);
        assert_eq!(Playback::from_command(&one, &screen(&one.transcript)), None);
    }

    #[test]
    fn redrawn_lines_appear_when_all_is_done() {
        let command =
            typed(&[(20, Stream::Stdout, "1%\r\n\u{1b}[1A2%\r\n"), (50, Stream::Stdout, "end")]);
        let lines = Lines::new(&command, &screen(&command.transcript));
        assert_eq!(lines, Lines { silences: vec![70, 0], typed: vec![false, false] });
    }

    #[test]
    fn a_session_has_a_pause_before_each_command() {
        let lines = |output| {
            let command = typed(&[(20, Stream::Stdout, output)]);
            Lines::new(&command, &screen(&command.transcript))
        };
        let (opening, first, second) = (lines("welcome\r\n"), lines("a\r\nb\r\n"), lines(""));
        let session = [(false, &opening), (true, &first), (true, &second)];
        let expected =
            Playback { delays: "2 80 2 0 80".into(), is_shortened: false, is_typed: true };
        assert_eq!(Playback::from_session(session.into_iter()), Some(expected));
        assert_eq!(Playback::from_session(session[..2].iter().copied()), None, "one is not enough");
    }
}
