//! The result of a run: its chapters, findings and counts, and the formats to print them in.

use serde::Serialize;

use crate::model::finding::Finding;
use crate::model::partition::Partition;
use crate::model::recording::Engine;
use crate::model::status::StepStatus;

mod chapter;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
mod remedies;
pub(crate) mod spill;
mod window;

pub(crate) use chapter::Chapter;

/// The report on any number of chapters.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The engine that the chapters ran on; `None` if nothing ran.
    pub engine: Option<Engine>,
    /// The chapters, in the book's order.
    pub chapters: Vec<Chapter>,
    /// Findings about files that are not chapters: recordings without a chapter. In
    /// machine-readable formats, each is listed as a chapter without steps.
    pub files: Vec<Finding>,
    /// The engines that all chapters ran on, one after the other, if several were named. Each chapter is then there
    /// once for each of them.
    pub engines: Vec<NamedEngine>,
    /// Which part of the chapters these are.
    pub part: Option<Part>,
    /// Whether `fix` has applied what it could, so that the report need not name it.
    pub is_fixed: bool,
}

/// An engine that was named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedEngine {
    /// The name by which the command line can select it.
    pub name: String,
    /// The version that it reports.
    pub version: String,
}

impl NamedEngine {
    /// Returns the version without what a distribution adds to it: `26.1.5`.
    pub(crate) fn short_version(&self) -> &str {
        self.version.split('+').next().unwrap_or(&self.version)
    }

    /// Returns what is added to messages about a chapter that ran on this engine.
    fn suffix(&self) -> String {
        format!(" (on Docker Engine {})", self.short_version())
    }
}

/// A part of the chapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub partition: Partition,
    /// The number of chapters in all parts.
    pub of_chapters: usize,
}

/// The number of steps by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    /// All chapters, and all other files with a finding.
    pub chapters: usize,
    /// All steps: the sum of the following.
    pub steps: usize,
    /// [`StepStatus::Passed`].
    pub passed: usize,
    /// [`StepStatus::Failed`].
    pub failed: usize,
    /// [`StepStatus::Skipped`] and [`StepStatus::OtherEngine`].
    pub skipped: usize,
    /// [`StepStatus::Ignored`].
    pub ignored: usize,
}

impl Report {
    /// Counts the steps.
    pub(crate) fn summary(&self) -> Summary {
        let chapters = self.chapters.len() + self.files.len();
        let mut summary = Summary { chapters, ..Summary::default() };
        for status in self.chapters.iter().flat_map(Chapter::statuses) {
            summary.steps += 1;
            match status {
                StepStatus::Passed => summary.passed += 1,
                StepStatus::Failed => summary.failed += 1,
                StepStatus::Skipped | StepStatus::OtherEngine => summary.skipped += 1,
                StepStatus::Ignored => summary.ignored += 1,
            }
        }
        summary
    }

    /// Returns all findings, in no particular order.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.chapters.iter().flat_map(|chapter| &chapter.findings).chain(&self.files)
    }

    /// Whether the report has a finding.
    pub(crate) fn has_findings(&self) -> bool {
        self.findings().next().is_some()
    }

    /// Whether the report has an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.findings().any(Finding::is_error)
    }

    /// Whether a chapter has an invalid annotation, which has an exit status of its own.
    pub(crate) fn has_annotation_errors(&self) -> bool {
        self.findings().any(|finding| finding.is_error() && finding.code.is_about_annotations())
    }

    /// Marks all chapters and findings of a run on one of several engines.
    pub(crate) fn set_engine(&mut self, engine: &NamedEngine) {
        let of_chapters = self.chapters.iter_mut().flat_map(|chapter| &mut chapter.findings);
        for finding in of_chapters.chain(&mut self.files) {
            finding.message += &engine.suffix();
        }
        for chapter in &mut self.chapters {
            chapter.engine = Some(engine.clone());
        }
    }

    /// Adds the chapters and files of another report.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.engine = self.engine.take().or(other.engine);
        self.chapters.append(&mut other.chapters);
        self.files.append(&mut other.files);
        self.is_fixed |= other.is_fixed;
    }
}

#[cfg(test)]
mod long_chapters;
#[cfg(test)]
mod tests;
