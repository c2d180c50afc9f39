//! A chapter on its way through the pipeline: read, then run or replayed, then rendered.

use std::collections::BTreeSet;
use std::mem;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::NamedEngine;
use super::spill::Spilled;
use crate::accept::{Accepted, Choices, accept};
use crate::book::chapters::{Source, SourceError};
use crate::book::origins::{Origins, origins};
use crate::book::settings::Settings;
use crate::check::{Checked, Rules, check, flaws};
use crate::extract::extract_with;
use crate::extract::image_uses::{ImageUses, image_uses};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{Origin, Recording, StepRecording};
use crate::model::scenario::{Scenario, Step};
use crate::model::status::StepStatus;
use crate::text::position::{line_and_column, offset};

mod fixing;
mod results;

/// A chapter, its results and its findings.
#[derive(Debug)]
pub(crate) struct Chapter {
    /// The path of the chapter, as shown in findings.
    pub path: PathBuf,
    /// The path of the chapter's recording.
    pub recording_path: PathBuf,
    /// The engine that it is to run on, if several were named.
    pub engine: Option<NamedEngine>,
    /// The findings about annotations and about the run.
    pub findings: Vec<Finding>,
    /// The indices of the steps that failed without a finding of their own, after an image was missing.
    consequences: BTreeSet<usize>,
    stage: Stage,
}

/// The stage that a chapter has reached.
#[derive(Debug)]
enum Stage {
    /// The steps are known, and have not run.
    Read(Text),
    /// The steps have run, or were replayed from a recording.
    Ran(Text, Box<Recording>),
    /// The page is rendered. Text, steps and output are dropped, so that a large book need not be
    /// in memory as a whole.
    Done(Done),
}

/// A chapter's text and its scenario.
#[derive(Debug, Default)]
struct Text {
    /// The text that all spans refer to.
    text: String,
    scenario: Scenario,
    /// The indices of the only steps to report on, if a line was selected; more than one if it includes
    /// them. The steps after them are left out.
    only: Option<Range<usize>>,
    /// Where the text comes from; `None` if it is that of the chapter's file.
    origins: Option<Origins>,
    /// The images of the scenario, once they have been asked for.
    image_uses: OnceLock<ImageUses>,
}

impl Text {
    /// Whether a line of the chapter's file belongs to a step.
    fn is_at(&self, step: &Step, line: usize) -> bool {
        match &self.origins {
            None => step.lines(&self.text).contains(&line),
            Some(origins) => {
                let block = step.block();
                let end = block.end.saturating_sub(1);
                (origins.line_in_chapter(block.start)..=origins.line_in_chapter(end))
                    .contains(&line)
            }
        }
    }
}

#[derive(Debug)]
struct Done {
    page: Spilled,
    statuses: Vec<StepStatus>,
    /// The recording without the results of its steps.
    recording: Option<Recording>,
}

impl Chapter {
    /// Reads a chapter's steps, and checks its annotations.
    ///
    /// # Errors
    /// [`SourceError::NoStep`] if a step is selected that does not exist.
    pub(crate) fn read(source: Source, settings: &Settings) -> Result<Self, SourceError> {
        let Source { path, text, is_preprocessed, extensions, only_at, recording: recording_path } =
            source;
        let scenario = extract_with(&path, &text, extensions, &settings.reading());
        let (findings, consequences) = (Vec::new(), BTreeSet::new());
        let stage = Stage::Read(Text { text, scenario, ..Text::default() });
        let engine = None;
        let mut chapter = Self { path, recording_path, engine, findings, consequences, stage };
        chapter.find_annotations(is_preprocessed, settings);
        if let Some(line) = only_at {
            chapter.select(line)?;
        }
        Ok(chapter)
    }

    /// Adds the findings about the text, and finds where it comes from if preprocessors made it.
    fn find_annotations(&mut self, is_preprocessed: bool, settings: &Settings) {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &mut self.stage else { return };
        self.findings = annotation_findings(&text.text, &text.scenario, settings);
        if is_preprocessed {
            let missing;
            (text.origins, missing) = origins(&self.path, &text.text);
            if let Some(origins) = &text.origins {
                for step in &mut text.scenario.steps {
                    step.line = origins.line_in_chapter(step.fence.body.start);
                }
                let missing = missing.iter().map(|missing| missing.finding(&self.path, origins));
                self.findings.extend(settings.lints.apply(missing));
            }
        }
        self.locate_findings();
    }

    /// Sets the places of all findings in the files that the author edits.
    fn locate_findings(&mut self) {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return };
        let Some(origins) = &text.origins else { return };
        // The link of a missing include is not always in the text.
        let findings = self.findings.iter_mut();
        for finding in findings.filter(|finding| finding.code != Code::MissingInclude) {
            let place = origins.place(finding.span.start);
            (finding.line, finding.column) = place.line_and_column();
            finding.path = place.included.unwrap_or(&self.path).to_owned();
        }
    }

    /// Selects the steps at a line of the chapter's file.
    fn select(&mut self, line: usize) -> Result<(), SourceError> {
        if let Stage::Read(text) = &mut self.stage {
            let is_at = |step: &Step| text.is_at(step, line);
            let steps = &text.scenario.steps;
            let (Some(first), Some(last)) =
                (steps.iter().position(is_at), steps.iter().rposition(is_at))
            else {
                return Err(SourceError::NoStep { path: self.path.clone(), line });
            };
            text.scenario.steps.truncate(last + 1);
            text.only = Some(first..last + 1);
        }
        self.keep_selected_findings();
        Ok(())
    }

    /// Adds the recording of the chapter's steps, and its findings.
    pub(crate) fn judge(&mut self, recording: Recording, settings: &Settings) {
        let Some(text) = self.take_text() else { return };
        let pinned = settings.images.iter().filter(|image| image.digest.is_some());
        let rules = Rules {
            placeholders: &settings.placeholders,
            lints: &settings.lints,
            pinned: pinned.map(|image| image.reference.clone()).collect(),
        };
        let Checked { findings, consequences } =
            check(&text.text, &text.scenario, &recording, &rules);
        self.findings.extend(settings.lints.apply(findings));
        self.consequences = consequences;
        self.stage = Stage::Ran(text, Box::new(recording));
        self.locate_findings();
        self.keep_selected_findings();
    }

    /// Adds what is known of the chapter's steps although they could not run. It is not checked: the steps are
    /// no longer those that have run.
    pub(crate) fn show_not_run(&mut self, recording: Recording) {
        if let Some(text) = self.take_text() {
            self.stage = Stage::Ran(text, Box::new(recording));
        }
    }

    /// Drops the run, so that the chapter is run again. `findings` are those from before the run.
    pub(crate) fn forget_run(&mut self, findings: Vec<Finding>) {
        if let Some(text) = self.take_text() {
            self.stage = Stage::Read(text);
            self.findings = findings;
            self.consequences.clear();
        }
    }

    /// Sets where the chapter's recording comes from.
    pub(crate) fn set_origin(&mut self, origin: Origin) {
        if let Stage::Ran(_, recording) = &mut self.stage {
            recording.origin = origin;
        }
    }

    /// Drops everything but the page, the statuses, and the recording without its steps.
    pub(crate) fn finish(&mut self, page: Spilled) {
        let statuses = self.statuses().collect();
        let stage = mem::replace(&mut self.stage, Stage::Read(Text::default()));
        let recording = match stage {
            Stage::Read(_) => None,
            Stage::Ran(_, recording) => Some(recording.without_steps()),
            Stage::Done(done) => done.recording,
        };
        self.stage = Stage::Done(Done { page, statuses, recording });
    }

    /// Returns the chapter with expectations that pass; `None` if it has not run. `source` is the
    /// text of the chapter's file.
    pub(crate) fn accepted(
        &self,
        source: &str,
        settings: &Settings,
        choices: Choices,
    ) -> Option<Accepted> {
        let Stage::Ran(Text { text, scenario, .. }, recording) = &self.stage else { return None };
        Some(accept(text, source, scenario, recording, &settings.placeholders, choices))
    }

    /// Returns the file and the line in it of a line of the text.
    pub(crate) fn place_of_line(&self, line: usize) -> (&Path, usize) {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else {
            return (&self.path, line);
        };
        let Some(origins) = &text.origins else { return (&self.path, line) };
        let place = origins.place(offset(&text.text, line, 1));
        (place.included.unwrap_or(&self.path), place.line_and_column().0)
    }

    /// Replaces the chapter's text, and checks its annotations and its run against the new one.
    pub(crate) fn reread(&mut self, new: String, settings: &Settings) {
        if let Some(recording) = self.read_again(new, settings) {
            self.judge(recording, settings);
        }
    }

    /// Replaces the chapter's text, and reads its steps and annotations again, up to the selected steps.
    /// Returns the recording of the run before; `None` if there was none, or once the page is rendered.
    fn read_again(&mut self, new: String, settings: &Settings) -> Option<Recording> {
        let stage = mem::replace(&mut self.stage, Stage::Read(Text::default()));
        let (old, recording) = match stage {
            Stage::Read(text) => (text, None),
            Stage::Ran(text, recording) => (text, Some(*recording)),
            Stage::Done(_) => {
                self.stage = stage;
                return None;
            }
        };
        let extensions = old.scenario.extensions;
        let mut scenario = extract_with(&self.path, &new, extensions, &settings.reading());
        if let Some(only) = &old.only {
            scenario.steps.truncate(only.end);
        }
        self.consequences.clear();
        let (only, is_preprocessed) = (old.only, old.origins.is_some());
        self.stage = Stage::Read(Text { text: new, scenario, only, ..Text::default() });
        self.find_annotations(is_preprocessed, settings);
        recording
    }

    /// Adds a finding about one of the steps that run, by its index among them.
    pub(crate) fn add_finding(
        &mut self,
        code: Code,
        step: usize,
        message: String,
        help: String,
        settings: &Settings,
    ) {
        let steps: Vec<&Step> = self.steps_that_run().collect();
        let step = steps.get(step).or(steps.last());
        let span = step.map_or(0..0, |step| step.command.clone());
        self.add_finding_at(code, span, message, help, settings);
    }

    /// Adds a finding about a place in the text.
    pub(crate) fn add_finding_at(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: String,
        help: String,
        settings: &Settings,
    ) {
        let (line, column) = line_and_column(self.text(), span.start);
        let path = self.path.clone();
        let (severity, help) = (Severity::Error, Some(help));
        let remedies = Vec::new();
        let finding = Finding { code, severity, path, span, line, column, message, help, remedies };
        self.findings.extend(settings.lints.apply([finding]));
        self.locate_findings();
    }

    /// Drops the findings about other steps if one is selected, except about missing images that explain
    /// why it failed, and guards that kept it from running. Leftovers are then expected, as the chapter's cleanup does not run.
    fn keep_selected_findings(&mut self) {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return };
        let Some(only) = text.only.clone() else { return };
        let Some(steps) = text.scenario.steps.get(only.clone()) else { return };
        let was_skipped =
            only.clone().any(|index| self.recorded(index) == Some(&StepRecording::Skipped));
        let guards = text.scenario.steps.iter().filter(|step| step.attributes.guard);
        let guards: Vec<&Step> = guards.filter(|_| was_skipped).collect();
        let has_consequence = self.consequences.iter().any(|step| only.contains(step));
        let is_selected = |finding: &Finding| match finding.code {
            Code::Leftover => false,
            Code::ImageMissing if has_consequence => true,
            // It belongs to no step, and the steps up to the selected one run.
            Code::UnwrittenFile => true,
            _ => steps.iter().chain(guards.iter().copied()).any(|step| step.is_subject_of(finding)),
        };
        self.findings.retain(is_selected);
    }

    fn take_text(&mut self) -> Option<Text> {
        match &mut self.stage {
            Stage::Read(text) | Stage::Ran(text, _) => Some(mem::take(text)),
            Stage::Done(_) => None,
        }
    }

    /// Returns the text that all spans refer to; empty once the page is rendered.
    pub(crate) fn text(&self) -> &str {
        match &self.stage {
            Stage::Read(text) | Stage::Ran(text, _) => &text.text,
            Stage::Done(_) => "",
        }
    }

    /// Returns the images that the chapter uses; `None` once the page is rendered. A build needs them for a
    /// recording's inputs, and for the page.
    pub(crate) fn image_uses(&self) -> Option<&ImageUses> {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return None };
        Some(text.image_uses.get_or_init(|| image_uses(&text.scenario)))
    }

    /// Whether a line of the chapter's file belongs to a step, given by its index.
    pub(crate) fn is_at(&self, step: usize, line: usize) -> bool {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return false };
        text.scenario.steps.get(step).is_some_and(|step| text.is_at(step, line))
    }

    /// Returns the scenario; `None` once the page is rendered.
    pub(crate) fn scenario(&self) -> Option<&Scenario> {
        match &self.stage {
            Stage::Read(text) | Stage::Ran(text, _) => Some(&text.scenario),
            Stage::Done(_) => None,
        }
    }

    /// Returns the steps; empty once the page is rendered.
    pub(crate) fn steps(&self) -> &[Step] {
        self.scenario().map_or(&[], |scenario| &scenario.steps)
    }

    /// Returns the steps to report on, if a line was selected.
    pub(crate) fn selected(&self) -> Option<&[Step]> {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return None };
        text.scenario.steps.get(text.only.clone()?)
    }

    /// Returns the text of the file that a finding is about, and the place of the finding in it.
    pub(in crate::report) fn source(&self, finding: &Finding) -> (&str, Range<usize>) {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else {
            return ("", finding.span.clone());
        };
        let Some(origins) = &text.origins else { return (&text.text, finding.span.clone()) };
        let (file, start) = origins.text_of(&finding.path, finding.line, finding.column);
        let about = text.text.get(finding.span.clone()).unwrap_or_default();
        let is_there = file[start..].starts_with(about);
        // Where a preprocessor has changed the text, the line is all that is known.
        (file, start..if is_there { start + about.len() } else { start })
    }

    fn steps_that_run(&self) -> impl Iterator<Item = &Step> {
        self.scenario().into_iter().flat_map(Scenario::steps_that_run).map(|(_, step)| step)
    }

    /// Returns the recording; `None` if the steps have not run, or once the page is rendered.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        match &self.stage {
            Stage::Ran(_, recording) => Some(recording),
            Stage::Read(_) | Stage::Done(_) => None,
        }
    }

    /// Returns the recording if it is from this run, and no step was left out.
    pub(crate) fn whole_run(&self) -> Option<&Recording> {
        let Stage::Ran(text, recording) = &self.stage else { return None };
        let is_whole = text.only.is_none() && !recording.steps.contains(&StepRecording::Skipped);
        (is_whole && recording.origin == Origin::Run).then_some(recording)
    }

    /// Returns the rendered page.
    pub(crate) fn page(&self) -> Option<Spilled> {
        match &self.stage {
            Stage::Done(done) => Some(done.page),
            Stage::Read(_) | Stage::Ran(..) => None,
        }
    }
}

/// Returns the findings about a chapter's annotations, in the order of the text.
fn annotation_findings(text: &str, scenario: &Scenario, settings: &Settings) -> Vec<Finding> {
    let flaws = flaws(text, scenario, &settings.placeholders);
    let mut findings = settings.lints.apply(scenario.findings.iter().cloned().chain(flaws));
    findings.sort_by_key(|finding| finding.span.start);
    findings
}

#[cfg(test)]
impl Chapter {
    /// Returns a chapter that has run, with these findings.
    pub(super) fn ran(
        path: &std::path::Path,
        text: &str,
        recording: Recording,
        findings: Vec<Finding>,
    ) -> Self {
        let scenario = crate::extract::extract(path, text, crate::extract::Extensions::default());
        let text = Text { text: text.to_owned(), scenario, ..Text::default() };
        let path = path.to_owned();
        let recording_path = "recordings/a.md.json".into();
        let (stage, consequences) = (Stage::Ran(text, Box::new(recording)), BTreeSet::new());
        Self { path, recording_path, engine: None, findings, consequences, stage }
    }

    /// Returns the recording for changes.
    pub(super) fn recording_mut(&mut self) -> Option<&mut Recording> {
        match &mut self.stage {
            Stage::Ran(_, recording) => Some(recording),
            Stage::Read(_) | Stage::Done(_) => None,
        }
    }
}
