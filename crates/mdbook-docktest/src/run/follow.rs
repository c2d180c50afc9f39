//! Whether a stream has been followed long enough.

use std::time::{Duration, Instant};

use crate::model::scenario::Follow;
use crate::model::stream::Stream;
use crate::terminal::without_escapes;

/// How much of a line is kept that does not end: it may go on for ever.
const LINE_LIMIT: usize = 64 * 1024;

/// Watches one step's output.
pub(super) struct Watch<'a> {
    follow: &'a Follow,
    start: Instant,
    /// For each output stream, the line that has no end yet.
    unfinished: [String; 2],
    lines: usize,
    satisfied: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(follow: &'a Follow, start: Instant) -> Self {
        Self { follow, start, unfinished: Default::default(), lines: 0, satisfied: false }
    }

    /// Takes note of what came.
    pub(super) fn see(&mut self, stream: Stream, text: &str) {
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
        // A prompt or a progress line is never finished, and can be what is waited for.
        if matches!(self.follow, Follow::Until(_)) {
            self.satisfied |= reached(self.follow, unfinished, self.lines);
        }
    }

    /// When time alone will satisfy it.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.follow {
            Follow::For(time) => Some(self.start + *time),
            Follow::Until(_) | Follow::Lines(_) => None,
        }
    }

    /// Whether it is enough.
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
            watch.see(Stream::Stdout, piece);
        }
        watch.is_satisfied()
    }

    #[test]
    fn a_pattern_is_looked_for_in_each_line() {
        let until = Follow::Until(Regex::new("^ready$").unwrap());
        assert!(satisfied_by(&until, &["start\nrea", "dy\n"]));
        assert!(satisfied_by(&until, &["ready\r\n"]));
        assert!(!satisfied_by(&until, &["not ready\n"]));
    }

    #[test]
    fn a_prompt_without_an_end_counts_for_a_pattern() {
        let until = Follow::Until(Regex::new(r"\[y/N\]").unwrap());
        assert!(satisfied_by(&until, &["Are you sure? [y", "/N] "]));
    }

    #[test]
    fn a_line_without_end_is_kept_in_part() {
        let until = Follow::Until(Regex::new("ready").unwrap());
        let mut watch = Watch::new(&until, Instant::now());
        for _ in 0..10 {
            watch.see(Stream::Stdout, &"é".repeat(LINE_LIMIT));
        }
        assert!(watch.unfinished[0].len() <= LINE_LIMIT);
        watch.see(Stream::Stdout, "rea");
        watch.see(Stream::Stdout, "dy");
        assert!(watch.is_satisfied());
    }

    #[test]
    fn lines_count_when_they_are_whole() {
        let two = Follow::Lines(2);
        assert!(!satisfied_by(&two, &["one\ntwo"]));
        assert!(satisfied_by(&two, &["one\ntwo", "\n"]));
    }

    #[test]
    fn time_alone_satisfies_for() {
        assert!(satisfied_by(&Follow::For(Duration::ZERO), &[]));
        assert!(!satisfied_by(&Follow::For(Duration::from_secs(60)), &["a\n", "b\n"]));
    }
}
