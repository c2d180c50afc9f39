//! Remedies applied to a chapter.

use std::mem;

use super::{Chapter, Stage, Text};
use crate::book::settings::Settings;
use crate::extract::extract_with;
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
        let stage = mem::replace(&mut self.stage, Stage::Read(Text::default()));
        let (old, recording) = match stage {
            Stage::Read(text) => (text, None),
            Stage::Ran(text, recording) => (text, Some(*recording)),
            Stage::Done(_) => {
                self.stage = stage;
                return None;
            }
        };
        let extensions = old.scenario.extensions.clone();
        let mut scenario = extract_with(&self.path, &new, extensions, &settings.reading());
        if let Some(only) = &old.only {
            scenario.steps.truncate(only.end);
        }
        let old_findings = mem::take(&mut self.findings);
        self.consequences.clear();
        let (only, is_preprocessed) = (old.only, old.origins.is_some());
        self.stage = Stage::Read(Text { text: new, scenario, only, origins: None });
        self.find_annotations(is_preprocessed, settings);
        self.keep_selected_findings();
        if !self.has_reported_steps_to_run() && !self.has_errors() {
            let is_still_true = |finding: &Finding| finding.code == Code::NoSteps;
            self.findings.extend(old_findings.into_iter().filter(is_still_true));
        }
        recording
    }
}
