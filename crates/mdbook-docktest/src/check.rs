//! Compares a recording with its scenario.

use std::ops::Range;

use crate::expect::{Bindings, Placeholders};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{CommandRecording, End, Recording, StepRecording};
use crate::model::scenario::{Scenario, Step};
use crate::text::position::line_and_column;

mod background;
mod command;
pub(crate) mod lints;
mod output;
mod quote;
mod unpinned;

use self::command::CommandCheck;
use self::output::AllExpected;
pub(crate) use self::output::printed;

/// Returns the differences between a chapter's recording and what its text expects, in the order of
/// the text. `placeholders` are those of the book.
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
        differences.extend(check.difference());
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

#[cfg(test)]
mod tests;
