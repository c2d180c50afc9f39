//! From chapters to a report.

use crate::chapters::Source;
use crate::check::check;
use crate::extract::extract;
use crate::lints::Lints;
use crate::report::{ChapterReport, Report};
use crate::run::{RunError, Runner};

/// Reads the steps of all chapters of a book with these lints. Nothing runs.
pub fn read_steps(chapters: Vec<Source>, lints: &Lints) -> Report {
    let chapters = chapters.into_iter().map(|chapter| {
        let scenario = extract(&chapter.path, &chapter.text, chapter.extensions);
        let findings = lints.apply(scenario.findings.clone());
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
