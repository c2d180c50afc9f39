//! What is shown of chapters that could not run, as no engine was at hand.

use super::{Recordings, State};
use crate::model::finding::{Finding, Severity};
use crate::model::recording::{Origin, Recording, StepRecording};
use crate::model::scenario::Scenario;
use crate::report::Report;

impl Recordings<'_> {
    /// Shows chapters that could not run as far as their old recordings are about them, and warns about each.
    pub(crate) fn show_not_run(&self, report: &mut Report) {
        for chapter in report.chapters.iter_mut().filter(|chapter| chapter.needs_run()) {
            let state = self.state(chapter);
            self.report_state(chapter, &state);
            let is_about_recordings = |finding: &&mut Finding| finding.code.is_about_recordings();
            for finding in chapter.findings.iter_mut().filter(is_about_recordings) {
                finding.severity = Severity::Warning;
            }
            let Some(scenario) = chapter.scenario() else { continue };
            let recording = match state {
                State::Stale(_, file) => file.outdated(scenario, &self.inputs(chapter, scenario)),
                _ => never_run(scenario),
            };
            chapter.show_not_run(recording);
        }
    }
}

/// The recording of a chapter that has never run.
fn never_run(scenario: &Scenario) -> Recording {
    let steps = scenario.steps.iter().map(|step| match step.runs() {
        false => StepRecording::Ignored,
        true => StepRecording::Skipped,
    });
    Recording { steps: steps.collect(), origin: Origin::NotRun, ..Recording::default() }
}
