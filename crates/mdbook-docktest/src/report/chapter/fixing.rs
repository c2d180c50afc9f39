//! Remedies applied to a chapter.

use super::{Chapter, Stage, Text, annotation_findings};
use crate::book::settings::Settings;
use crate::extract::extract;
use crate::fix::{Choice, Fixed, fix};

impl Chapter {
    /// Whether a single step was selected.
    pub(crate) fn is_step(&self) -> bool {
        match &self.stage {
            Stage::Read(text) | Stage::Ran(text, _) => text.only.is_some(),
            Stage::Done(_) => false,
        }
    }

    /// Returns the chapter with remedies applied; `None` once the page is rendered. `source` is the text
    /// of the chapter's file.
    pub(crate) fn fixed(&self, source: &str, choice: Choice<'_>) -> Option<Fixed> {
        let scenario = self.scenario()?;
        Some(fix(self.text(), source, scenario, &self.findings, choice))
    }

    /// Replaces the chapter's text, and drops the run, so that the chapter is run again.
    pub(crate) fn rewrite(&mut self, new: String, settings: &Settings) {
        let Some(old) = self.take_text() else { return };
        let mut scenario = extract(&self.path, &new, old.scenario.extensions);
        if let Some(index) = old.only {
            scenario.steps.truncate(index + 1);
        }
        self.findings = annotation_findings(&new, &scenario, settings);
        self.consequences.clear();
        self.stage = Stage::Read(Text { text: new, scenario, only: old.only });
        self.keep_selected_findings();
    }
}
