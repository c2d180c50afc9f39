//! From chapters to a report.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::accept::{Accepted, accept};
use crate::book::chapters::{Source, SourceError};
use crate::book::settings::Settings;
use crate::check::{check, flaws};
use crate::extract::extract;
use crate::model::finding::{Code, Finding};
use crate::model::recording::Recording;
use crate::model::scenario::Scenario;
use crate::report::{ChapterReport, Report};
use crate::run::{RunError, Runner};

/// Reads the steps of all chapters of a book, and says all that is wrong with their annotations.
/// Nothing runs.
///
/// # Errors
/// [`SourceError::NoStep`], when one step of a chapter is wanted that is not there.
pub(crate) fn read_steps(
    chapters: Vec<Source>,
    settings: &Settings,
) -> Result<Report, SourceError> {
    let chapters = chapters.into_iter().map(|chapter| ChapterReport::read(chapter, settings));
    Ok(Report { engine: None, chapters: chapters.collect::<Result<_, _>>()? })
}

/// What is wrong with a chapter's annotations, in the text's order.
fn annotation_findings(text: &str, scenario: &Scenario, settings: &Settings) -> Vec<Finding> {
    let flaws = flaws(text, scenario, &settings.placeholders);
    let mut findings = settings.lints.apply(scenario.findings.iter().cloned().chain(flaws));
    findings.sort_by_key(|finding| finding.span.start);
    findings
}

impl Report {
    /// Runs the steps that were read, and adds what came out of them: `jobs` chapters at a time, each
    /// on an engine of its own. A chapter of which something is already known to be wrong is left out,
    /// as what its steps are to do is not understood; so is one that a recording stands for.
    ///
    /// Returns why chapters could not be run, in the book's order. One that cannot be run keeps
    /// none of the others from it, but where there is no engine at all, or the run is cancelled.
    pub fn run(&mut self, runner: &Runner<'_>, jobs: NonZero<usize>) -> Vec<RunError> {
        let to_run: Vec<&mut ChapterReport> =
            self.chapters.iter_mut().filter(|chapter| chapter.is_to_run()).collect();
        let count = jobs.get().min(to_run.len());
        let waiting = Mutex::new(to_run.into_iter().enumerate());
        let not_run = Mutex::new(Vec::new());
        let is_over = AtomicBool::new(false);
        let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while !is_over.load(Ordering::Relaxed)
                && let Some((place, chapter)) = take()
            {
                match runner.run(&chapter.scenario) {
                    Ok(Some(recording)) => chapter.judge(recording, runner.settings),
                    Ok(None) => {}
                    Err(error) => {
                        if matches!(error, RunError::Engine(_) | RunError::Cancelled) {
                            is_over.store(true, Ordering::Relaxed);
                        }
                        let mut not_run = not_run.lock().unwrap_or_else(PoisonError::into_inner);
                        not_run.push((place, error));
                    }
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..count {
                scope.spawn(work);
            }
            work();
        });
        let mut recordings = self.chapters.iter().filter_map(|chapter| chapter.recording.as_ref());
        let engine = recordings.next().map(|recording| recording.engine.clone());
        self.engine = self.engine.take().or(engine);
        let mut not_run = not_run.into_inner().unwrap_or_else(PoisonError::into_inner);
        not_run.sort_by_key(|(place, _)| *place);
        not_run.into_iter().map(|(_, error)| error).collect()
    }
}

impl ChapterReport {
    /// Reads a chapter's steps.
    pub(crate) fn read(chapter: Source, settings: &Settings) -> Result<Self, SourceError> {
        let Source { path, text, extensions, only_at, recording: recording_path } = chapter;
        let scenario = extract(&path, &text, extensions);
        let findings = annotation_findings(&text, &scenario, settings);
        let mut report = Self {
            text,
            extensions,
            scenario,
            recording: None,
            findings,
            only: None,
            recording_path,
            settled: None,
        };
        if let Some(line) = only_at {
            let steps = &report.scenario.steps;
            let index = steps.iter().position(|step| step.lines(&report.text).contains(&line));
            let index = index.ok_or(SourceError::NoStep { path, line })?;
            report.scenario.steps.truncate(index + 1);
            report.only = Some(index);
            report.keep_what_is_wanted();
        }
        Ok(report)
    }

    /// Adds what came out of the chapter, and what there is to say of that.
    pub(crate) fn judge(&mut self, recording: Recording, settings: &Settings) {
        let findings = check(&self.text, &self.scenario, &recording, &settings.placeholders);
        self.findings.extend(settings.lints.apply(findings));
        self.recording = Some(recording);
        self.keep_what_is_wanted();
    }

    /// Drops findings about other steps than the one that is wanted. What is left behind by a chapter
    /// that was cut short says nothing.
    fn keep_what_is_wanted(&mut self) {
        let Some(step) = self.only.and_then(|index| self.scenario.steps.get(index)) else { return };
        let is_wanted =
            |finding: &Finding| finding.code != Code::Leftover && step.is_subject_of(finding);
        self.findings.retain(is_wanted);
    }

    /// The chapter with its expectations rewritten, where they do not hold; `source` is its file's
    /// text.
    pub(crate) fn accepted(&self, source: &str, settings: &Settings) -> Option<Accepted> {
        let recording = self.recording.as_ref()?;
        let (text, scenario) = (&self.text, &self.scenario);
        Some(accept(text, source, scenario, recording, &settings.placeholders, self.extensions))
    }

    /// Takes the chapter's new text for the old one, and judges what came out by it.
    pub(crate) fn reread(&mut self, text: String, settings: &Settings) {
        let steps = self.scenario.steps.len();
        self.scenario = extract(&self.scenario.path, &text, self.extensions);
        self.scenario.steps.truncate(steps);
        self.text = text;
        self.findings = annotation_findings(&self.text, &self.scenario, settings);
        if let Some(recording) = self.recording.take() {
            self.judge(recording, settings);
        }
    }
}
