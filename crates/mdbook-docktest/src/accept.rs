//! Rewrites expectations that do not match, and keeps the lines and patterns that still do.
//!
//! Only expected output is rewritten, and only of steps without other findings: the output of a
//! command that failed is rarely what an author wants there.

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
    subject: Subject,
    text: String,
}

/// What an expectation of a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The command with this index.
    Command(usize),
    /// The whole step, in its `output` block with this index.
    Step(usize),
}

/// A chapter with rewritten expectations.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The new text of the chapter.
    pub text: String,
    /// The new text of the chapter's file, which differs from `text` by `{{#include}}` and the
    /// like.
    pub source: String,
    /// The number of rewritten expectations.
    pub rewritten: usize,
    /// The line numbers of expectations that do not match and could not be rewritten: their block
    /// cannot contain the output, such as a line that looks like a prompt in a `console` block, or
    /// it comes from an included file.
    pub refused: Vec<usize>,
}

/// Rewrites the expectations of a chapter that do not match. `scenario` was extracted from `text`;
/// `source` is the text of the chapter's file.
pub(crate) fn accept(
    text: &str,
    source: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Accepted {
    let source_scenario = extract(&scenario.path, source, scenario.extensions);
    let mut edits = Vec::new();
    let mut source_edits = Vec::new();
    let mut refused = Vec::new();
    let mut rewritten = 0;
    for rewrite in rewrites(scenario, recording, placeholders) {
        let in_text = rewrite.edits(text, scenario);
        let in_source = if text == source {
            in_text.clone()
        } else {
            let step = same_step(&scenario.steps[rewrite.step], scenario, &source_scenario);
            let rewrite = step.map(|step| Rewrite { step, text: rewrite.text.clone(), ..rewrite });
            rewrite.and_then(|rewrite| rewrite.edits(source, &source_scenario))
        };
        if let (Some(in_text), Some(in_source)) = (in_text, in_source) {
            edits.extend(in_text);
            source_edits.extend(in_source);
            rewritten += 1;
        } else {
            let step = &scenario.steps[rewrite.step];
            refused.extend(expectation_for(step, rewrite.subject).map(|found| found.line));
        }
    }
    let (text, source) = (splice(text, edits), splice(source, source_edits));
    Accepted { text, source, rewritten, refused }
}

/// Returns the index of this step in the scenario of the chapter's file, if it is unique in both.
fn same_step(step: &Step, scenario: &Scenario, source_scenario: &Scenario) -> Option<usize> {
    let texts = |step: &Step| -> Vec<String> {
        step.expectations.iter().map(|expectation| expectation.text.clone()).collect()
    };
    let is_same = |other: &&Step| other.script == step.script && texts(other) == texts(step);
    let is_unique = |scenario: &Scenario| scenario.steps.iter().filter(is_same).count() == 1;
    let found = source_scenario.steps.iter().position(|other| is_same(&other));
    found.filter(|_| is_unique(scenario) && is_unique(source_scenario))
}

/// Returns the rewrites of all expectations that do not match.
fn rewrites(
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Vec<Rewrite> {
    let mut judge = Judge::new(placeholders);
    let mut bindings = Bindings::default();
    let mut rewrites = Vec::new();
    for (index, (step, recorded)) in scenario.steps.iter().zip(&recording.steps).enumerate() {
        if recording.out_of_memory.is_some_and(|out_of_memory| out_of_memory.step <= index) {
            // The output of this step and of later ones is hardly what the author wants.
            break;
        }
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        let codes = judge.codes(step, commands);
        if codes.contains(&Code::ImageMissing) {
            // Without it, the output of later steps is hardly what the author wants, either.
            break;
        }
        if codes.iter().any(|code| *code != Code::OutputMismatch) {
            continue;
        }
        for (subject, expectation) in expectations(step) {
            let commands = match subject {
                Subject::Command(command) => commands.get(command..=command).unwrap_or_default(),
                Subject::Step(_) => commands,
            };
            let actual = printed(commands, expectation);
            let text = new_text(expectation, &actual, placeholders, &mut bindings);
            if text != expectation.text {
                rewrites.push(Rewrite { step: index, subject, text });
            }
        }
    }
    rewrites
}

impl Rewrite {
    /// Returns the edits that put the new text into the chapter; `None` if its block cannot contain
    /// it.
    fn edits(&self, text: &str, scenario: &Scenario) -> Option<Vec<Edit>> {
        let step = &scenario.steps[self.step];
        let expectation = expectation_for(step, self.subject)?;
        let edits = edits(text, expectation, &self.text);
        let new = splice(text, edits.clone());
        self.is_only_change(scenario, &extract(&scenario.path, &new, scenario.extensions))
            .then_some(edits)
    }

    /// Whether the rewrite is the only difference between a chapter before and after it.
    fn is_only_change(&self, old: &Scenario, new: &Scenario) -> bool {
        // With a line number on the command line, the old scenario ends at that step.
        let has_same_outline =
            new.findings.len() == old.findings.len() && new.steps.len() >= old.steps.len();
        let is_expected = |index, old: &Step, new: &Step| {
            let commands = (0..old.commands.len()).map(Subject::Command);
            let blocks = (0..old.expectations.len()).map(Subject::Step);
            old.commands.len() == new.commands.len()
                && old.expectations.len() == new.expectations.len()
                && old.commands.iter().zip(&new.commands).all(|(old, new)| old.text == new.text)
                && commands.chain(blocks).all(|subject| {
                    let text =
                        |step| expectation_for(step, subject).map(|found| found.text.as_str());
                    if self.step == index && self.subject == subject {
                        text(new).unwrap_or_default() == self.text
                    } else {
                        text(old) == text(new)
                    }
                })
        };
        let mut steps = old.steps.iter().zip(&new.steps).enumerate();
        has_same_outline && steps.all(|(index, (old, new))| is_expected(index, old, new))
    }
}

/// Returns the expectations of a step's commands, and of the whole step.
fn expectations(step: &Step) -> impl Iterator<Item = (Subject, &Expectation)> {
    let commands = step.commands.iter().enumerate();
    let commands = commands.filter_map(|(index, command)| {
        Some((Subject::Command(index), command.expectation.as_ref()?))
    });
    let blocks = step.expectations.iter().enumerate();
    commands.chain(blocks.map(|(index, expectation)| (Subject::Step(index), expectation)))
}

/// Returns an expectation's text updated so that it matches, and binds its names.
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
    // `update` returns a pattern that matches.
    let _ = Pattern::parse(&new, placeholders).matches(actual, bindings);
    new
}

/// Returns the edits that put a new text into its block.
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

/// Returns the prefix of each line of a block.
fn prefix(text: &str, expectation: &Expectation, fence: &Fence) -> String {
    let first = expectation.lines.iter().find(|line| !line.is_empty());
    let (line, is_own) = match first {
        Some(line) if expectation.body.contains(&line.start) => (line.start, true),
        _ => (fence.marks.start, false),
    };
    let line_start = text[..line].rfind('\n').map_or(0, |newline| newline + 1);
    let prefix = &text[line_start..line];
    if is_own {
        // The indent of a line is not part of the container's prefix.
        return prefix.to_owned();
    }
    // The first line of a list item has a marker where the other lines are indented.
    prefix
        .chars()
        .filter(|c| *c != '\u{feff}')
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect()
}

/// Returns edits that lengthen the fence, if a line of the content could close it.
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

fn expectation_for(step: &Step, subject: Subject) -> Option<&Expectation> {
    match subject {
        Subject::Command(command) => step.commands.get(command)?.expectation.as_ref(),
        Subject::Step(block) => step.expectations.get(block),
    }
}

#[cfg(test)]
mod tests;
