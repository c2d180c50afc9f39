//! What is known of a chapter's steps, at each stage.

use std::collections::BTreeSet;

use super::{Chapter, Stage};
use crate::model::finding::{Code, Finding};
use crate::model::recording::{CommandRecording, Effect, Origin, Recording, StepRecording};
use crate::model::scenario::Step;
use crate::model::status::StepStatus;

impl Chapter {
    /// Whether the chapter has steps that are not ignored.
    pub(crate) fn has_steps_to_run(&self) -> bool {
        match &self.stage {
            Stage::Done(done) => done.statuses.iter().any(|status| *status != StepStatus::Ignored),
            Stage::Read(_) | Stage::Ran(..) => self.steps_that_run().next().is_some(),
        }
    }

    /// Whether the chapter has to be run: it has steps, nothing keeps it from running, and it was not
    /// replayed from a recording.
    pub(crate) fn needs_run(&self) -> bool {
        matches!(self.stage, Stage::Read(_))
            && self.has_reported_steps_to_run()
            && !self.is_kept_from_running()
    }

    /// Whether an error in the annotations, or a recording that cannot be read, keeps the whole chapter
    /// from running. An error about a step that is held back keeps only that step from running, and an `output` block
    /// without a step keeps nothing.
    pub(crate) fn is_kept_from_running(&self) -> bool {
        let is_held = |finding: &Finding| {
            let scenario = self.scenario();
            let step = scenario.and_then(|all| Some(&all.steps[all.subject_of(finding)?]));
            step.is_some_and(|step| step.is_held)
        };
        self.findings.iter().any(|finding| {
            let is_before_a_run =
                finding.code.is_about_annotations() || finding.code.is_about_recordings();
            let is_only_shown = finding.code == Code::OrphanOutput;
            finding.is_error() && is_before_a_run && !is_only_shown && !is_held(finding)
        })
    }

    /// Returns the number of steps that would run if nothing kept the chapter from running; 0 if it can
    /// run.
    pub(in crate::report) fn steps_kept_from_running(&self) -> usize {
        match self.stage {
            Stage::Read(_) if self.is_kept_from_running() => self.steps_that_run().count(),
            Stage::Read(_) | Stage::Ran(..) | Stage::Done(_) => 0,
        }
    }

    /// Whether a step that is to be reported on runs: the selected one, or any if none is selected.
    pub(crate) fn has_reported_steps_to_run(&self) -> bool {
        match self.selected() {
            Some(steps) => steps.iter().any(Step::runs),
            None => self.has_steps_to_run(),
        }
    }

    /// Returns the recording for its engine, images and time; `None` if no step ran.
    pub(crate) fn ran_on(&self) -> Option<&Recording> {
        let recording = match &self.stage {
            Stage::Read(_) => None,
            Stage::Ran(_, recording) => Some(&**recording),
            Stage::Done(done) => done.recording.as_ref(),
        };
        let ran = |status| matches!(status, StepStatus::Passed | StepStatus::Failed);
        let has_run = |recording: &&Recording| {
            self.statuses().any(ran) || recording.origin == Origin::NotRun && recording.has_run()
        };
        recording.filter(has_run)
    }

    /// Returns the status of each step, in order.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = StepStatus> {
        let done = match &self.stage {
            Stage::Done(done) => &done.statuses[..],
            Stage::Read(_) | Stage::Ran(..) => &[],
        };
        let errors = self.findings.iter().filter(|finding| finding.is_error());
        // The steps with errors.
        let failed: BTreeSet<usize> = self.scenario().map_or_else(BTreeSet::new, |scenario| {
            errors.filter_map(|finding| scenario.subject_of(finding)).collect()
        });
        let steps = self.steps().iter().enumerate();
        let status = move |(index, step)| self.status(index, step, failed.contains(&index));
        done.iter().copied().chain(steps.map(status))
    }

    fn status(&self, index: usize, step: &Step, has_error: bool) -> StepStatus {
        match self.recorded(index) {
            // It also has the finding `not-run`, but did not fail itself.
            Some(StepRecording::Skipped) => StepStatus::Skipped,
            // What it shows is from before something has changed.
            Some(StepRecording::Ran { .. }) if self.is_not_run() => StepStatus::Skipped,
            // Its findings are left out.
            Some(StepRecording::Ran { .. }) if !self.is_reported(index) => StepStatus::Skipped,
            _ if has_error => StepStatus::Failed,
            _ if self.consequences.contains(&index) => StepStatus::Failed,
            _ if !step.runs() => StepStatus::Ignored,
            Some(StepRecording::Ran { .. }) => StepStatus::Passed,
            Some(StepRecording::Ignored) => StepStatus::Ignored,
            Some(StepRecording::OtherEngine) => StepStatus::OtherEngine,
            None => StepStatus::Skipped,
        }
    }

    /// Whether the chapter could not run, as no engine was at hand.
    fn is_not_run(&self) -> bool {
        self.recording().is_some_and(|recording| recording.origin == Origin::NotRun)
    }

    /// Whether a step is one to report on: all are, unless a line was selected.
    pub(crate) fn is_reported(&self, index: usize) -> bool {
        match &self.stage {
            Stage::Read(text) | Stage::Ran(text, _) => {
                text.only.as_ref().is_none_or(|only| only.contains(&index))
            }
            Stage::Done(_) => true,
        }
    }

    pub(in crate::report) fn recorded(&self, index: usize) -> Option<&StepRecording> {
        self.recording()?.steps.get(index)
    }

    /// Returns the commands of a step; empty if it did not run.
    pub(crate) fn commands(&self, index: usize) -> &[CommandRecording] {
        match self.recorded(index) {
            Some(StepRecording::Ran { commands, .. }) => commands,
            _ => &[],
        }
    }

    /// Returns the effects of a step; empty if it did not run.
    pub(in crate::report) fn effects(&self, index: usize) -> &[Effect] {
        match self.recorded(index) {
            Some(StepRecording::Ran { effects, .. }) => effects,
            _ => &[],
        }
    }

    /// Whether the chapter has an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// Returns the findings in the order of the text.
    pub(in crate::report) fn findings_in_order(&self) -> impl Iterator<Item = &Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| finding.span.start);
        findings.into_iter()
    }
}
