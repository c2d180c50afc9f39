//! Remedies applied to a chapter.

use std::mem;

use super::{Chapter, Stage, Text, annotation_findings};
use crate::book::settings::Settings;
use crate::extract::extract;
use crate::fix::{Choice, Fixed, fix};
use crate::model::recording::Recording;

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
        let (Stage::Read(text) | Stage::Ran(text, _)) = &self.stage else { return None };
        let Text { text, scenario, only } = text;
        let steps = match only {
            Some(index) => scenario.steps.get(*index..=*index).unwrap_or_default(),
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
            Stage::Ran(text, recording) => (text, Some(recording)),
            Stage::Done(_) => {
                self.stage = stage;
                return None;
            }
        };
        let mut scenario = extract(&self.path, &new, old.scenario.extensions);
        if let Some(index) = old.only {
            scenario.steps.truncate(index + 1);
        }
        self.findings = annotation_findings(&new, &scenario, settings);
        self.consequences.clear();
        self.stage = Stage::Read(Text { text: new, scenario, only: old.only });
        self.keep_selected_findings();
        recording
    }
}
