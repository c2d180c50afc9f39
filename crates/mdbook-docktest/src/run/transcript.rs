//! Records what a process prints, in bounded memory.

use std::collections::VecDeque;

use super::echo::{Echo, Parts};
use super::line_echo::LineEcho;
use crate::model::recording::{Chunk, Transcript};
use crate::model::stream::Stream;

/// Collects chunks. Of too much output, it keeps the beginning and the end.
pub(super) struct Recorder {
    half: usize,
    beginning: Vec<Chunk>,
    beginning_bytes: usize,
    end: VecDeque<Chunk>,
    end_bytes: usize,
    omitted: u64,
    /// How many line feeds were printed.
    line_feeds: usize,
    /// The bytes of an incomplete character, for each output stream.
    incomplete: [Vec<u8>; 2],
    /// The echo of what was last typed at a terminal.
    echo: Echo,
    /// The echo of the line that the recorded command itself is.
    line_echo: Option<LineEcho>,
}

impl Recorder {
    /// A recorder that keeps about `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            half: limit / 2,
            beginning: Vec::new(),
            beginning_bytes: 0,
            end: VecDeque::new(),
            end_bytes: 0,
            omitted: 0,
            line_feeds: 0,
            incomplete: [Vec::new(), Vec::new()],
            echo: Echo::default(),
            line_echo: None,
        }
    }

    /// Removes this echo from the start of the output.
    pub(super) fn without_echo(self, echo: LineEcho) -> Self {
        Self { line_echo: Some(echo), ..self }
    }

    /// Adds bytes of an output stream, and returns them as text. A character whose bytes arrive separately
    /// is added and returned with its last byte.
    pub(super) fn output(&mut self, stream: Stream, bytes: &[u8], at_ms: u64) -> String {
        let incomplete = &mut self.incomplete[usize::from(stream == Stream::Stderr)];
        incomplete.extend_from_slice(bytes);
        let rest = incomplete_tail(incomplete);
        let rest = incomplete.split_off(incomplete.len() - rest);
        let text = String::from_utf8_lossy(&std::mem::replace(incomplete, rest)).into_owned();
        let shown = match &mut self.line_echo {
            Some(echo) => echo.strip(&text).inspect(|_| self.line_echo = None),
            None => Some(text.clone()),
        };
        let Parts { before, echo, after } = self.echo.split(&shown.unwrap_or_default());
        self.add(stream, &before, at_ms);
        self.add(Stream::Typed, &echo, at_ms);
        self.add(stream, &after, at_ms);
        text
    }

    /// Removes the line that the output has not ended, and returns it.
    pub(super) fn take_open_line(&mut self, at_ms: u64) -> String {
        self.give_up_echo(at_ms);
        let mut line = String::new();
        loop {
            let (chunk, bytes) = match self.end.back_mut() {
                Some(chunk) => (Some(chunk), &mut self.end_bytes),
                None => (self.beginning.last_mut(), &mut self.beginning_bytes),
            };
            let Some(chunk) = chunk.filter(|chunk| chunk.stream == Stream::Stdout) else { break };
            let start = chunk.text.rfind('\n').map_or(0, |end| end + 1);
            let tail = chunk.text.split_off(start);
            *bytes -= tail.len();
            line.insert_str(0, &tail);
            if start > 0 {
                break;
            }
            if self.end.pop_back().is_none() {
                self.beginning.pop();
            }
        }
        line
    }

    /// Searches the output for this echo from now on, and records it as typed.
    pub(super) fn await_echo(&mut self, echo: Echo, at_ms: u64) {
        self.give_up_echo(at_ms);
        self.echo = echo;
    }

    /// How many lines have been printed and ended.
    pub(super) fn line_feeds(&self) -> usize {
        self.line_feeds
    }

    /// Whether what was last typed has not been echoed yet.
    pub(super) fn awaits_echo(&self) -> bool {
        self.echo.is_awaited()
    }

    fn give_up_echo(&mut self, at_ms: u64) {
        if let Some(echo) = self.line_echo.take() {
            self.add(Stream::Stdout, &echo.give_up(), at_ms);
        }
        let held = self.echo.give_up();
        self.add(Stream::Stdout, &held, at_ms);
    }

    /// Adds text that was typed.
    pub(super) fn typed(&mut self, text: &str, at_ms: u64) {
        self.add(Stream::Typed, text, at_ms);
    }

    /// Adds text that was printed.
    pub(super) fn printed(&mut self, text: &str, at_ms: u64) {
        self.add(Stream::Stdout, text, at_ms);
    }

    fn add(&mut self, stream: Stream, text: &str, at_ms: u64) {
        if text.is_empty() {
            return;
        }
        if stream != Stream::Typed {
            self.line_feeds += text.matches('\n').count();
        }
        let room = self.half.saturating_sub(self.beginning_bytes);
        let (first, second) = text.split_at(text.floor_char_boundary(room.min(text.len())));
        if !first.is_empty() && self.end.is_empty() {
            self.beginning_bytes += first.len();
            append(&mut self.beginning, stream, first, at_ms);
        }
        let second = if self.end.is_empty() { second } else { text };
        if !second.is_empty() {
            self.end_bytes += second.len();
            self.end.push_back(Chunk { stream, at_ms, text: second.to_owned() });
            self.shorten_end();
        }
    }

    fn shorten_end(&mut self) {
        while self.end_bytes > self.half {
            let surplus = self.end_bytes - self.half;
            let Some(oldest) = self.end.front_mut() else { break };
            let cut = oldest.text.ceil_char_boundary(surplus);
            if cut >= oldest.text.len() {
                self.end.pop_front();
            } else {
                oldest.text.drain(..cut);
            }
            self.end_bytes -= cut;
            self.omitted += cut as u64;
        }
    }

    /// Returns all that was added, or its beginning and its end.
    pub(super) fn finish(mut self, at_ms: u64) -> Transcript {
        self.give_up_echo(at_ms);
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = std::mem::take(&mut self.incomplete[usize::from(stream == Stream::Stderr)]);
            self.add(stream, &String::from_utf8_lossy(&rest), at_ms);
        }
        let mut chunks = self.beginning;
        let gap_after = chunks.len();
        for chunk in self.end {
            if self.omitted > 0 && chunks.len() == gap_after {
                chunks.push(chunk);
            } else {
                append(&mut chunks, chunk.stream, &chunk.text, chunk.at_ms);
            }
        }
        Transcript { chunks, omitted_bytes: self.omitted, ..Transcript::default() }
    }
}

/// Appends to the last chunk if it is of the same stream and the same millisecond; else adds a chunk.
fn append(chunks: &mut Vec<Chunk>, stream: Stream, text: &str, at_ms: u64) {
    match chunks.last_mut() {
        Some(last) if last.stream == stream && last.at_ms == at_ms => last.text.push_str(text),
        _ => chunks.push(Chunk { stream, at_ms, text: text.to_owned() }),
    }
}

/// The number of bytes at the end that begin a character whose other bytes may still arrive.
fn incomplete_tail(bytes: &[u8]) -> usize {
    (1..=bytes.len().min(3))
        .find(|&length| {
            let tail = &bytes[bytes.len() - length..];
            std::str::from_utf8(tail)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(limit: usize, pieces: &[&[u8]]) -> Transcript {
        let mut recorder = Recorder::new(limit);
        for piece in pieces {
            recorder.output(Stream::Stdout, piece, 0);
        }
        recorder.finish(0)
    }

    #[test]
    fn a_character_can_arrive_in_pieces() {
        let bytes = "é€𝄞".as_bytes();
        for cut in 0..bytes.len() {
            let transcript = recorded(100, &[&bytes[..cut], &bytes[cut..]]);
            assert_eq!(transcript.output(), "é€𝄞", "cut at {cut}");
        }
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(recorded(100, &[b"a\xffb", b"c\xc3"]).output(), "a\u{fffd}bc\u{fffd}");
    }

    #[test]
    fn streams_keep_their_order() {
        let mut recorder = Recorder::new(100);
        recorder.output(Stream::Stdout, b"one ", 1);
        recorder.output(Stream::Stderr, b"two ", 1);
        recorder.typed("y\n", 2);
        recorder.output(Stream::Stdout, b"three", 3);
        let transcript = recorder.finish(4);
        assert_eq!(transcript.to_string(), "one two y\nthree");
        assert_eq!(transcript.output(), "one two three");
    }

    #[test]
    fn an_echo_is_recorded_as_typed() {
        let mut recorder = Recorder::new(100);
        recorder.output(Stream::Stdout, b"sure? ", 1);
        recorder.await_echo(Echo::for_line("y\n"), 2);
        recorder.output(Stream::Stdout, b"y\r\n", 3);
        recorder.await_echo(Echo::for_interrupt(), 4);
        recorder.output(Stream::Stdout, b"^", 5);
        let transcript = recorder.finish(6);
        let streams: Vec<_> = transcript.chunks.iter().map(|chunk| chunk.stream).collect();
        assert_eq!(streams, [Stream::Stdout, Stream::Typed, Stream::Stdout, Stream::Stdout]);
        assert_eq!(transcript.to_string(), "sure? y\r\n^");
    }

    #[test]
    fn the_open_line_is_taken_from_any_number_of_pieces() {
        let mut recorder = Recorder::new(60);
        assert_eq!(recorder.take_open_line(0), "");
        for piece in [&b"one\ntwo"[..], b" thr", b"ee 45678", b"9 # "] {
            recorder.output(Stream::Stdout, piece, 0);
        }
        assert_eq!(recorder.take_open_line(1), "two three 456789 # ");
        recorder.typed("y", 2);
        recorder.output(Stream::Stdout, b"rest", 3);
        assert_eq!(recorder.take_open_line(4), "rest");
        assert_eq!(recorder.take_open_line(4), "");
        assert_eq!(recorder.finish(5).to_string(), "one\ny");
    }

    #[test]
    fn the_echo_of_the_command_itself_is_not_recorded() {
        let mut recorder = Recorder::new(100).without_echo(LineEcho::new("echo hi"));
        assert_eq!(recorder.output(Stream::Stdout, b"echo h", 0), "echo h");
        recorder.output(Stream::Stdout, b"i\r\nhi\r\n/ # ", 0);
        assert_eq!(recorder.take_open_line(0), "/ # ");
        assert_eq!(recorder.finish(0).to_string(), "hi\r\n");
    }

    #[test]
    fn the_middle_of_long_output_is_omitted_and_counted() {
        let transcript = recorded(10, &[b"0123456", b"789abcd", b"efghij"]);
        assert_eq!(transcript.output(), "01234fghij");
        assert_eq!(transcript.omitted_bytes, 10);
    }

    #[test]
    fn characters_are_not_cut() {
        let text = "é".repeat(50);
        let transcript = recorded(11, &[text.as_bytes()]);
        assert!(transcript.output().chars().all(|c| c == 'é'));
        assert_eq!(transcript.output().len() as u64 + transcript.omitted_bytes, 100);
    }
}
