//! Compares a recording with its scenario.

use std::borrow::Cow;
use std::ops::Range;

use crate::expect::{Bindings, Placeholders};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{CommandRecording, End, Recording, StepRecording};
use crate::model::scenario::{ExitExpectation, Follow, Scenario, Step};
use crate::model::stream::Streams;
use crate::terminal;
use crate::text::position::line_and_column;

mod background;
pub(crate) mod lints;
mod output;
mod unpinned;

use self::output::AllExpected;
pub(crate) use self::output::printed;

/// The exit status of `docker run` if docker itself fails, rather than the container's command
/// (<https://docs.docker.com/reference/cli/docker/container/run/#exit-status>).
const DOCKER_FAILED: i32 = 125;

/// The number of lines of output that a finding quotes.
const QUOTED_LINES: usize = 4;
/// The number of characters that a finding quotes of each line.
const QUOTED_WIDTH: usize = 200;

/// Returns the differences between a chapter's recording and what its text expects, in the order of the
/// text. `placeholders` are those of the book.
pub(crate) fn check(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Vec<Finding> {
    let mut bindings = Bindings::default();
    let mut found = Vec::new();
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let expected = AllExpected::new(step, placeholders);
        match recorded {
            StepRecording::Ran { commands, .. } => {
                found.extend(differences(step, commands, &expected, &mut bindings));
            }
            StepRecording::Skipped => found.push(not_run(
                step.command.clone(),
                "this step did not run: an earlier step failed",
            )),
            StepRecording::Ignored => {}
        }
    }
    found.extend(background::differences(scenario, recording));
    found.sort_by_key(|difference| difference.span.start);
    findings(text, scenario, found)
}

/// Returns the findings about `output` blocks that do not depend on a run.
pub(crate) fn flaws(text: &str, scenario: &Scenario, placeholders: &Placeholders) -> Vec<Finding> {
    let steps = scenario.steps.iter();
    let flaws = steps.flat_map(|step| AllExpected::new(step, placeholders).into_flaws());
    findings(text, scenario, flaws.collect())
}

fn findings(text: &str, scenario: &Scenario, found: Vec<Difference>) -> Vec<Finding> {
    let finding = |Difference { code, span, message, help }| {
        let (line, column) = line_and_column(text, span.start);
        let path = scenario.path.clone();
        // The book decides the severity: see `lints`.
        let severity = Severity::Error;
        Finding { code, severity, path, span, line, column, message, help }
    };
    found.into_iter().map(finding).collect()
}

/// Judges the steps of a chapter one by one while it runs.
pub(crate) struct Judge<'a> {
    placeholders: &'a Placeholders,
    bindings: Bindings,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(placeholders: &'a Placeholders) -> Self {
        Self { placeholders, bindings: Bindings::default() }
    }

    /// Returns the codes of a step's findings. Names are bound only if there are none.
    pub(crate) fn codes(&mut self, step: &Step, commands: &[CommandRecording]) -> Vec<Code> {
        let expected = AllExpected::new(step, self.placeholders);
        let differences = differences(step, commands, &expected, &mut self.bindings);
        differences.iter().map(|difference| difference.code).collect()
    }
}

struct Difference {
    code: Code,
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

/// Returns the place of a step's command in the chapter.
fn place(step: &Step, command: usize) -> Range<usize> {
    step.commands.get(command).map_or(&step.command, |command| &command.span).clone()
}

fn not_run(span: Range<usize>, message: &str) -> Difference {
    Difference { code: Code::NotRun, span, message: message.to_owned(), help: None }
}

/// Returns the differences of one step. `exit`, `until` and the like apply to its last command.
fn differences(
    step: &Step,
    commands: &[CommandRecording],
    expected: &AllExpected<'_>,
    bindings: &mut Bindings,
) -> Vec<Difference> {
    let last = step.commands.len().saturating_sub(1);
    let mut differences = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let span = step.commands.get(index).map_or(&step.command, |command| &command.span);
        let check = CommandCheck { step, command, span, is_last: index >= last };
        differences.extend(check.end());
    }
    let has_ended =
        |command: &CommandRecording| matches!(command.end, End::Exited { .. } | End::Stopped);
    if commands.iter().all(has_ended) {
        let not_started = step.commands.iter().skip(commands.len());
        differences.extend(not_started.map(|command| {
            not_run(command.span.clone(), "this command did not run: the shell had already exited")
        }));
        differences.extend(expected.differences(commands, bindings));
    }
    differences
}

/// A command and its expectations.
struct CommandCheck<'a> {
    step: &'a Step,
    command: &'a CommandRecording,
    span: &'a Range<usize>,
    is_last: bool,
}

impl CommandCheck<'_> {
    fn difference(&self, code: Code, message: String, help: Option<String>) -> Difference {
        Difference { code, span: self.span.clone(), message, help }
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

    fn end(&self) -> Option<Difference> {
        match self.command.end {
            End::EngineLost => {
                let message = "the Docker Engine exited while this command was running".to_owned();
                Some(self.difference(Code::EngineLost, message, None))
            }
            End::TimedOut { limit_ms } => {
                let (message, help) = timed_out(self.follow(), self.command, limit_ms);
                Some(self.difference(Code::Timeout, message, Some(help)))
            }
            End::Stopped => None,
            End::Exited { status } => match self.follow() {
                Some(follow) if !was_enough(follow, self.command) => {
                    let goal = match follow {
                        Follow::Until(pattern) => format!("a line matched `{pattern}`"),
                        Follow::Lines(count) => format!("it had printed {}", lines(*count)),
                        Follow::For(time) => format!("{} had passed", seconds(milliseconds(*time))),
                    };
                    let message = format!("the stream ended with status {status} before {goal}");
                    Some(self.difference(Code::StreamEnded, message, Some(quote(self.command))))
                }
                _ => self.wrong_status(status),
            },
        }
    }

    fn wrong_status(&self, status: i32) -> Option<Difference> {
        let expected = self.expected_status().filter(|expected| *expected != status)?;
        let missing = missing_image(self.command).filter(|_| status == DOCKER_FAILED);
        if let Some(image) = missing {
            let message = format!("image `{image}` is not available: no registry provided it");
            let help = format!(
                "connect this machine to a registry, or add a recipe to \
                 `[preprocessor.docktest.images]` in book.toml: `\"{image}\" = \"images/…\"`"
            );
            return Some(self.difference(Code::ImageMissing, message, Some(help)));
        }
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
        Some(self.difference(Code::ExitStatus, message, Some(format!("{advice}\n{quoted}"))))
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

/// Returns the image that docker found neither locally nor in a registry.
fn missing_image(command: &CommandRecording) -> Option<String> {
    let output = command.transcript.output();
    let (_, rest) = output.split_once("Unable to find image '")?;
    let (image, _) = rest.split_once("' locally")?;
    Some(image.to_owned())
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

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) {
        format!("{} s", milliseconds / 1000)
    } else {
        format!("{milliseconds} ms")
    }
}

/// Returns the end of a command's output, for a help text.
fn quote(command: &CommandRecording) -> String {
    quote_text(&terminal::output(&command.transcript, Streams::Both))
}

fn quote_text(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<Cow<'_, str>> = lines.map(cut).collect();
    match lines.len() {
        0 => "it printed nothing".to_owned(),
        1 => format!("it printed `{}`", lines[0]),
        count => {
            let last = &lines[count.saturating_sub(QUOTED_LINES)..];
            let what = if count > last.len() { "the end of its output" } else { "it printed" };
            format!("{what}:\n  {}", last.join("\n  "))
        }
    }
}

/// Shortens a very long line.
fn cut(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(QUOTED_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]).into(),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests;
