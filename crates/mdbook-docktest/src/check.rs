//! What a recording says against its scenario.

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

/// The exit status of `docker run` when docker itself failed, not what it was to run
/// (<https://docs.docker.com/reference/cli/docker/container/run/#exit-status>).
const DOCKER_FAILED: i32 = 125;

/// How many lines of output a finding quotes, and how many characters of each.
const QUOTED_LINES: usize = 4;
const QUOTED_WIDTH: usize = 200;

/// Compares a chapter's recording with what its text expects, in the text's order. `placeholders` are
/// those of the book.
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
                "this step did not run, because an earlier one failed",
            )),
            StepRecording::Ignored => {}
        }
    }
    found.extend(background::differences(scenario, recording));
    found.sort_by_key(|difference| difference.span.start);
    findings(text, scenario, found)
}

/// What authors should look at again in their `output` blocks, whatever comes out of the steps: it is
/// known before any of them runs.
pub(crate) fn flaws(text: &str, scenario: &Scenario, placeholders: &Placeholders) -> Vec<Finding> {
    let steps = scenario.steps.iter();
    let flaws = steps.flat_map(|step| AllExpected::new(step, placeholders).into_flaws());
    findings(text, scenario, flaws.collect())
}

fn findings(text: &str, scenario: &Scenario, found: Vec<Difference>) -> Vec<Finding> {
    let finding = |Difference { code, span, message, help }| {
        let (line, column) = line_and_column(text, span.start);
        let path = scenario.path.clone();
        // Its weight is for the book to say: see `lints`.
        let severity = Severity::Error;
        Finding { code, severity, path, span, line, column, message, help }
    };
    found.into_iter().map(finding).collect()
}

/// Judges the steps of a chapter one by one, while it runs.
pub(crate) struct Judge<'a> {
    placeholders: &'a Placeholders,
    bindings: Bindings,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(placeholders: &'a Placeholders) -> Self {
        Self { placeholders, bindings: Bindings::default() }
    }

    /// What can be said against what came of a step. Names are bound only if that is nothing.
    pub(crate) fn complaints(&mut self, step: &Step, commands: &[CommandRecording]) -> Vec<Code> {
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

/// Where a command of a step is in the chapter.
fn place(step: &Step, command: usize) -> Range<usize> {
    step.commands.get(command).map_or(&step.command, |command| &command.span).clone()
}

fn not_run(span: Range<usize>, message: &str) -> Difference {
    Difference { code: Code::NotRun, span, message: message.to_owned(), help: None }
}

/// What can be said against a step. `exit`, `until` and their like are about its last command.
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
        let judged = Judged { step, command, span, is_last: index >= last };
        differences.extend(judged.ending());
    }
    let has_ended =
        |command: &CommandRecording| matches!(command.end, End::Exited { .. } | End::Stopped);
    if commands.iter().all(has_ended) {
        let not_begun = step.commands.iter().skip(commands.len());
        differences.extend(not_begun.map(|command| {
            not_run(
                command.span.clone(),
                "this command did not run, because the shell had exited before",
            )
        }));
        differences.extend(expected.differences(commands, bindings));
    }
    differences
}

/// A command and what it is measured by.
struct Judged<'a> {
    step: &'a Step,
    command: &'a CommandRecording,
    span: &'a Range<usize>,
    is_last: bool,
}

impl Judged<'_> {
    fn difference(&self, code: Code, message: String, help: Option<String>) -> Difference {
        Difference { code, span: self.span.clone(), message, help }
    }

    fn follow(&self) -> Option<&Follow> {
        self.step.attributes.follow.as_ref().filter(|_| self.is_last)
    }

    /// The status that holds; `None` if any does.
    fn expected_status(&self) -> Option<i32> {
        match self.step.attributes.exit {
            ExitExpectation::Any => None,
            ExitExpectation::Code(code) => Some(if self.is_last { code } else { 0 }),
        }
    }

    fn ending(&self) -> Option<Difference> {
        match self.command.end {
            End::EngineLost => {
                let message = "the Docker Engine ended while this command ran".to_owned();
                Some(self.difference(Code::EngineLost, message, None))
            }
            End::TimedOut { limit_ms } => {
                let (message, help) = timed_out(self.follow(), self.command, limit_ms);
                Some(self.difference(Code::Timeout, message, Some(help)))
            }
            End::Stopped => None,
            End::Exited { status } => match self.follow() {
                Some(follow) if !was_enough(follow, self.command) => {
                    let goal = goal(follow);
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
            let message = format!("no image `{image}`: no registry gave it");
            let help = format!(
                "let the machine reach a registry, or name a recipe in book.toml: \
                 `[preprocessor.docktest.images]`, `\"{image}\" = \"images/…\"`"
            );
            return Some(self.difference(Code::ImageMissing, message, Some(help)));
        }
        let quoted = quote(self.command);
        let again = self.step.attributes.retry.map_or(String::new(), |time| {
            format!(", also when run again for {}", seconds(milliseconds(time)))
        });
        let message =
            format!("this command exited with status {status} instead of {expected}{again}");
        let advice = if needs_terminal(self.command) {
            "this needs a terminal: add `tty`".to_owned()
        } else if self.is_last {
            format!("if readers are to see this, add `exit={status}`")
        } else {
            "if readers are to see this, give it a block of its own with `exit=…`".to_owned()
        };
        Some(self.difference(Code::ExitStatus, message, Some(format!("{advice}\n{quoted}"))))
    }
}

fn timed_out(
    follow: Option<&Follow>,
    command: &CommandRecording,
    limit_ms: u64,
) -> (String, String) {
    let limit = seconds(limit_ms);
    let quoted = quote(command);
    match follow {
        Some(follow) => (
            format!("{limit} went by before {}", goal(follow)),
            format!("for more time, add `timeout=2m`\n{quoted}"),
        ),
        None if command.transcript.terminal.is_some() => (
            format!("this command did not end within {limit}"),
            format!(
                "if it waits for an answer, add `stdin=\"y\\n\"`; if this is a stream without an \
                 end, add `until=\"a regex of the last line to show\"`; if it only needs longer, add \
                 `timeout=2m`\n{quoted}"
            ),
        ),
        None if command.transcript.is_empty() => (
            format!("this command printed nothing and did not end within {limit}"),
            "if it only needs longer, add `timeout=2m`; if it is a stream without an end, add \
             `until=\"a regex of the last line to show\"`"
                .to_owned(),
        ),
        None => (
            format!("this command did not end within {limit}"),
            format!(
                "if this is a stream without an end, add `until=\"a regex of the last line to \
                 show\"` (or `lines=3`, or `for=5s`); if it only needs longer, add `timeout=2m`\n\
                 {quoted}"
            ),
        ),
    }
}

/// The image that docker did not find, neither here nor in a registry.
fn missing_image(command: &CommandRecording) -> Option<String> {
    let output = command.transcript.output();
    let (_, rest) = output.split_once("Unable to find image '")?;
    let (image, _) = rest.split_once("' locally")?;
    Some(image.to_owned())
}

/// Whether docker refused `-t` because the command has no terminal.
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

fn goal(follow: &Follow) -> String {
    match follow {
        Follow::Until(pattern) => format!("a line matched `{pattern}`"),
        Follow::Lines(1) => "there was a line".to_owned(),
        Follow::Lines(count) => format!("there were {count} lines"),
        Follow::For(time) => format!("{} went by", seconds(milliseconds(*time))),
    }
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

/// The end of what a command printed, for a help line.
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
            let what = if count > last.len() { "it printed, at the end" } else { "it printed" };
            format!("{what}:\n  {}", last.join("\n  "))
        }
    }
}

/// A line, or the beginning of a very long one.
fn cut(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(QUOTED_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]).into(),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests;
