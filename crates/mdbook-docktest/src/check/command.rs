//! Checks how a command ended: its exit status, its stream, and its time.

use std::ops::Range;
use std::time::Duration;

use super::fix::Fix;
use super::missing_image::{MissingImage, missing_images};
use super::pipeline::FailedPart;
use super::quote::quote;
use super::status_use::StatusUse;
use super::{Chapter, Difference, stream};
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, ExitExpectation, Follow, Step};
use crate::terminal;
use crate::text::keys;

/// Where the shell itself could not go on.
const INTERRUPT_ABOVE_OTHERS: &str =
    "`^C` below it is pressed only for the last command of a block: split the block after `^C`";

/// A command and its expectations.
pub(super) struct CommandCheck<'a> {
    pub(super) step: &'a Step,
    pub(super) command: &'a CommandRecording,
    pub(super) span: &'a Range<usize>,
    /// Whether the step's attributes `exit`, `until` and the like apply to it.
    pub(super) is_last: bool,
    /// What the next command does with its status.
    pub(super) status_use: StatusUse,
    /// The chapter, to explain differences.
    pub(super) explained_by: Option<&'a Chapter<'a>>,
}

impl CommandCheck<'_> {
    pub(super) fn with(&self, code: Code, message: String, help: Option<String>) -> Difference {
        self.with_fixes(code, message, help, None)
    }

    pub(super) fn with_fixes(
        &self,
        code: Code,
        message: String,
        help: Option<String>,
        fixes: impl IntoIterator<Item = Fix>,
    ) -> Difference {
        let remedies = self.explained_by.map_or_else(Vec::new, |chapter| {
            fixes.into_iter().map(|fix| fix.remedy(chapter.text, self.step)).collect()
        });
        Difference { code, span: self.span.clone(), message, help, remedies }
    }

    /// The command as the chapter has it.
    pub(super) fn in_chapter(&self) -> Option<&Command> {
        self.step.commands.iter().find(|command| command.span == *self.span)
    }

    fn follow(&self) -> Option<&Follow> {
        self.step.attributes.follow.as_ref().filter(|_| self.is_last)
    }

    /// Returns the expected exit status; `None` for any.
    pub(super) fn expected_status(&self) -> Option<i32> {
        match self.step.attributes.exit {
            ExitExpectation::Any => None,
            ExitExpectation::Code(code) => Some(if self.is_last { code } else { 0 }),
        }
    }

    /// Returns the part of a pipeline that has failed, if the command must succeed and seems to have.
    fn failed_part(&self) -> Option<FailedPart> {
        self.expected_status().filter(|expected| *expected == 0)?;
        FailedPart::of(self.command)
    }

    /// Returns the images because of which the command failed unexpectedly.
    pub(super) fn missing_images(&self) -> Vec<MissingImage> {
        let status = self.command.end.status().filter(|status| *status != 0);
        let is_unexpected =
            |status: i32| self.expected_status().is_some_and(|expected| expected != status);
        if !status.is_some_and(is_unexpected) && self.failed_part().is_none() {
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
                let (message, mut help) = if self.is_out_of_time_by_others(limit_ms) {
                    out_of_time_by_others(self.command, limit_ms)
                } else {
                    timed_out(self.follow(), self.command, limit_ms)
                };
                if self.shows_interrupt() {
                    help = format!("{INTERRUPT_ABOVE_OTHERS}\n{help}");
                }
                let is_plain = self.is_last && self.follow().is_none();
                let fix = if is_plain {
                    stream::fix(self.command, self.shown_output(), limit_ms)
                } else {
                    None
                };
                Some(self.with_fixes(Code::Timeout, message, Some(help), fix))
            }
            // See `not_run` and `unanswered`.
            End::Unanswered | End::Stopped | End::Open | End::Typed | End::NotTyped => None,
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
                _ => self
                    .wrong_status(status)
                    .or_else(|| self.wrong_part())
                    .or_else(|| self.unwatched()),
            },
        }
    }

    /// Whether earlier commands of the step took most of its time.
    fn is_out_of_time_by_others(&self, limit_ms: u64) -> bool {
        let is_first = self.step.commands.first().is_none_or(|first| first.span == *self.span);
        !is_first && self.command.duration_ms < limit_ms / 2
    }

    /// What the chapter shows of its output, if that is shown for this command alone.
    fn shown_output(&self) -> Option<&str> {
        let below = self.in_chapter().and_then(|command| command.expectation.as_ref());
        let is_alone = self.step.commands.len() == 1;
        let block = self.step.expectations.first().filter(|_| is_alone);
        below.or(block).map(|expectation| expectation.text.as_str())
    }

    /// Whether the chapter shows `^C` below it although other commands follow.
    fn shows_interrupt(&self) -> bool {
        let expectation = self.in_chapter().and_then(|command| command.expectation.as_ref());
        expectation.is_some_and(|expected| expected.text.lines().any(keys::is_interrupt))
    }

    fn wrong_part(&self) -> Option<Difference> {
        let part = self.failed_part()?;
        let help = format!("{}\n{}", part.advice(), quote(self.command));
        Some(self.with(Code::ExitStatus, part.message(), Some(help)))
    }
}

/// Returns the message and the help for a command for which earlier ones have left little time.
fn out_of_time_by_others(command: &CommandRecording, limit_ms: u64) -> (String, String) {
    let message = format!(
        "this block timed out after {}; this command ran for {} of it",
        seconds(limit_ms),
        seconds(command.duration_ms)
    );
    const HELP: &str = "the time limit is for all commands of a block together: \
        add `timeout=2m`, or split the block";
    (message, format!("{HELP}\n{}", quote(command)))
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

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn seconds(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) {
        format!("{} s", milliseconds / 1000)
    } else {
        format!("{milliseconds} ms")
    }
}
