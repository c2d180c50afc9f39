//! Rewrites expectations that do not match, and keeps the lines and patterns that still do. Values that change
//! from run to run become placeholders.
//!
//! Only expected output is rewritten, and only up to the first command of a step with another finding: the output of a
//! command that failed is rarely what an author wants there, and it can be the reason for what comes after it.

use std::borrow::Cow;

use crate::check::{Judge, compare, pattern, printed, printed_for};
use crate::expect::{
    Bindings, Changes, Names, Pattern, Placeholders, Update, in_expected_order, update,
    without_pull,
};
use crate::extract::extract_with;
use crate::model::finding::Code;
use crate::model::recording::{Recording, StepRecording};
use crate::model::scenario::{Expectation, Scenario, Step};
use crate::terminal;
use crate::text::position::line_and_column;
use crate::text::splice::{Edit, splice};

mod edits;
mod names;
mod new;
mod note;
mod refusal;
mod table;

use self::edits::edits;
use self::note::lost_note;
use self::refusal::Refusal;
use self::table::other_rows;

/// What is accepted besides other lines and other values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    /// Steps and commands without an expectation get one.
    pub new: bool,
    /// Tables lose rows that were not printed, and get those that the page does not show.
    pub rows: bool,
}

/// An expectation's new text.
#[derive(Debug)]
struct Rewrite {
    step: usize,
    subject: Subject,
    text: String,
    changes: Changes,
}

/// An expectation, the output that it is about, and how it changes.
struct Pending<'a> {
    step: usize,
    subject: Subject,
    /// `None` if it is a new one.
    expectation: Option<&'a Expectation>,
    actual: String,
    /// `None` if it is kept, and for `exact`.
    update: Option<Update>,
}

/// What an expectation of a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// The command with this index.
    Command(usize),
    /// The whole step, in its `output` block with this index.
    Step(usize),
}

impl Subject {
    /// The text of the commands whose output it is.
    fn commands(self, step: &Step) -> &str {
        match self {
            Self::Command(index) => &step.commands[index].text,
            Self::Step(_) => &step.script,
        }
    }
}

/// A chapter with rewritten expectations.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The new text of the chapter.
    pub text: String,
    /// The new text of the chapter's file, which differs from `text` by `{{#include}}` and the
    /// like.
    pub source: String,
    /// The rewritten expectations: the line of each, and what has changed.
    pub rewritten: Vec<(usize, Changes)>,
    /// The expectations that do not match and are not rewritten: the line of each, and why.
    pub refused: Vec<(usize, Refusal)>,
}

/// Rewrites the expectations of a chapter that do not match. `scenario` was extracted from `text`;
/// `source` is the text of the chapter's file.
pub(crate) fn accept(
    text: &str,
    source: &str,
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
    choices: Choices,
) -> Accepted {
    let source_scenario =
        extract_with(&scenario.path, source, scenario.extensions.clone(), &scenario.reading);
    let mut edits = Vec::new();
    let mut source_edits = Vec::new();
    let mut rewritten = Vec::new();
    let Rewrites { rewrites, mut refused } = rewrites(scenario, recording, placeholders, choices);
    for rewrite in rewrites {
        let in_text = rewrite.edits(text, scenario);
        let in_source = if text == source {
            in_text.clone()
        } else {
            let step = same_step(&scenario.steps[rewrite.step], scenario, &source_scenario);
            let rewrite = step.map(|step| Rewrite {
                text: rewrite.text.clone(),
                changes: Changes::default(),
                step,
                ..rewrite
            });
            let rewrite = rewrite.ok_or(Refusal::NotInFile);
            rewrite.and_then(|rewrite| rewrite.edits(source, &source_scenario))
        };
        let step = &scenario.steps[rewrite.step];
        let line = expectation_for(step, rewrite.subject).map_or_else(
            || line_of(text, step, rewrite.subject),
            |expectation| Some(expectation.line),
        );
        match in_text.and_then(|in_text| Ok((in_text, in_source?))) {
            Ok((in_text, in_source)) => {
                edits.extend(in_text);
                source_edits.extend(in_source);
                rewritten.extend(line.map(|line| (line, rewrite.changes)));
            }
            Err(refusal) => refused.extend(line.map(|line| (line, refusal))),
        }
    }
    refused.sort_by_key(|(line, _)| *line);
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

/// What is done with the expectations that do not match.
#[derive(Default)]
struct Rewrites {
    rewrites: Vec<Rewrite>,
    refused: Vec<(usize, Refusal)>,
}

/// Returns what is done with the expectations that do not match.
fn rewrites(
    scenario: &Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
    choices: Choices,
) -> Rewrites {
    let (pending, mut names) = pending(scenario, recording, placeholders, choices.new);
    let updates = pending.iter().filter_map(|pending| pending.update.as_ref());
    names::add_names(&mut names, updates.flat_map(Update::identities), recording);

    let mut bindings = Bindings::default();
    let mut all = Rewrites::default();
    for Pending { step, subject, expectation, actual, update } in pending {
        let old = expectation.map_or("", |expectation| expectation.text.as_str());
        let unwanted = unwanted(old, &actual);
        let rows = other_rows(old, &actual).filter(|_| !choices.rows);
        let text = match &update {
            _ if expectation.is_some_and(|expectation| expectation.attributes.exact) => actual,
            None => {
                bind(old, &actual, placeholders, &mut bindings);
                continue;
            }
            Some(update) => {
                let text = update.text(&actual, &names, placeholders, &bindings);
                bind(&text, &actual, placeholders, &mut bindings);
                text
            }
        };
        let commands = subject.commands(&scenario.steps[step]);
        let refusal = expectation.and_then(|expectation| {
            let note =
                || lost_note(old, &text, commands).map(|note| Refusal::Note(note.to_owned()));
            let refusal = unwanted.filter(|_| text != old).or(rows).or_else(note)?;
            Some((expectation.line, refusal))
        });
        if let Some(refusal) = refusal {
            all.refused.push(refusal);
        } else if text != old {
            let changes = match update {
                Some(update) => update.changes(),
                None => Changes::rewritten(old, &text),
            };
            all.rewrites.push(Rewrite { step, subject, text, changes });
        }
    }
    all
}

/// Returns why an output is not what an author means to show.
fn unwanted(old: &str, actual: &str) -> Option<Refusal> {
    if is_nothing_left(old, actual) {
        return Some(Refusal::NothingLeft);
    }
    is_error_of_shell(old, actual).then_some(Refusal::ShellError)
}

/// Whether nothing was printed of what a page shows, or of a table only its header, or that of `ls -l`. What it lists is not there, so
/// that the new page would not show what the author means.
fn is_nothing_left(old: &str, actual: &str) -> bool {
    let shown = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let is_header = |line: &str| {
        line == "total 0"
            || line.contains("  ")
                && line.chars().any(char::is_uppercase)
                && !line.chars().any(char::is_lowercase)
    };
    let old = without_pull(old).map_or(Cow::Borrowed(old), Cow::Owned);
    match shown(actual) {
        0 => shown(&old) > 0,
        1 => shown(&old) > 1 && is_header(actual.trim()),
        _ => false,
    }
}

/// Whether the shell did not find a program, of which the page says nothing: the command's status does not always show it,
/// as in `docker $(docker-machine config node1) ps`.
fn is_error_of_shell(old: &str, actual: &str) -> bool {
    let says = |text: &str| text.lines().any(|line| line.ends_with(": command not found"));
    says(actual) && !says(old)
}

/// Returns the expectations that can be rewritten, in the order in which they bind names; and the names that they have
/// bound.
fn pending<'a>(
    scenario: &'a Scenario,
    recording: &Recording,
    placeholders: &Placeholders,
    add_new: bool,
) -> (Vec<Pending<'a>>, Names) {
    let engine = &recording.engine.version;
    let mut judge = Judge::new(engine, placeholders);
    let mut bindings = Bindings::default();
    for step in &recording.steps {
        let StepRecording::Ran { commands, effects } = step else { continue };
        commands
            .iter()
            .for_each(|command| bindings.add_swarm_ids(&terminal::text(&command.transcript)));
        effects.iter().for_each(|effect| bindings.add_swarm_ids(&effect.name));
    }
    let mut all = Vec::new();
    for (index, (step, recorded)) in scenario.steps.iter().zip(&recording.steps).enumerate() {
        if recording.limits.first_step().is_some_and(|first| first <= index) {
            // The output of this step and of later ones is hardly what the author wants.
            break;
        }
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        bindings.add_commands(step.commands.iter().map(|command| command.text.as_str()));
        let findings = judge.judge(step, commands);
        let is_without_image = findings.iter().any(|(code, _)| *code == Code::ImageMissing);
        let is_about_output = |code| matches!(code, Code::OutputMismatch | Code::ChangedValues);
        let others = findings.iter().filter(|(code, _)| !is_about_output(*code));
        let first_other = others.map(|(_, command)| *command).min();
        let known = expectations(step)
            .filter(|(_, expectation)| expectation.is_for(engine))
            .map(|(subject, expectation)| (subject, expectation.attributes, Some(expectation)));
        let new = if add_new { new::subjects(step) } else { Vec::new() };
        let new = new.into_iter().map(|(subject, attributes)| (subject, attributes, None));
        let mut subjects: Vec<_> = known.chain(new).collect();
        subjects.sort_by_key(|(subject, ..)| *subject);
        subjects.retain(|(subject, ..)| match (first_other, subject) {
            (None, _) => true,
            (Some(other), Subject::Command(command)) => *command < other,
            (Some(_), Subject::Step(_)) => false,
        });
        for (subject, attributes, expectation) in subjects {
            let commands = match subject {
                Subject::Command(command) => commands.get(command..=command).unwrap_or_default(),
                Subject::Step(_) => commands,
            };
            if let Some(expectation) = expectation {
                let pattern = pattern(expectation, placeholders);
                if compare(commands, expectation, &pattern, &mut bindings).is_ok() {
                    continue;
                }
            }
            let actual = match expectation {
                Some(expectation) => printed_for(commands, expectation, &bindings),
                None => {
                    in_expected_order("", &printed(commands, attributes), &bindings).into_owned()
                }
            };
            let is_cut = commands.iter().any(|command| command.transcript.omitted_bytes > 0);
            if expectation.is_none() && (is_cut || actual.trim().is_empty()) {
                continue;
            }
            let mut new = None;
            if !attributes.exact {
                let old = expectation.map_or("", |expectation| expectation.text.as_str());
                new = update(old, &actual, placeholders, &bindings);
                let text = new
                    .as_ref()
                    .map(|update| update.text(&actual, &Names::default(), placeholders, &bindings));
                let text = text.as_deref().unwrap_or(old);
                bind(text, &actual, placeholders, &mut bindings);
            }
            all.push(Pending { step: index, subject, expectation, actual, update: new });
        }
        if is_without_image {
            // Without it, the output of later steps is hardly what the author wants, either.
            break;
        }
    }
    (all, Names::of(&bindings))
}

/// Binds the names of a pattern that matches.
fn bind(pattern: &str, actual: &str, placeholders: &Placeholders, bindings: &mut Bindings) {
    // `update` returns a pattern that matches.
    let _ = Pattern::parse(pattern, placeholders).matches(actual, bindings);
}

impl Rewrite {
    /// Returns the edits that put the new text into the chapter, or why its block cannot contain it.
    fn edits(&self, text: &str, scenario: &Scenario) -> Result<Vec<Edit>, Refusal> {
        let step = &scenario.steps[self.step];
        let edits = match expectation_for(step, self.subject) {
            Some(expectation) => edits(text, expectation, &self.text),
            None => {
                let insertion = new::insertion(text, step, self.subject, &self.text);
                vec![insertion.ok_or(Refusal::NoPlace)?]
            }
        };
        let new = splice(text, edits.clone());
        let extensions = scenario.extensions.clone();
        let new = extract_with(&scenario.path, &new, extensions, &scenario.reading);
        if self.is_only_change(scenario, &new) { Ok(edits) } else { Err(self.why_not(step, &new)) }
    }

    /// Returns why the block of a step does not contain the new text, given what has become of the chapter with it.
    fn why_not(&self, old: &Step, new: &Scenario) -> Refusal {
        let new = new.steps.get(self.step);
        let read = new.and_then(|step| expectation_for(step, self.subject));
        let mut read = read.map_or("", |expectation| &expectation.text).lines();
        let Some(other) = self.text.lines().find(|line| read.next() != Some(*line)) else {
            return Refusal::NoLineFeed;
        };
        let has_more_commands = new.is_some_and(|new| new.commands.len() > old.commands.len());
        match self.subject {
            Subject::Command(_) if has_more_commands => Refusal::Prompt(other.to_owned()),
            _ => Refusal::Line(other.to_owned()),
        }
    }

    /// Whether the rewrite is the only difference between a chapter before and after it.
    fn is_only_change(&self, old: &Scenario, new: &Scenario) -> bool {
        // With a line number on the command line, the old scenario ends at that step.
        let has_same_outline =
            new.findings.len() == old.findings.len() && new.steps.len() >= old.steps.len();
        let is_expected = |index, old: &Step, new: &Step| {
            let commands = (0..old.commands.len()).map(Subject::Command);
            let blocks = (0..new.expectations.len()).map(Subject::Step);
            let is_new_block = self.step == index
                && matches!(self.subject, Subject::Step(_))
                && expectation_for(old, self.subject).is_none();
            old.commands.len() == new.commands.len()
                && old.expectations.len() + usize::from(is_new_block) == new.expectations.len()
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

/// Returns the number of the line after which an expectation is added.
fn line_of(text: &str, step: &Step, subject: Subject) -> Option<usize> {
    let end = match subject {
        Subject::Command(command) => step.commands.get(command)?.lines.last()?.end,
        Subject::Step(_) => step.fence.block.end,
    };
    Some(line_and_column(text, end).0)
}

fn expectation_for(step: &Step, subject: Subject) -> Option<&Expectation> {
    match subject {
        Subject::Command(command) => step.commands.get(command)?.expectation.as_ref(),
        Subject::Step(block) => step.expectations.get(block),
    }
}

#[cfg(test)]
mod tests;
