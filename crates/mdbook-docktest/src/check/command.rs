//! Checks how a command ended: its exit status, its stream, and its time.

use std::ops::Range;
use std::time::Duration;

use super::Difference;
use super::missing_image::{MissingImage, missing_images};
use super::quote::quote;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{ExitExpectation, Follow, Step};
use crate::terminal;

/// A command and its expectations.
pub(super) struct CommandCheck<'a> {
    pub(super) step: &'a Step,
    pub(super) command: &'a CommandRecording,
    pub(super) span: &'a Range<usize>,
    /// Whether the step's attributes `exit`, `until` and the like apply to it.
    pub(super) is_last: bool,
}

impl CommandCheck<'_> {
    fn with(&self, code: Code, message: String, help: Option<String>) -> Difference {
        Difference { code, span: self.span.clone(), message, help, remedies: Vec::new() }
    }

    fn follow(&self) -> Option<&Follow> {
        self.step.attributes.follow.as_ref().filter(|_| self.is_last)
    }

    /// Returns the expected exit status; `None` for any.
    fn expected_status(&self) -> Option<i32> {
        match self.step.attributes.exit {
            ExitExpectation::Any => None,
            ExitExpectation::Code(code) => Some(if self.is_last { code } else { 0 }),
        }
    }

    /// Returns the images because of which the command failed unexpectedly.
    pub(super) fn missing_images(&self) -> Vec<MissingImage> {
        let status = self.command.end.status().filter(|status| *status != 0);
        let is_unexpected =
            |status: i32| self.expected_status().is_some_and(|expected| expected != status);
        if !status.is_some_and(is_unexpected) {
            return Vec::new();
        }
        let output = self.command.transcript.output();
        missing_images(&self.command.command, &terminal::without_escapes(&output))
    }

    /// Returns the difference between how the command ended and how it should have.
    pub(super) fn difference(&self) -> Option<Difference> {
        match self.command.end {
            End::EngineLost => {
                let message = "the Docker Engine exited while this command was running".to_owned();
                Some(self.with(Code::EngineLost, message, None))
            }
            End::TimedOut { limit_ms } => {
                let (message, help) = timed_out(self.follow(), self.command, limit_ms);
                Some(self.with(Code::Timeout, message, Some(help)))
            }
            End::Stopped | End::Open | End::Typed => None,
            End::Exited { status } => match self.follow() {
                Some(follow) if !was_enough(follow, self.command) => {
                    let goal = match follow {
                        Follow::Until(pattern) => format!("a line matched `{pattern}`"),
                        Follow::Lines(count) => format!("it had printed {}", lines(*count)),
                        Follow::For(time) => format!("{} had passed", seconds(milliseconds(*time))),
                    };
                    let message = format!("the stream ended with status {status} before {goal}");
                    Some(self.with(Code::StreamEnded, message, Some(quote(self.command))))
                }
                _ => self.wrong_status(status),
            },
        }
    }

    fn wrong_status(&self, status: i32) -> Option<Difference> {
        let expected = self.expected_status().filter(|expected| *expected != status)?;
        let quoted = quote(self.command);
        let again = self.step.attributes.retry.map_or(String::new(), |time| {
            format!(", even after retrying for {}", seconds(milliseconds(time)))
        });
        let message =
            format!("this command exited with status {status} instead of {expected}{again}");
        let advice = if needs_terminal(self.command) {
            "add `tty`: this command needs a terminal".to_owned()
        } else if self.is_last {
            format!("if this is expected, add `exit={status}`")
        } else {
            "if this is expected, move the command to a block of its own with `exit=…`".to_owned()
        };
        Some(self.with(Code::ExitStatus, message, Some(format!("{advice}\n{quoted}"))))
    }
}

/// Returns the message and the help for a command that was stopped at its time limit.
fn timed_out(
    follow: Option<&Follow>,
    command: &CommandRecording,
    limit_ms: u64,
) -> (String, String) {
    const MORE_TIME: &str = "if it needs more time, add `timeout=2m`";
    const UNTIL: &str = "add `until=\"a regex for the last line to show\"`";
    let limit = seconds(limit_ms);
    let quoted = quote(command);
    if let Some(follow) = follow {
        let message = match follow {
            Follow::Until(pattern) => format!("no line matched `{pattern}` within {limit}"),
            Follow::Lines(count) => {
                format!("the stream did not print {} within {limit}", lines(*count))
            }
            Follow::For(time) => {
                format!(
                    "timed out after {limit}, before {} had passed",
                    seconds(milliseconds(*time))
                )
            }
        };
        return (message, format!("{MORE_TIME}\n{quoted}"));
    }
    if command.transcript.terminal.is_none() && command.transcript.is_empty() {
        return (
            format!("this command timed out after {limit} without output"),
            format!("{MORE_TIME}; if it is an endless stream, {UNTIL}"),
        );
    }
    let help = if command.transcript.terminal.is_some() {
        format!(
            "if it waits for an answer, add `stdin=\"y\\n\"`; if it is an endless stream, {UNTIL}; \
             {MORE_TIME}\n{quoted}"
        )
    } else {
        format!(
            "if it is an endless stream, {UNTIL} (or `lines=3`, or `for=5s`); {MORE_TIME}\n{quoted}"
        )
    };
    (format!("this command timed out after {limit}"), help)
}

/// Whether docker rejected `-t` because the command has no terminal.
fn needs_terminal(command: &CommandRecording) -> bool {
    command.transcript.terminal.is_none()
        && command.transcript.output().contains("the input device is not a TTY")
}

fn was_enough(follow: &Follow, command: &CommandRecording) -> bool {
    let output = command.transcript.output();
    match follow {
        Follow::Until(pattern) => {
            output.lines().any(|line| pattern.is_match(&terminal::without_escapes(line)))
        }
        Follow::Lines(count) => output.matches('\n').count() >= *count,
        Follow::For(_) => false,
    }
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) {
        format!("{} s", milliseconds / 1000)
    } else {
        format!("{milliseconds} ms")
    }
}
