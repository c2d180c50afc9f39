//! Accepting what came out: expectations that do not hold are rewritten so that they do, with as
//! much of each as still holds.
//!
//! Only what is expected of output is rewritten, and only of steps of which nothing else can be said:
//! the output of a command that failed is hardly what an author wants to read there.

use std::ops::Range;

use crate::check::{Judge, printed};
use crate::expect::{Bindings, Pattern, Placeholders, update};
use crate::extract::extract;
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::recording::{Recording, StepRecording};
use crate::model::scenario::{Expectation, Scenario, Step};
use crate::text::splice::{Edit, splice};

/// An expectation's new text.
#[derive(Debug)]
struct Rewrite {
    step: usize,
    /// The command whose output it is; none if it is the whole step's.
    command: Option<usize>,
    text: String,
}

/// A chapter of which some expectations have been rewritten.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Its text.
    pub text: String,
    /// The text of its file, from which mdBook makes the other by carrying out `{{#include}}` and its
    /// like.
    pub source: String,
    /// How many expectations have been rewritten.
    pub rewritten: usize,
    /// The lines of those that do not hold and were not: not everything that a program prints can be
    /// written in every block, for example a line that looks like a prompt in a `console` block; and
    /// a block may be another file's.
    pub refused: Vec<usize>,
}

/// Rewrites the expectations of a chapter that do not hold. `text` is what `scenario` was extracted
/// from, `source` its file's.
pub(crate) fn accept(
    text: &str,
    source: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Accepted {
    let of_source = extract(&scenario.path, source, scenario.extensions);
    let mut edits = Vec::new();
    let mut source_edits = Vec::new();
    let mut refused = Vec::new();
    let mut rewritten = 0;
    for rewrite in rewrites(scenario, recording, placeholders) {
        let in_text = rewrite.edits(text, scenario);
        let in_source = if text == source {
            in_text.clone()
        } else {
            let step = same_step(&scenario.steps[rewrite.step], scenario, &of_source);
            let rewrite = step.map(|step| Rewrite { step, text: rewrite.text.clone(), ..rewrite });
            rewrite.and_then(|rewrite| rewrite.edits(source, &of_source))
        };
        if let (Some(in_text), Some(in_source)) = (in_text, in_source) {
            edits.extend(in_text);
            source_edits.extend(in_source);
            rewritten += 1;
        } else {
            let step = &scenario.steps[rewrite.step];
            refused.extend(expectation_of(step, rewrite.command).map(|found| found.line));
        }
    }
    let (text, source) = (splice(text, edits), splice(source, source_edits));
    Accepted { text, source, rewritten, refused }
}

/// The step of a chapter's file that is this one, if that can be said.
fn same_step(step: &Step, scenario: &Scenario, of_source: &Scenario) -> Option<usize> {
    let is_same = |other: &&Step| {
        other.script == step.script
            && other.expectation.as_ref().map(|found| &found.text)
                == step.expectation.as_ref().map(|found| &found.text)
    };
    let is_unique = |scenario: &Scenario| scenario.steps.iter().filter(is_same).count() == 1;
    let found = of_source.steps.iter().position(|other| is_same(&other));
    found.filter(|_| is_unique(scenario) && is_unique(of_source))
}

/// What must be another.
fn rewrites(
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Vec<Rewrite> {
    let mut judge = Judge::new(placeholders);
    let mut bindings = Bindings::default();
    let mut rewrites = Vec::new();
    for (index, (step, recorded)) in scenario.steps.iter().zip(&recording.steps).enumerate() {
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        let codes = judge.codes(step, commands);
        if codes.iter().any(|code| *code != Code::OutputMismatch) {
            continue;
        }
        for (command, expectation) in expectations(step) {
            let commands = match command {
                Some(command) => commands.get(command..=command).unwrap_or_default(),
                None => commands,
            };
            let actual = printed(commands, expectation);
            let text = new_text(expectation, &actual, placeholders, &mut bindings);
            if text != expectation.text {
                rewrites.push(Rewrite { step: index, command, text });
            }
        }
    }
    rewrites
}

impl Rewrite {
    /// How the new text gets into the chapter, if its block can hold it.
    fn edits(&self, text: &str, scenario: &Scenario) -> Option<Vec<Edit>> {
        let step = &scenario.steps[self.step];
        let expectation = expectation_of(step, self.command)?;
        let edits = edits(text, expectation, &self.text);
        let new = splice(text, edits.clone());
        self.holds(scenario, &extract(&scenario.path, &new, scenario.extensions)).then_some(edits)
    }

    /// Whether a chapter reads as it is meant to after the rewrite, and otherwise as before.
    fn holds(&self, old: &Scenario, new: &Scenario) -> bool {
        // Only the first steps of a chapter may be wanted.
        let is_as_before =
            new.findings.len() == old.findings.len() && new.steps.len() >= old.steps.len();
        let is_meant = |index, old: &Step, new: &Step| {
            let expectations = (0..old.commands.len()).map(Some).chain([None]);
            old.commands.len() == new.commands.len()
                && old.commands.iter().zip(&new.commands).all(|(old, new)| old.text == new.text)
                && expectations.into_iter().all(|command| {
                    let of = |step| expectation_of(step, command).map(|found| found.text.as_str());
                    if self.step == index && self.command == command {
                        of(new).unwrap_or_default() == self.text
                    } else {
                        of(old) == of(new)
                    }
                })
        };
        let mut steps = old.steps.iter().zip(&new.steps).enumerate();
        is_as_before && steps.all(|(index, (old, new))| is_meant(index, old, new))
    }
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
fn edits(text: &str, expectation: &Expectation, new: &str) -> Vec<Edit> {
    let fence = &expectation.fence;
    let prefix = prefix(text, expectation, fence);
    let eol = if text[fence.block.clone()].contains("\r\n") { "\r\n" } else { "\n" };
    let lines = new.lines().map(|line| match line {
        "" => format!("{}{eol}", prefix.trim_end()),
        line => format!("{prefix}{line}{eol}"),
    });
    let mut edits = vec![Edit { range: expectation.body.clone(), text: lines.collect() }];
    edits.extend(longer_fence(text, fence, new));
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

fn expectation_of(step: &Step, command: Option<usize>) -> Option<&Expectation> {
    match command {
        Some(command) => step.commands.get(command)?.expectation.as_ref(),
        None => step.expectation.as_ref(),
    }
}

#[cfg(test)]
mod tests;
