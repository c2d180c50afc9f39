//! Attributes for a stream that did not end in time, chosen from what it printed.

use std::sync::LazyLock;

use regex::Regex;

use super::fix::Fix;
use crate::model::recording::CommandRecording;
use crate::model::remedy::Basis;
use crate::model::stream::Streams;
use crate::terminal;

/// The most lines that are shown of a stream that goes on.
const MOST_LINES: usize = 10;
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
        | tail \s (?: .* \s )? (?: -[a-zA-Z0-9]*[fF] | --follow ) \b
        | watch \s | journalctl \s .* -f \b | ping \s )";
    Regex::new(regex).expect("the regex is valid")
});

/// Commands that may start a server in the foreground.
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\s*docker\s(?:.*\s)?(?:run|up|start)\b";
    Regex::new(regex).expect("the regex is valid")
});

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[0-9a-f]{12,}|[0-9]+").expect("the regex is valid"));

/// Returns the attribute that ends a command which timed out where it was last at rest; `None` if it does not look
/// like an endless stream.
pub(super) fn fix(command: &CommandRecording, limit_ms: u64) -> Option<Fix> {
    let text = command.command.as_str();
    let basis = if FOLLOWS.is_match(text) {
        Basis::Proved
    } else if STARTS.is_match(text) {
        Basis::Proposed
    } else {
        return None;
    };
    let output = terminal::output(&command.transcript, Streams::Both);
    // A line without an end may be a question.
    if !output.ends_with('\n') {
        return None;
    }
    let count = command.transcript.output().matches('\n').count();
    let last_at = command.transcript.chunks.last().map_or(0, |chunk| chunk.at_ms);
    if last_at + SILENCE_MS > limit_ms {
        return Some(Fix::lines(count.min(MOST_LINES), basis));
    }
    Some(
        last_line(&output)
            .map_or_else(|| Fix::lines(count, basis), |regex| Fix::until(regex, basis)),
    )
}

/// Returns a regex that matches the last line of the output, and none before it.
fn last_line(output: &str) -> Option<String> {
    let lines: Vec<&str> = output.lines().collect();
    let (last, before) = lines.split_last()?;
    let text: String = last.trim().chars().take(RECOGNIZED).collect();
    let mut pattern = String::new();
    let mut at = 0;
    for number in NUMBER.find_iter(&text) {
        pattern.push_str(&regex::escape(&text[at..number.start()]));
        pattern.push_str(if number.len() < 12 { r"\d+" } else { "[0-9a-f]+" });
        at = number.end();
    }
    pattern.push_str(&regex::escape(&text[at..]));
    // An info string cannot contain a backtick.
    let pattern = pattern.replace('`', ".");
    let regex = Regex::new(&pattern).ok()?;
    let is_unique = !text.is_empty() && !before.iter().any(|line| regex.is_match(line));
    (is_unique && regex.is_match(last)).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Chunk, End, Transcript};
    use crate::model::stream::Stream;

    fn fix_for(command: &str, output: &str, at_ms: u64) -> Option<Fix> {
        let chunk = Chunk { stream: Stream::Stdout, at_ms, text: output.to_owned() };
        let recording = CommandRecording {
            duration_ms: 5_000,
            ..CommandRecording::new(
                command.to_owned(),
                End::TimedOut { limit_ms: 5_000 },
                Transcript { chunks: vec![chunk], ..Transcript::default() },
            )
        };
        fix(&recording, 5_000)
    }

    #[test]
    fn a_stream_at_rest_is_followed_until_its_last_line() {
        for command in [
            "docker logs -f web",
            "docker compose logs --follow",
            "docker events",
            "tail -n 3 -f log",
        ] {
            let until = |regex: &str| Some(Fix::until(regex.to_owned(), Basis::Proved));
            assert_eq!(
                fix_for(command, "start\nready on port 80 (pid 1)\n", 100),
                until(r"ready on port \d+ \(pid \d+\)")
            );
            assert_eq!(fix_for(command, "a\n`b`\n", 100), until(".b."));
            assert_eq!(
                fix_for(command, "tick 1\ntick 2\n", 100),
                Some(Fix::lines(2, Basis::Proved)),
                "{command}"
            );
        }
    }

    #[test]
    fn a_stream_that_goes_on_is_cut_after_some_lines() {
        let ticks = "tick\n".repeat(30);
        assert_eq!(fix_for("docker stats", &ticks, 4_900), Some(Fix::lines(10, Basis::Proved)));
        assert_eq!(
            fix_for("docker logs -f web", "tick\n", 4_900),
            Some(Fix::lines(1, Basis::Proved))
        );
    }

    #[test]
    fn a_server_in_the_foreground_may_also_be_slow() {
        let expected = Some(Fix::until("ready".to_owned(), Basis::Proposed));
        for command in ["docker run --rm nginx", "docker compose up", "docker start -a web"] {
            assert_eq!(fix_for(command, "ready\n", 100), expected, "{command}");
        }
    }

    #[test]
    fn other_commands_are_slow_or_wait() {
        assert_eq!(fix_for("sleep 60", "x\n", 100), None);
        assert_eq!(fix_for("make logs -f", "x\n", 100), None);
        assert_eq!(fix_for("docker logs web", "x\n", 100), None);
        assert_eq!(fix_for("docker run -it alpine", "Name? ", 100), None, "a question");
        assert_eq!(fix_for("docker logs -f web", "", 0), None, "nothing is known of it");
    }
}
