//! From chapters to a report.

use crate::accept::{Accepted, accept};
use crate::chapters::{Source, SourceError};
use crate::check::check;
use crate::extract::extract;
use crate::finding::{Code, Finding};
use crate::lints::Lints;
use crate::recording::Recording;
use crate::report::{ChapterReport, Report};
use crate::run::{RunError, Runner};
use crate::settings::Settings;

/// Reads the steps of all chapters of a book with these lints. Nothing runs.
///
/// # Errors
/// [`SourceError::NoStep`], when one step of a chapter is wanted that is not there.
pub fn read_steps(chapters: Vec<Source>, lints: &Lints) -> Result<Report, SourceError> {
    let chapters = chapters.into_iter().map(|chapter| ChapterReport::read(chapter, lints));
    Ok(Report { engine: None, chapters: chapters.collect::<Result<_, _>>()? })
}

impl Report {
    /// Runs the steps that were read, chapter by chapter, and adds what came out of them.
    /// `begin` hears of each chapter that has steps to run. A chapter of which something is already
    /// known to be wrong is left out: what its steps are to do is not understood.
    ///
    /// # Errors
    /// When a chapter cannot be run; the rest is then left alone.
    pub fn run(
        &mut self,
        runner: &Runner<'_>,
        begin: impl Fn(&ChapterReport),
    ) -> Result<(), RunError> {
        for chapter in self.chapters.iter_mut().filter(|chapter| !chapter.has_errors()) {
            if chapter.scenario.steps.iter().any(|step| !step.attributes.ignore) {
                begin(chapter);
            }
            let Some(recording) = runner.run(&chapter.scenario)? else { continue };
            self.engine.get_or_insert_with(|| recording.engine.clone());
            chapter.judge(recording, runner.settings);
        }
        Ok(())
    }
}

impl ChapterReport {
    fn read(chapter: Source, lints: &Lints) -> Result<Self, SourceError> {
        let Source { path, text, extensions, only_at } = chapter;
        let scenario = extract(&path, &text, extensions);
        let findings = lints.apply(scenario.findings.clone());
        let mut report = Self { text, extensions, scenario, recording: None, findings, only: None };
        if let Some(line) = only_at {
            let steps = &report.scenario.steps;
            let index = steps.iter().position(|step| step.lines(&report.text).contains(&line));
            let index = index.ok_or(SourceError::NoStep { path, line })?;
            report.scenario.steps.truncate(index + 1);
            report.only = Some(index);
            report.keep_what_is_wanted();
        }
        Ok(report)
    }

    /// Adds what came out of the chapter, and what there is to say of that.
    fn judge(&mut self, recording: Recording, settings: &Settings) {
        let findings = check(&self.text, &self.scenario, &recording, &settings.placeholders);
        self.findings.extend(settings.lints.apply(findings));
        self.recording = Some(recording);
        self.keep_what_is_wanted();
    }

    /// Drops findings about other steps than the one that is wanted. What is left behind by a chapter
    /// that was cut short says nothing.
    fn keep_what_is_wanted(&mut self) {
        let Some(step) = self.only.and_then(|index| self.scenario.steps.get(index)) else { return };
        let is_wanted =
            |finding: &Finding| finding.code != Code::Leftover && step.is_subject_of(finding);
        self.findings.retain(is_wanted);
    }

    /// The chapter with its expectations rewritten, where they do not hold; `source` is its file's
    /// text.
    pub(crate) fn accepted(&self, source: &str, settings: &Settings) -> Option<Accepted> {
        let recording = self.recording.as_ref()?;
        let (text, scenario) = (&self.text, &self.scenario);
        Some(accept(text, source, scenario, recording, &settings.placeholders, self.extensions))
    }

    /// Takes the chapter's new text for the old one, and judges what came out by it.
    pub(crate) fn reread(&mut self, text: String, settings: &Settings) {
        let steps = self.scenario.steps.len();
        self.scenario = extract(&self.scenario.path, &text, self.extensions);
        self.scenario.steps.truncate(steps);
        self.text = text;
        self.findings = settings.lints.apply(self.scenario.findings.clone());
        if let Some(recording) = self.recording.take() {
            self.judge(recording, settings);
        }
    }
}
