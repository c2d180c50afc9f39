//! Lines of a script that are no commands, but what the command above them prints: a transcript without prompts.

use std::ops::Range;

use super::ran_commands::failure_of;
use super::{Difference, place};
use crate::expect::{Bindings, Loosened, Placeholders};
use crate::extract::command_line::{Reading, reading};
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End, Recording, StepRecording};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Command, Scenario, Step};
use crate::terminal;
use crate::text::splice::Edit;

/// The status of a program that is not found.
const NOT_FOUND: i32 = 127;

/// The status of a test with a mistake (Bash Reference Manual, “Bourne Shell Builtins”, `test`: “greater than 1”).
const WRONG_TEST: i32 = 2;

/// A command, and the lines below it that are none.
struct Passage {
    command: usize,
    below: Range<usize>,
}

/// Replaces the failures of such lines by one that says what they are.
pub(super) fn explain(
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
    differences: &mut Vec<Difference>,
) {
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let StepRecording::Ran { commands: ran, .. } = recorded else { continue };
        let is_script = step.session_markup.is_empty()
            && !step.fence.language.is_empty()
            && !step.commands.iter().any(Command::is_typed);
        if is_script {
            explain_step(step, ran, placeholders, differences);
        }
    }
}

fn explain_step(
    step: &Step,
    ran: &[CommandRecording],
    placeholders: &Placeholders,
    differences: &mut Vec<Difference>,
) {
    let passages = passages(step);
    let is_output = |passage: &&Passage| {
        let first = passage.below.start;
        !passage.below.is_empty()
            && (is_status(ran.get(first), NOT_FOUND) || is_array(step, first, ran))
            && (begins_like_output(step, passage, ran) || is_docker_alone(step, &passages))
    };
    let Some(passage) = passages.iter().find(is_output) else { return };
    let first = passage.below.start;
    let Some(difference) = failure_of(differences, step, first) else { return };
    let above = step.commands[passage.command].text.lines().next().unwrap_or_default();
    difference.message = format!("this line looks like output of `{above}`, but runs as a command");
    let title = "mark the block as `console`, and start its commands with `$ `";
    difference.help =
        Some(format!("{title}: then the lines below each are compared with what it prints"));
    let is_proved = !step.script.lines().any(|line| line.starts_with('#'))
        && passages.iter().all(|passage| matches_output(step, passage, ran, placeholders));
    let prompt = |passage: &Passage| {
        Edit::insert(step.commands[passage.command].span.start, "$ ".to_owned())
    };
    let language = Edit { range: step.fence.language.clone(), text: "console".to_owned() };
    difference.remedies = vec![Remedy {
        title: title.to_owned(),
        edits: std::iter::once(language).chain(passages.iter().map(prompt)).collect(),
        basis: if is_proved { Basis::Proved } else { Basis::Proposed },
    }];
    // The first one is about them, too.
    let is_covered = |difference: &Difference| {
        let is_about_command =
            matches!(difference.code, Code::ExitStatus | Code::SyntaxError | Code::UnclearCommands);
        let mut others = passages.iter().flat_map(|passage| passage.below.clone());
        is_about_command
            && others.any(|index| index != first && place(step, index) == difference.span)
    };
    differences.retain(|difference| !is_covered(difference));
}

/// Splits a script at its commands; nothing if it does not begin with one.
fn passages(step: &Step) -> Vec<Passage> {
    let is_command = |command: &Command| {
        reading(command.text.lines().next().unwrap_or_default()) == Reading::Command
    };
    let numbered = step.commands.iter().enumerate();
    let starts: Vec<usize> =
        numbered.filter(|(_, command)| is_command(command)).map(|(index, _)| index).collect();
    if starts.first() != Some(&0) {
        return Vec::new();
    }
    let ends = starts.iter().skip(1).copied().chain([step.commands.len()]);
    let passage =
        |(command, end): (&usize, usize)| Passage { command: *command, below: command + 1..end };
    starts.iter().zip(ends).map(passage).collect()
}

/// Whether a line is the first one of an array of JSON: for bash a `[` without its `]`.
fn is_array(step: &Step, index: usize, ran: &[CommandRecording]) -> bool {
    let is_bracket = step.commands.get(index).is_some_and(|command| command.text.trim() == "[");
    is_bracket && is_status(ran.get(index), WRONG_TEST)
}

fn is_status(ran: Option<&CommandRecording>, status: i32) -> bool {
    ran.is_some_and(|ran| ran.end == End::Exited { status })
}

/// Whether the first line below a command has the first word of a line that it has printed.
fn begins_like_output(step: &Step, passage: &Passage, ran: &[CommandRecording]) -> bool {
    let word = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let first = step.commands.get(passage.below.start).and_then(|command| word(&command.text));
    first.is_some() && printed(&ran[passage.command]).lines().any(|line| word(line) == first)
}

/// Whether the script is one command of Docker, and then no other.
fn is_docker_alone(step: &Step, passages: &[Passage]) -> bool {
    passages.len() == 1
        && step.commands.first().is_some_and(|first| first.text.starts_with("docker "))
}

/// Whether the run proves that the lines below a command are what it prints, but for values that change.
fn matches_output(
    step: &Step,
    passage: &Passage,
    ran: &[CommandRecording],
    placeholders: &Placeholders,
) -> bool {
    let Some(recorded) = ran.get(passage.command) else { return false };
    let shown: Vec<&str> =
        step.commands[passage.below.clone()].iter().map(|command| command.text.as_str()).collect();
    // A reader knows what a command prints that shows nothing.
    let shown = lines_alone(&shown.join("\n"));
    let loosened = Loosened::parse(&shown, placeholders, &Bindings::default());
    let printed = lines_alone(&printed(recorded));
    is_status(Some(recorded), 0)
        && (shown.is_empty() || loosened.matches(&printed, &mut Bindings::default()).is_ok())
}

fn printed(ran: &CommandRecording) -> String {
    terminal::without_escapes(&ran.transcript.output()).into_owned()
}

/// A script is split into commands, which have no blank lines between them and no indentation.
fn lines_alone(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests;
