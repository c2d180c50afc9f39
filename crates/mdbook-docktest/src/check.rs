//! What a recording says against its scenario.

use std::borrow::Cow;
use std::ops::Range;

use similar::{ChangeTag, TextDiff};

use crate::finding::{Code, Finding, Severity};
use crate::position::line_and_column;
use crate::recording::{CommandRecording, End, Recording, StepRecording};
use crate::scenario::{ExitExpectation, Follow, Scenario, Step};

/// How many lines of output a finding quotes, and how many characters of each.
const QUOTED_LINES: usize = 4;
const QUOTED_WIDTH: usize = 200;

/// Compares a chapter's recording with what its text expects, in the text's order.
pub fn check(text: &str, scenario: &Scenario, recording: &Recording) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let differences = match recorded {
            StepRecording::Ran { commands } => {
                commands.iter().flat_map(|command| differences(step, command)).collect()
            }
            StepRecording::Skipped => vec![not_run(step)],
            StepRecording::Ignored => Vec::new(),
        };
        for Difference { code, span, message, help } in differences {
            let (line, column) = line_and_column(text, span.start);
            let path = scenario.path.clone();
            let severity = Severity::Error;
            findings.push(Finding { code, severity, path, span, line, column, message, help });
        }
    }
    findings
}

/// Whether nothing can be said against what came of a step.
pub(crate) fn holds(step: &Step, command: &CommandRecording) -> bool {
    differences(step, command).is_empty()
}

struct Difference {
    code: Code,
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

fn not_run(step: &Step) -> Difference {
    Difference {
        code: Code::NotRun,
        span: step.command.clone(),
        message: "this step did not run, because an earlier one failed".to_owned(),
        help: None,
    }
}

fn differences(step: &Step, command: &CommandRecording) -> Vec<Difference> {
    let about_command = |code, message: String, help: Option<String>| Difference {
        code,
        span: step.command.clone(),
        message,
        help,
    };
    let ending = match command.end {
        End::EngineLost => {
            return vec![about_command(
                Code::EngineLost,
                "the Docker Engine ended while this step ran".to_owned(),
                None,
            )];
        }
        End::TimedOut { limit_ms } => {
            let (message, help) = timed_out(step, command, limit_ms);
            return vec![about_command(Code::Timeout, message, Some(help))];
        }
        End::Stopped => None,
        End::Exited { status } => match &step.attributes.follow {
            Some(follow) if !was_enough(follow, command) => Some(about_command(
                Code::StreamEnded,
                format!("the stream ended with status {status} before {}", goal(follow)),
                Some(quote(command)),
            )),
            _ => wrong_status(step, command, status)
                .map(|(code, message, help)| about_command(code, message, Some(help))),
        },
    };
    ending.into_iter().chain(wrong_output(step, command)).collect()
}

fn timed_out(step: &Step, command: &CommandRecording, limit_ms: u64) -> (String, String) {
    let limit = seconds(limit_ms);
    let quoted = quote(command);
    match &step.attributes.follow {
        Some(follow) => (
            format!("{limit} went by before {}", goal(follow)),
            format!("for more time, add `timeout=2m`\n{quoted}"),
        ),
        None if command.transcript.is_empty() => (
            format!("this step printed nothing and did not end within {limit}"),
            "if it only needs longer, add `timeout=2m`; if it is a stream without an end, add \
             `until=\"a regex of the last line to show\"`"
                .to_owned(),
        ),
        None => (
            format!("this step did not end within {limit}"),
            format!(
                "if this is a stream without an end, add `until=\"a regex of the last line to \
                 show\"` (or `lines=3`, or `for=5s`); if it only needs longer, add `timeout=2m`\n\
                 {quoted}"
            ),
        ),
    }
}

fn wrong_status(
    step: &Step,
    command: &CommandRecording,
    status: i32,
) -> Option<(Code, String, String)> {
    let ExitExpectation::Code(expected) = step.attributes.exit else { return None };
    if status == expected {
        return None;
    }
    if let Some(image) = missing_image(command) {
        return Some((
            Code::ImageMissing,
            format!("no image `{image}`: no registry gave it"),
            format!(
                "let the machine reach a registry, or name a recipe in book.toml: \
                 `[preprocessor.docktest.images]`, `\"{image}\" = \"images/…\"`"
            ),
        ));
    }
    let quoted = quote(command);
    Some((
        Code::ExitStatus,
        format!("this step exited with status {status} instead of {expected}"),
        format!("if readers are to see this, add `exit={status}`\n{quoted}"),
    ))
}

/// The image that docker did not find, neither here nor in a registry.
fn missing_image(command: &CommandRecording) -> Option<String> {
    let output = command.transcript.output();
    let (_, rest) = output.split_once("Unable to find image '")?;
    let (image, _) = rest.split_once("' locally")?;
    Some(image.to_owned())
}

fn wrong_output(step: &Step, command: &CommandRecording) -> Option<Difference> {
    let expectation = step.expectation.as_ref()?;
    let actual = command.transcript.output();
    if lines(&expectation.text).eq(lines(&actual)) {
        return None;
    }
    let ending = |text: &str| lines(text).map(|line| format!("{line}\n")).collect::<String>();
    let (expected, actual) = (ending(&expectation.text), ending(&actual));
    let diff = TextDiff::from_lines(&expected, &actual);
    let diff: Vec<String> = diff
        .iter_all_changes()
        .map(|change| {
            let sign = match change.tag() {
                ChangeTag::Delete => "-",
                ChangeTag::Insert => "+",
                ChangeTag::Equal => " ",
            };
            format!("{sign} {}", change.value().trim_end_matches('\n'))
        })
        .collect();
    Some(Difference {
        code: Code::OutputMismatch,
        span: expectation.body.clone(),
        message: "the output is not what is expected here".to_owned(),
        help: Some(format!("expected (-), actual (+):\n{}", diff.join("\n"))),
    })
}

/// The lines of a text; whether its last one has an end, and blank ones after it, are nothing that
/// a reader sees.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end_matches(['\n', '\r']).lines()
}

fn was_enough(follow: &Follow, command: &CommandRecording) -> bool {
    let output = command.transcript.output();
    match follow {
        Follow::Until(pattern) => output.lines().any(|line| pattern.is_match(line)),
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
    let output = command.transcript.output();
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
