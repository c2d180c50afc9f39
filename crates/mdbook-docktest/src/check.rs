//! Compares a recording with its scenario.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use docker_images::Reference;

use crate::expect::{Bindings, Placeholders};
use crate::extract::image_uses::{Maker, makers};
use crate::model::finding::{Code, Finding, Severity, consequence, is_consequence};
use crate::model::recording::{
    Change, CommandRecording, Effect, End, ObjectKind, Recording, StepRecording, UnavailableImage,
};
use crate::model::remedy::Remedy;
use crate::model::scenario::{Command, Scenario, Step};
use crate::text::position::LineStarts;

mod advice;
mod background;
mod blank_at_line_end;
mod block_above;
mod changed_values;
mod command;
mod comparison;
mod consequences;
mod dialogue;
mod fix;
mod forced;
pub(crate) mod guard;
mod history;
mod limits;
pub(crate) mod lints;
mod look_alike;
mod missing_file;
mod missing_image;
mod missing_output;
mod missing_swarm;
mod not_run;
mod output;
mod pipeline;
mod quote;
mod ran_commands;
mod shown_file;
mod status;
mod status_use;
mod stream;
mod syntax_error;
mod unanswered;
mod unpinned;
mod unprompted;
mod unused_stdin;
mod unwatched;
mod unwritten;

use self::command::CommandCheck;
pub(crate) use self::comparison::{compare, pattern, printed, printed_for};
use self::consequences::{Folded, Found};
use self::history::{History, Outcome};
use self::lints::Lints;
use self::missing_image::MissingImage;
use self::not_run::why_not_run;
use self::output::AllExpected;
pub(crate) use self::pipeline::is_looked_at;
use self::status_use::status_use;

/// What a book says about the results of its chapters.
pub(crate) struct Rules<'a> {
    pub(crate) placeholders: &'a Placeholders,
    /// They decide whether a missing image explains later failures, not the severity of findings.
    pub(crate) lints: &'a Lints,
    /// The images that book.toml pins to a digest.
    pub(crate) pinned: BTreeSet<Reference>,
}

/// The result of comparing a recording with its scenario.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The findings, in the order of the text.
    pub(crate) findings: Vec<Finding>,
    /// The indices of the steps that failed without a finding, after an image was missing.
    pub(crate) consequences: BTreeSet<usize>,
}

/// Compares a chapter's recording with what its text expects.
pub(crate) fn check(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    rules: &Rules<'_>,
) -> Checked {
    let mut bindings = Bindings::default();
    let mut found = Found::default();
    let unavailable = &recording.unavailable_images;
    let makers = OnceCell::new();
    let history = History::default();
    let lines = &LineStarts::of(text);
    let mut chapter = Chapter { text, lines, scenario, unavailable, history, makers };
    // The first guard that has failed.
    let mut failed_guard = None;
    let engine = &recording.engine.version;
    let steps = scenario.steps.iter().zip(&recording.steps).enumerate();
    for (index, (step, recorded)) in steps {
        let expected = AllExpected::on(step, engine, rules.placeholders);
        // Before the others, which it may have caused.
        found.differences.extend(limits::differences(index, step, recording.limits));
        match recorded {
            StepRecording::Ran { commands, effects } => {
                found.missing_images.extend(pulled_elsewhere(step, effects, unavailable));
                found.differences.extend(missing_output::difference(step, engine));
                let chapter = Some(&mut chapter);
                let mut of_step = differences(step, commands, &expected, chapter, &mut bindings);
                unanswered::add_remedies(text, step, &mut of_step.differences);
                if step.attributes.guard && guard::has_failed(&of_step.codes()) {
                    failed_guard.get_or_insert((step, of_step.start()));
                }
                if of_step.differences.is_empty() && of_step.missing_images.is_empty() {
                    of_step.differences.extend(unused_stdin::difference(text, step, commands));
                }
                found.append(of_step);
            }
            StepRecording::Skipped => {
                found.skipped.insert(index);
                let message = match failed_guard {
                    Some((guard, failure)) => guard::consequence((text, lines), guard, failure),
                    None => "this step did not run: an earlier step failed".to_owned(),
                };
                found.differences.push(not_run(step.command.clone(), &message));
                chapter.did_not_run(&step.commands);
            }
            // It is not meant to guard anything here.
            StepRecording::OtherEngine => chapter.did_not_run(&step.commands),
            StepRecording::Ignored => {
                if step.attributes.guard {
                    failed_guard.get_or_insert((step, None));
                }
                chapter.did_not_run(&step.commands);
            }
        }
    }
    found.differences.extend(background::differences(text, scenario, recording, &rules.pinned));
    found.differences.extend(unwritten::differences(scenario, recording));
    // So that those of a command are found fast.
    found.differences.sort_by_key(|difference| difference.span.start);
    if found.differences.iter().any(|difference| difference.code == Code::ExitStatus) {
        explain_failures(text, scenario, recording, rules, &mut found.differences);
    }
    let Folded { mut differences, steps: consequences } = found.fold(scenario, rules.lints);
    differences.sort_by_key(|difference| difference.span.start);
    let findings = findings((text, lines), scenario, differences);
    Checked { findings, consequences }
}

/// Adds to the failures of commands what the rest of the chapter says about them.
fn explain_failures(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    rules: &Rules<'_>,
    differences: &mut Vec<Difference>,
) {
    blank_at_line_end::explain(text, scenario, recording, differences);
    missing_file::explain(text, scenario, recording, differences);
    shown_file::explain(text, scenario, recording, differences);
    missing_swarm::explain(text, scenario, recording, differences);
    unprompted::explain(scenario, recording, rules.placeholders, differences);
}

/// Returns the findings about `output` blocks that do not depend on a run.
pub(crate) fn flaws(text: &str, scenario: &Scenario, placeholders: &Placeholders) -> Vec<Finding> {
    let steps = scenario.steps.iter();
    let flaws = steps.flat_map(|step| AllExpected::all(step, placeholders).into_flaws());
    let flaws: Vec<Difference> = flaws.collect();
    // Most chapters have none.
    if flaws.is_empty() {
        return Vec::new();
    }
    findings((text, &LineStarts::of(text)), scenario, flaws)
}

fn findings(
    (text, lines): (&str, &LineStarts),
    scenario: &Scenario,
    found: Vec<Difference>,
) -> Vec<Finding> {
    let finding = |Difference { code, span, message, help, remedies }| {
        let (line, column) = lines.line_and_column(text, span.start);
        let path = scenario.path.clone();
        // The book decides the severity: see `lints`.
        let severity = Severity::Error;
        Finding { code, severity, path, span, line, column, message, help, remedies }
    };
    found.into_iter().map(finding).collect()
}

/// Judges the steps of a chapter one by one while it runs.
pub(crate) struct Judge<'a> {
    placeholders: &'a Placeholders,
    /// The version of the engine.
    engine: String,
    bindings: Bindings,
}

impl<'a> Judge<'a> {
    /// A judge for an engine of this version.
    pub(crate) fn new(engine: &str, placeholders: &'a Placeholders) -> Self {
        Self { placeholders, engine: engine.to_owned(), bindings: Bindings::default() }
    }

    /// Returns the codes of a step's findings. Names are bound only if there are none.
    pub(crate) fn codes(&mut self, step: &Step, commands: &[CommandRecording]) -> Vec<Code> {
        self.judge(step, commands).into_iter().map(|(code, _)| code).collect()
    }

    /// Returns the same, each with the index of its command; 0 for those about the whole step.
    pub(crate) fn judge(
        &mut self,
        step: &Step,
        commands: &[CommandRecording],
    ) -> Vec<(Code, usize)> {
        let expected = AllExpected::on(step, &self.engine, self.placeholders);
        let found = differences(step, commands, &expected, None, &mut self.bindings);
        let command = |difference: &Difference| {
            let at = difference.span.start;
            let after = step.commands.partition_point(|command| command.span.start <= at);
            (difference.code, after.saturating_sub(1))
        };
        found.all().map(command).collect()
    }
}

/// The images that were not available, but that the engine has pulled by itself: what it got may be another
/// image than the book's, and the next run may not get it.
fn pulled_elsewhere(
    step: &Step,
    effects: &[Effect],
    unavailable: &[UnavailableImage],
) -> Vec<(String, Difference)> {
    let difference = |effect: &Effect| {
        let Change::Created { image: Some(image), .. } = &effect.change else { return None };
        let identity = image.parse::<Reference>().ok()?.to_string();
        let known = unavailable.iter().find(|known| known.reference == identity)?;
        let difference = Difference {
            code: Code::ImageMissing,
            span: place(step, effect.command),
            message: format!("image `{image}` is not available: {}", known.reason),
            help: Some("the engine has pulled an image of this name by itself".to_owned()),
            remedies: Vec::new(),
        };
        (effect.kind == ObjectKind::Image).then_some((identity, difference))
    };
    effects.iter().filter_map(difference).collect()
}

struct Difference {
    code: Code,
    span: Range<usize>,
    message: String,
    help: Option<String>,
    remedies: Vec<Remedy>,
}

impl Difference {
    /// Whether it follows from another one.
    fn is_consequence(&self) -> bool {
        is_consequence(&self.message)
    }
}

/// Returns the place of a step's command in the chapter.
fn place(step: &Step, command: usize) -> Range<usize> {
    step.commands.get(command).map_or(&step.command, |command| &command.span).clone()
}

fn not_run(span: Range<usize>, message: &str) -> Difference {
    Difference {
        code: Code::NotRun,
        span,
        message: message.to_owned(),
        help: None,
        remedies: Vec::new(),
    }
}

/// What explains differences of a step: the rest of its chapter.
struct Chapter<'a> {
    text: &'a str,
    lines: &'a LineStarts,
    /// They say more about images than docker has printed.
    unavailable: &'a [UnavailableImage],
    /// The earlier commands.
    history: History<'a>,
    scenario: &'a Scenario,
    /// The commands that make images. Most chapters miss none.
    makers: OnceCell<Vec<Maker>>,
}

impl<'a> Chapter<'a> {
    /// Returns the message that says that an image is missing because an earlier command did not make it.
    fn why_not_made(&self, image: &MissingImage) -> Option<String> {
        let name = image.name()?;
        let reference: Reference = name.parse().ok()?;
        let makers = self.makers.get_or_init(|| makers(self.scenario));
        let can_have_made = |maker: &&Maker| {
            let mut commands = self.scenario.steps.iter().flat_map(|step| &step.commands);
            let command = commands.find(|command| command.span.start == maker.start);
            command.is_some_and(|command| maker.made.can_be(&reference, &command.text))
        };
        let starts: Vec<usize> =
            makers.iter().filter(can_have_made).map(|maker| maker.start).collect();
        let (from, outcome) = self.history.first_failed(&starts)?;
        let line = self.lines.line(self.text, from);
        let name = name.trim_end_matches(":latest");
        Some(consequence(line, &format!("{}: image `{name}` does not exist", outcome.which())))
    }

    fn did_not_run(&mut self, commands: &'a [Command]) {
        for command in commands {
            self.history.push(&command.text, command.span.start, Outcome::NotRun);
        }
    }
}

/// Returns the differences of one step. `exit`, `until` and the like apply to its last command. With the chapter, they
/// are explained.
fn differences<'a>(
    step: &'a Step,
    commands: &[CommandRecording],
    expected: &AllExpected<'_>,
    mut chapter: Option<&mut Chapter<'a>>,
    bindings: &mut Bindings,
) -> Found {
    let count = step.commands.len();
    let last = count.saturating_sub(1);
    let mut found = Found::default();
    bindings.add_commands(step.commands.iter().map(|command| command.text.as_str()));
    let outputs = expected.differences(commands, count, bindings);
    // The commands that failed only because an earlier one did.
    let mut echoes = BTreeSet::new();
    let is_met = |of: Option<usize>| outputs.iter().all(|(command, _)| *command != of);
    for (index, command) in commands.iter().enumerate() {
        if command.end == End::NotTyped {
            if let (Some(chapter), Some(line)) = (&mut chapter, step.commands.get(index)) {
                chapter.did_not_run(std::slice::from_ref(line));
            }
            found.differences.push(not_run(place(step, index), why_not_run(step, commands, index)));
            continue;
        }
        let span = step.commands.get(index).map_or(&step.command, |command| &command.span);
        let status_use = status_use(step, commands, index, is_met);
        let is_last = index >= last;
        let explained_by = chapter.as_deref();
        let check = CommandCheck { step, command, span, is_last, status_use, explained_by };
        found.differences.extend(syntax_error::doubt(span, command));
        let missing_images = check.missing_images();
        let difference = if let Some(question) = unanswered::question(step, index, command) {
            Some(unanswered::difference(step, span.clone(), &question, command.end))
        } else if missing_images.is_empty()
            && !(exited_with_error(command) && dialogue::is_shown(step, commands, index))
        {
            check.difference()
        } else {
            None
        };
        let difference = difference
            .or_else(|| dialogue::failure(step, index, span, command))
            .or_else(|| forced::difference(&check));
        let has_failed = difference.is_some() || !missing_images.is_empty();
        if difference.as_ref().is_some_and(Difference::is_consequence) {
            echoes.insert(index);
        }
        if difference.is_some() && check.is_explained() {
            found.explained.insert(span.start);
        }
        found.differences.extend(difference);
        let unavailable = explained_by.map_or(&[][..], |chapter| chapter.unavailable);
        let not_made =
            |image: &MissingImage| explained_by.and_then(|chapter| chapter.why_not_made(image));
        let (not_made, missing_images): (Vec<_>, Vec<_>) = missing_images
            .into_iter()
            .map(|image| not_made(&image).ok_or(image))
            .partition(Result::is_ok);
        for message in not_made.into_iter().flatten() {
            echoes.insert(index);
            let span = span.clone();
            let (help, remedies) = (None, Vec::new());
            let code = Code::ExitStatus;
            found.differences.push(Difference { code, span, message, help, remedies });
        }
        let missing_images = missing_images.into_iter().filter_map(Result::err).map(|image| {
            let identity = image.identity();
            let known = unavailable.iter().find(|known| known.reference == identity);
            let reason = known.map(|known| known.reason.as_str());
            (identity, image.difference(span.clone(), reason))
        });
        found.missing_images.extend(missing_images);
        if let (Some(chapter), Some(command)) = (&mut chapter, step.commands.get(index)) {
            let outcome = if has_failed { Outcome::Failed } else { Outcome::Succeeded };
            chapter.history.push(&command.text, command.span.start, outcome);
        }
    }
    if let Some(chapter) = chapter {
        chapter.did_not_run(step.commands.get(commands.len()..).unwrap_or_default());
    }
    let not_started = commands.len()..count;
    found.differences.extend(
        not_started.map(|index| not_run(place(step, index), why_not_run(step, commands, index))),
    );
    // Why there is no output is known.
    let is_known = |of: Option<usize>| match of {
        Some(command) => echoes.contains(&command),
        None => !echoes.is_empty(),
    };
    let outputs = outputs.into_iter().filter(|(of, _)| !is_known(*of));
    found.differences.extend(outputs.map(|(_, difference)| difference));
    found
}

fn exited_with_error(command: &CommandRecording) -> bool {
    matches!(command.end, End::Exited { status } if status != 0)
}

/// Returns the findings of a chapter in a book with the default settings.
#[cfg(test)]
pub(crate) fn findings_by_default(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
) -> Vec<Finding> {
    let (placeholders, lints) = (&Placeholders::default(), &Lints::default());
    let rules = Rules { placeholders, lints, pinned: BTreeSet::new() };
    check(text, scenario, recording, &rules).findings
}

#[cfg(test)]
mod tests;
