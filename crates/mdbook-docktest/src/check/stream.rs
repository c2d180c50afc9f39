//! Attributes for a stream that did not end in time, chosen from what it printed and from what the chapter shows.
//!
//! The same tutorial must get the same attribute in each run. So nothing here depends on how many lines came before
//! the time was over, or on how long the stream had been silent just then.

use std::sync::LazyLock;

use regex::Regex;

use super::fix::Fix;
use crate::expect::masked;
use crate::model::recording::{CommandRecording, Transcript};
use crate::model::remedy::Basis;
use crate::model::scenario::shown_lines;
use crate::model::stream::Streams;
use crate::terminal;
use crate::text::keys;

/// How many lines are shown of a steady stream of which the chapter shows none.
const SOME_LINES: usize = 3;
/// How long a screen that is drawn again and again is followed: Docker's first figures come after 2 s.
const SCREEN_SECONDS: u64 = 5;
/// The number of characters of a line that it is recognized by.
const RECOGNIZED: usize = 60;
/// How long a stream must have been silent to be at rest, in milliseconds.
const SILENCE_MS: u64 = 1_000;

/// Commands that follow something, and never end.
static FOLLOWS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?x) \A \s* (?: docker \s .* \b logs \b .* \s (?: -[a-zA-Z]*f[a-zA-Z]*|--follow ) \b
        | docker \s+ (?: system \s+ )? events \b
        | docker \s+ (?: container \s+ )? stats \b
        | docker \s+ (?: container \s+ )? attach \b
        | (?: docker \s+ (?: container \s+ | compose \s+ )? exec \s+ (?: -\S+ \s+ )* \S+ \s+ )?
          (?: tail \s (?: .* \s )? (?: -[a-zA-Z0-9]*[fF] | --follow ) \b
            | ping \s | top \s* (?: -b\s* )? \z )
        | watch \s | journalctl \s .* -f \b )";
    Regex::new(regex).expect("the regex is valid")
});

/// Commands that may start a server in the foreground.
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\s*docker\s(?:.*\s)?(?:run|up|start)\b";
    Regex::new(regex).expect("the regex is valid")
});

/// A screen that is drawn from its upper left corner.
static DRAWS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\x1b\[(?:1?(?:;1)?H|2J)").expect("the regex is valid"));

/// What stands for a value that changes, and numbers.
static VALUE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[[A-Z]+\]|[0-9a-f]{12,}|[0-9]+").expect("the regex is valid"));

/// Returns the attribute that ends a command which timed out; `None` if it does not look like an endless stream, or
/// if nothing was seen that will come in time again. `shown` is what the chapter shows of its output.
pub(super) fn fix(command: &CommandRecording, shown: Option<&str>, limit_ms: u64) -> Option<Fix> {
    let text = command.command.as_str();
    let basis = if FOLLOWS.is_match(text) {
        Basis::Proved
    } else if STARTS.is_match(text) {
        Basis::Proposed
    } else {
        return None;
    };
    if DRAWS.is_match(&command.transcript.output()) {
        let is_short = limit_ms <= SCREEN_SECONDS * 1_000;
        return if is_short { None } else { Some(Fix::seconds(SCREEN_SECONDS, basis)) };
    }
    let output = terminal::output(&command.transcript, Streams::Both);
    // A line without an end may be a question.
    if !output.ends_with('\n') {
        return None;
    }
    let shown = shown.map_or_else(Vec::new, shown_above_interrupt);
    let arrivals = Arrivals::of(&command.transcript, limit_ms);
    let count = shown_lines(shown.iter().copied());
    if !arrivals.are_over() {
        let counts = [count, SOME_LINES, 1];
        let count = counts.into_iter().find(|count| arrivals.come_in_time(*count))?;
        return Some(Fix::lines(count, basis));
    }
    let printed: Vec<&str> = output.lines().collect();
    let last_shown = shown.last().and_then(|line| only(line, &printed));
    let until = last_shown.or_else(|| only(printed.last()?, &printed));
    let all = arrivals.at_ms.len();
    let some = if (1..all).contains(&count) { count } else { all };
    Some(until.map_or_else(|| Fix::lines(some, basis), |regex| Fix::until(regex, basis)))
}

/// The lines that a chapter shows above `^C`.
fn shown_above_interrupt(expected: &str) -> Vec<&str> {
    let lines = expected.lines().take_while(|line| !keys::is_interrupt(line));
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// When each line of a stream came.
struct Arrivals {
    at_ms: Vec<u64>,
    limit_ms: u64,
}

impl Arrivals {
    fn of(transcript: &Transcript, limit_ms: u64) -> Self {
        let lines = transcript.chunks.iter().filter(|chunk| Streams::Both.contains(chunk.stream));
        let ends =
            lines.flat_map(|chunk| chunk.text.matches('\n').map(|_| chunk.at_ms.min(limit_ms)));
        Self { at_ms: ends.collect(), limit_ms }
    }

    /// Whether no more are to be expected: a steady stream is never silent for twice as long as between two lines.
    fn are_over(&self) -> bool {
        let gaps = self.at_ms.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        let silence = self.limit_ms - self.at_ms.last().copied().unwrap_or_default();
        silence >= SILENCE_MS && silence > 2 * gaps.max().unwrap_or_default()
    }

    /// Whether so many lines come in time even if they are a third slower another time.
    fn come_in_time(&self, count: usize) -> bool {
        let last = count.checked_sub(1).and_then(|index| self.at_ms.get(index));
        last.is_some_and(|at_ms| at_ms * 4 <= self.limit_ms * 3)
    }
}

/// Returns a regex that matches a line like this one, with other values, if there is exactly one among the lines.
fn only(line: &str, lines: &[&str]) -> Option<String> {
    let text: String = line.trim().chars().take(RECOGNIZED).collect();
    if text.is_empty() {
        return None;
    }
    let pattern = pattern(&text);
    let regex = Regex::new(&pattern).ok()?;
    (lines.iter().filter(|line| regex.is_match(line)).count() == 1).then_some(pattern)
}

fn pattern(text: &str) -> String {
    let masked = masked(text);
    let mut pattern = String::new();
    let mut at = 0;
    for value in VALUE.find_iter(&masked) {
        let found = value.as_str();
        let any = match found.as_bytes()[0] {
            b'[' if text.contains(found) => continue,
            b'[' => ".+",
            _ if found.len() < 12 => r"\d+",
            _ => "[0-9a-f]+",
        };
        pattern.push_str(&regex::escape(&masked[at..value.start()]));
        pattern.push_str(any);
        at = value.end();
    }
    pattern.push_str(&regex::escape(&masked[at..]));
    // An info string cannot contain a backtick.
    pattern.replace('`', ".")
}

#[cfg(test)]
mod tests;
