//! Accepting what came out: expectations that do not hold are rewritten so that they do, with as
//! much of each as still holds.
//!
//! Only what is expected of output is rewritten, and only of steps of which nothing else can be said:
//! the output of a command that failed is hardly what an author wants to read there.

use std::ops::Range;

use crate::check::{Judge, printed};
use crate::expect::{Bindings, Pattern, Placeholders, update};
use crate::extract::{Extensions, extract};
use crate::fence::Fence;
use crate::finding::Code;
use crate::recording::{Recording, StepRecording};
use crate::scenario::{Expectation, Scenario, Step};
use crate::splice::{Edit, splice};

/// An expectation's new text, and how it gets into the chapter.
#[derive(Debug)]
pub(crate) struct Rewrite {
    step: usize,
    /// The command whose output it is; none if it is the whole step's.
    command: Option<usize>,
    text: String,
    edits: Vec<Edit>,
}

/// Rewrites a chapter's expectations that do not hold. Returns its new text; none where all hold, or
/// where nothing can be done about it: not everything that a program prints can be written in every
/// block, for example a line that looks like a prompt in a `console` block.
pub fn accept(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
    extensions: Extensions,
) -> Option<String> {
    let rewrites = rewrites(text, scenario, recording, placeholders);
    let possible = rewrites.into_iter().filter(|rewrite| {
        let new = splice(text, rewrite.edits.clone());
        holds(rewrite, scenario, &extract(&scenario.path, &new, extensions))
    });
    let edits: Vec<Edit> = possible.flat_map(|rewrite| rewrite.edits).collect();
    (!edits.is_empty()).then(|| splice(text, edits))
}

/// What would have to be written where.
fn rewrites(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Vec<Rewrite> {
    let mut judge = Judge::new(placeholders);
    let mut bindings = Bindings::default();
    let mut rewrites = Vec::new();
    for (index, (step, recorded)) in scenario.steps.iter().zip(&recording.steps).enumerate() {
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        let complaints = judge.complaints(step, commands);
        if complaints.iter().any(|code| *code != Code::OutputMismatch) {
            continue;
        }
        for (command, expectation) in expectations(step) {
            let commands = match command {
                Some(command) => commands.get(command..=command).unwrap_or_default(),
                None => commands,
            };
            let actual = printed(commands, expectation);
            let new = new_text(expectation, &actual, placeholders, &mut bindings);
            if new != expectation.text {
                let edits = edits(text, step, command, expectation, &new);
                rewrites.push(Rewrite { step: index, command, text: new, edits });
            }
        }
    }
    rewrites
}

/// What is expected of a step's commands, and of all of it.
fn expectations(step: &Step) -> impl Iterator<Item = (Option<usize>, &Expectation)> {
    let of_commands = step.commands.iter().enumerate();
    of_commands
        .filter_map(|(index, command)| Some((Some(index), command.expectation.as_ref()?)))
        .chain(step.expectation.as_ref().map(|expectation| (None, expectation)))
}

/// An expectation's text such that it holds; what it binds is bound.
fn new_text(
    expectation: &Expectation,
    actual: &str,
    placeholders: &Placeholders,
    bindings: &mut Bindings,
) -> String {
    if expectation.attributes.exact {
        return actual.to_owned();
    }
    let new = update(&expectation.text, actual, placeholders, bindings);
    // It matches: that is what `update` is for.
    let _ = Pattern::parse(&new, placeholders).matches(actual, bindings);
    new
}

/// How a new text gets into its block.
fn edits(
    text: &str,
    step: &Step,
    command: Option<usize>,
    expectation: &Expectation,
    new: &str,
) -> Vec<Edit> {
    let block = if command.is_some() { &step.block } else { &expectation.block };
    let Some(fence) = Fence::of_block(text, block, None) else { return Vec::new() };
    let prefix = prefix(text, expectation, &fence);
    let eol = if text[block.clone()].contains("\r\n") { "\r\n" } else { "\n" };
    let lines = new.lines().map(|line| match line {
        "" => format!("{}{eol}", prefix.trim_end()),
        line => format!("{prefix}{line}{eol}"),
    });
    let mut edits = vec![Edit { range: expectation.body.clone(), text: lines.collect() }];
    edits.extend(longer_fence(text, &fence, new));
    edits
}

/// What stands before each line of a block.
fn prefix(text: &str, expectation: &Expectation, fence: &Fence) -> String {
    let first = expectation.lines.iter().find(|line| !line.is_empty());
    let (line, is_own) = match first {
        Some(line) if expectation.body.contains(&line.start) => (line.start, true),
        _ => (fence.marks.start, false),
    };
    let line_start = text[..line].rfind('\n').map_or(0, |newline| newline + 1);
    let prefix = &text[line_start..line];
    if is_own {
        // A line's own indent is none of the container's.
        return prefix.to_owned();
    }
    // The first line of a list item has the item's marker where the others are indented.
    prefix
        .chars()
        .filter(|c| *c != '\u{feff}')
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect()
}

/// Longer marks, where a line of the content could pass for the closing fence.
fn longer_fence(text: &str, fence: &Fence, content: &str) -> Vec<Edit> {
    let marks = &text[fence.marks.clone()];
    let Some(mark) = marks.chars().next() else { return Vec::new() };
    let run = |line: &str| {
        let line = line.trim_start();
        line.len() - line.trim_start_matches(mark).len()
    };
    let longest = content.lines().map(run).max().unwrap_or_default();
    let Some(closing) = fence.closing.as_ref().filter(|_| longest >= marks.len()) else {
        return Vec::new();
    };
    let new = String::from(mark).repeat(longest + 1);
    [fence.marks.clone(), closing.prefix.end..fence.block.end]
        .map(|range: Range<usize>| Edit { range, text: new.clone() })
        .into()
}

/// Whether a chapter reads as it is meant to after a rewrite, and otherwise as before.
fn holds(rewrite: &Rewrite, old: &Scenario, new: &Scenario) -> bool {
    let is_as_before =
        new.findings.len() == old.findings.len() && new.steps.len() == old.steps.len();
    is_as_before
        && old.steps.iter().zip(&new.steps).enumerate().all(|(index, (old, new))| {
            let commands = |step: &Step| -> Vec<String> {
                step.commands.iter().map(|command| command.text.clone()).collect()
            };
            commands(old) == commands(new)
                && (0..old.commands.len()).map(Some).chain([None]).all(|command| {
                    let of = |step| expectation_of(step, command).map(|found| found.text.as_str());
                    if rewrite.step == index && rewrite.command == command {
                        of(new).unwrap_or_default() == rewrite.text
                    } else {
                        of(old) == of(new)
                    }
                })
        })
}

fn expectation_of(step: &Step, command: Option<usize>) -> Option<&Expectation> {
    match command {
        Some(command) => step.commands.get(command)?.expectation.as_ref(),
        None => step.expectation.as_ref(),
    }
}

#[cfg(test)]
mod tests;
