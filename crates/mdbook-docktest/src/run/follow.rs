//! Whether the author's condition for stopping a stream is met.

use std::time::{Duration, Instant};

use crate::model::scenario::Follow;
use crate::model::stream::Stream;
use crate::terminal::without_escapes;

/// How much of an unfinished line is kept, in bytes: a line may never end.
const LINE_LIMIT: usize = 64 * 1024;

/// Checks the output of a step against a condition.
pub(super) struct Watch<'a> {
    follow: &'a Follow,
    start: Instant,
    /// The unfinished line of each output stream.
    unfinished: [String; 2],
    lines: usize,
    satisfied: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(follow: &'a Follow, start: Instant) -> Self {
        Self { follow, start, unfinished: Default::default(), lines: 0, satisfied: false }
    }

    /// Observes output.
    pub(super) fn observe(&mut self, stream: Stream, text: &str) {
        let unfinished = &mut self.unfinished[usize::from(stream == Stream::Stderr)];
        unfinished.push_str(text);
        let mut start = 0;
        while let Some(length) = unfinished[start..].find('\n') {
            self.lines += 1;
            let line = &unfinished[start..start + length];
            self.satisfied |= reached(self.follow, line, self.lines);
            start += length + 1;
        }
        unfinished.drain(..start);
        let surplus = unfinished.len().saturating_sub(LINE_LIMIT);
        unfinished.drain(..unfinished.ceil_char_boundary(surplus));
        // A prompt or a progress line is never finished, and can be what the author waits for.
        if matches!(self.follow, Follow::Until(_)) {
            self.satisfied |= reached(self.follow, unfinished, self.lines);
        }
    }

    /// When the condition is met by time alone.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.follow {
            Follow::For(time) => Some(self.start + *time),
            Follow::Until(_) | Follow::Lines(_) => None,
        }
    }

    /// Whether the condition is met.
    pub(super) fn is_satisfied(&self) -> bool {
        self.satisfied || self.deadline().is_some_and(|deadline| Instant::now() >= deadline)
    }
}

fn reached(follow: &Follow, line: &str, lines: usize) -> bool {
    match follow {
        Follow::Until(pattern) => pattern.is_match(&without_escapes(line.trim_end_matches('\r'))),
        Follow::Lines(count) => lines >= *count,
        Follow::For(Duration { .. }) => false,
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn satisfied_by(follow: &Follow, pieces: &[&str]) -> bool {
        let mut watch = Watch::new(follow, Instant::now());
        for piece in pieces {
            watch.observe(Stream::Stdout, piece);
        }
        watch.is_satisfied()
    }

    #[test]
    fn a_pattern_is_searched_for_in_each_line() {
        let until = Follow::Until(Regex::new("^ready$").unwrap());
        assert!(satisfied_by(&until, &["start\nrea", "dy\n"]));
        assert!(satisfied_by(&until, &["ready\r\n"]));
        assert!(!satisfied_by(&until, &["not ready\n"]));
    }

    #[test]
    fn an_unfinished_line_can_match_a_pattern() {
        let until = Follow::Until(Regex::new(r"\[y/N\]").unwrap());
        assert!(satisfied_by(&until, &["Are you sure? [y", "/N] "]));
    }

    #[test]
    fn only_the_end_of_a_long_line_is_kept() {
        let until = Follow::Until(Regex::new("ready").unwrap());
        let mut watch = Watch::new(&until, Instant::now());
        for _ in 0..10 {
            watch.observe(Stream::Stdout, &"é".repeat(LINE_LIMIT));
        }
        assert!(watch.unfinished[0].len() <= LINE_LIMIT);
        watch.observe(Stream::Stdout, "rea");
        watch.observe(Stream::Stdout, "dy");
        assert!(watch.is_satisfied());
    }

    #[test]
    fn only_finished_lines_are_counted() {
        let two = Follow::Lines(2);
        assert!(!satisfied_by(&two, &["one\ntwo"]));
        assert!(satisfied_by(&two, &["one\ntwo", "\n"]));
    }

    #[test]
    fn a_duration_is_met_by_time_alone() {
        assert!(satisfied_by(&Follow::For(Duration::ZERO), &[]));
        assert!(!satisfied_by(&Follow::For(Duration::from_secs(60)), &["a\n", "b\n"]));
    }
}
