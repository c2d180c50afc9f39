//! Remedies applied to a chapter.

use super::{Chapter, Stage, Text};
use crate::book::settings::Settings;
use crate::fix::{Choice, Fixed, fix};
use crate::model::finding::{Code, Finding};
use crate::model::recording::Recording;

impl Chapter {
    /// Returns the chapter with remedies applied; `None` once the page is rendered. `source` is the text
    /// of the chapter's file.
    pub(crate) fn fixed(&self, source: &str, choice: Choice<'_>) -> Option<Fixed> {
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return None };
        let Text { text, scenario, only, .. } = text;
        let steps = match only {
            Some(only) => scenario.steps.get(only.clone()).unwrap_or_default(),
            None => &scenario.steps,
        };
        Some(fix(text, source, scenario, steps, &self.findings, choice))
    }

    /// Replaces the chapter's text, so that the chapter is run again. Returns the recording of the run
    /// before, if there was one.
    pub(crate) fn rewrite(&mut self, new: String, settings: &Settings) -> Option<Recording> {
        let is_no_steps = |finding: &&Finding| finding.code == Code::NoSteps;
        let no_steps: Vec<Finding> = self.findings.iter().filter(is_no_steps).cloned().collect();
        let recording = self.read_again(new, settings);
        self.keep_selected_findings();
        if !self.has_reported_steps_to_run() && !self.has_errors() {
            self.findings.extend(no_steps);
        }
        recording
    }
}
