//! From chapters to a report.

use crate::chapters::Source;
use crate::check::{check, flaws};
use crate::extract::extract;
use crate::report::{ChapterReport, Report};
use crate::run::{RunError, Runner};
use crate::settings::Settings;

/// Reads the steps of all chapters of a book, and says all that is wrong with their annotations.
/// Nothing runs.
pub fn read_steps(chapters: Vec<Source>, settings: &Settings) -> Report {
    let chapters = chapters.into_iter().map(|chapter| {
        let scenario = extract(&chapter.path, &chapter.text, chapter.extensions);
        let flaws = flaws(&chapter.text, &scenario, &settings.placeholders);
        let mut findings = settings.lints.apply(scenario.findings.iter().cloned().chain(flaws));
        findings.sort_by_key(|finding| finding.span.start);
        ChapterReport { text: chapter.text, scenario, recording: None, findings }
    });
    Report { engine: None, chapters: chapters.collect() }
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
            let settings = runner.settings;
            let findings =
                check(&chapter.text, &chapter.scenario, &recording, &settings.placeholders);
            chapter.findings.extend(settings.lints.apply(findings));
            self.engine.get_or_insert_with(|| recording.engine.clone());
            chapter.recording = Some(recording);
        }
        Ok(())
    }
}
