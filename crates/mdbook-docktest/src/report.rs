//! What a run has to say: the chapters, what came out of them, and how many steps hold.

use std::path::PathBuf;

use serde::Serialize;

use crate::book::spill::Spilled;
use crate::extract::Extensions;
use crate::model::finding::{Finding, Severity};
use crate::model::recording::{CommandRecording, Effect, Engine, Recording, StepRecording};
use crate::model::scenario::Scenario;

pub mod github;
pub mod human;
pub mod json;
pub mod junit;

/// A run of any number of chapters.
#[derive(Debug)]
pub struct Report {
    /// What the chapters ran on; none when nothing ran.
    pub engine: Option<Engine>,
    /// The chapters, in the book's order.
    pub chapters: Vec<ChapterReport>,
}

/// A chapter's part of a report.
#[derive(Debug)]
pub struct ChapterReport {
    /// The chapter's text, which all spans refer to.
    pub text: String,
    /// How its Markdown is read.
    pub extensions: Extensions,
    /// Its steps.
    pub scenario: Scenario,
    /// What came out of them; none when the chapter did not run.
    pub recording: Option<Recording>,
    /// All that there is to say of it: the scenario's findings and those of the run.
    pub findings: Vec<Finding>,
    /// The step that all findings are about, where only one was wanted; the steps after it are left
    /// out.
    pub only: Option<usize>,
    /// The file that its recording is kept in.
    pub recording_path: PathBuf,
    /// What is left of a chapter of which all has been said: its text, steps and recording are then
    /// gone, so that a large book does not have to be in memory with all of them.
    pub settled: Option<Settled>,
}

/// A chapter of which all has been said.
#[derive(Debug)]
pub struct Settled {
    /// The chapter with what came out of it.
    pub(crate) page: Spilled,
    /// What became of its steps.
    statuses: Vec<StepStatus>,
    /// What they ran on, without what came of them.
    recording: Option<Recording>,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// It ran, and all that was said of it holds.
    Passed,
    /// A finding of severity error is about it.
    Failed,
    /// It was not reached, or the chapter did not run.
    Skipped,
    /// The author asked that it should not run.
    Ignored,
}

/// How many steps a report has of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All chapters.
    pub chapters: usize,
    /// All steps: the sum of the following.
    pub steps: usize,
    /// [`StepStatus::Passed`].
    pub passed: usize,
    /// [`StepStatus::Failed`].
    pub failed: usize,
    /// [`StepStatus::Skipped`].
    pub skipped: usize,
    /// [`StepStatus::Ignored`].
    pub ignored: usize,
}

impl Settled {
    /// Whether any of its steps was run or replayed.
    pub(crate) fn has_run(&self) -> bool {
        self.statuses.iter().any(|status| *status != StepStatus::Ignored)
    }
}

impl Report {
    /// Counts the steps.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { chapters: self.chapters.len(), ..Summary::default() };
        for status in self.chapters.iter().flat_map(ChapterReport::statuses) {
            summary.steps += 1;
            match status {
                StepStatus::Passed => summary.passed += 1,
                StepStatus::Failed => summary.failed += 1,
                StepStatus::Skipped => summary.skipped += 1,
                StepStatus::Ignored => summary.ignored += 1,
            }
        }
        summary
    }

    /// Whether there is anything to tell.
    pub fn has_findings(&self) -> bool {
        self.chapters.iter().any(|chapter| !chapter.findings.is_empty())
    }

    /// Whether there is a finding of severity error, about a step or not.
    pub fn has_errors(&self) -> bool {
        self.chapters.iter().any(ChapterReport::has_errors)
    }

    /// Whether a chapter is annotated such that what its steps are to do is not understood.
    pub fn has_annotation_errors(&self) -> bool {
        let mut findings = self.chapters.iter().flat_map(|chapter| &chapter.findings);
        findings.any(|finding| is_error(finding) && finding.code.is_about_annotations())
    }
}

impl ChapterReport {
    /// What became of each step, in the scenario's order.
    pub fn statuses(&self) -> impl Iterator<Item = StepStatus> {
        let settled = self.settled.as_ref().map_or(&[][..], |settled| &settled.statuses);
        settled
            .iter()
            .copied()
            .chain((0..self.scenario.steps.len()).map(|index| self.status(index)))
    }

    /// What its steps ran on, with what came of them unless all has been said; nothing where none ran.
    pub(crate) fn ran_on(&self) -> Option<&Recording> {
        let settled = self.settled.as_ref().and_then(|settled| settled.recording.as_ref());
        let ran = |status| matches!(status, StepStatus::Passed | StepStatus::Failed);
        self.recording.as_ref().or(settled).filter(|_| self.statuses().any(ran))
    }

    /// Leaves nothing of the chapter but the place of its page, and what that rests on.
    pub(crate) fn settle(&mut self, page: Spilled) {
        let statuses = self.statuses().collect();
        let recording = self.recording.take().map(Recording::without_steps);
        self.text = String::new();
        self.settled = Some(Settled { page, statuses, recording });
        self.scenario.steps = Vec::new();
    }

    /// Whether there is a finding of severity error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(is_error)
    }

    /// What there is to say, in the text's order.
    fn findings_in_order(&self) -> impl Iterator<Item = &Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| finding.span.start);
        findings.into_iter()
    }

    /// The commands of a step that were run.
    pub(crate) fn commands(&self, index: usize) -> &[CommandRecording] {
        match self.recording.as_ref().and_then(|recording| recording.steps.get(index)) {
            Some(StepRecording::Ran { commands, .. }) => commands,
            _ => &[],
        }
    }

    /// What a step changed; nothing where it did not run.
    fn effects(&self, index: usize) -> &[Effect] {
        match self.recording.as_ref().and_then(|recording| recording.steps.get(index)) {
            Some(StepRecording::Ran { effects, .. }) => effects,
            _ => &[],
        }
    }

    fn status(&self, index: usize) -> StepStatus {
        let step = &self.scenario.steps[index];
        let recorded = self.recording.as_ref().and_then(|recording| recording.steps.get(index));
        let fails = |finding: &Finding| is_error(finding) && step.is_subject_of(finding);
        match recorded {
            // That it did not run is a finding, too; it does not make the step itself wrong.
            Some(StepRecording::Skipped) => StepStatus::Skipped,
            _ if self.findings.iter().any(fails) => StepStatus::Failed,
            _ if step.attributes.ignore => StepStatus::Ignored,
            Some(StepRecording::Ran { .. }) => StepStatus::Passed,
            Some(StepRecording::Ignored) => StepStatus::Ignored,
            None => StepStatus::Skipped,
        }
    }
}

/// Whether a finding fails the run.
pub(crate) fn is_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

#[cfg(test)]
mod tests;
