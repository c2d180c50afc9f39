//! Runs chapters in parallel, each on an engine of its own.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::book::chapters::{Source, SourceError};
use crate::book::settings::Settings;
use crate::check::{Judge, guard};
use crate::model::finding::Level;
use crate::model::recording::Image;
use crate::report::{Chapter, Report};
use crate::run::{RunError, Runner, StepJudge, Verdict};
use crate::store::files;
use crate::store::inputs::Inputs;
use crate::store::recording_file::RecordingFile;

/// Reads the steps of chapters and checks their annotations. Nothing runs.
///
/// # Errors
/// [`SourceError::NoStep`] if the line of [`Source::only_at`] has no step.
pub(super) fn read_steps(
    chapters: Vec<Source>,
    settings: &Settings,
) -> Result<Report, SourceError> {
    let chapters = chapters.into_iter().map(|chapter| Chapter::read(chapter, settings));
    Ok(Report { chapters: chapters.collect::<Result<_, _>>()?, ..Report::default() })
}

/// Returns a judge for the steps of a running chapter, which applies the book's lints.
pub(super) fn judge(settings: &Settings) -> Box<StepJudge<'_>> {
    let mut judge = Judge::new(&settings.placeholders);
    Box::new(move |step, commands| {
        let codes = judge.codes(step, commands);
        if codes.is_empty() {
            Verdict::Passed
        } else if codes.iter().any(|code| settings.lints.level(*code) == Level::Deny)
            || (step.attributes.guard && guard::has_failed(&codes))
        {
            Verdict::Failed
        } else {
            Verdict::Tolerated
        }
    })
}

/// The images of the chapter's last recording, whether or not it is current.
pub(in crate::command) fn recorded_images(chapter: &Chapter) -> Vec<Image> {
    last_recording(chapter).map(|file| file.recorded().images.clone()).unwrap_or_default()
}

/// The images that the chapter's commands have used when they were recorded. With other commands, they may
/// be no use any more.
pub(in crate::command) fn used_before(chapter: &Chapter, settings: &Settings) -> Vec<Image> {
    let Some(scenario) = chapter.scenario() else { return Vec::new() };
    let inputs = Inputs::new(scenario, settings, BTreeMap::new(), BTreeMap::new());
    let same = last_recording(chapter).filter(|file| file.inputs.steps == inputs.steps);
    same.map(|file| file.recorded().images.clone()).unwrap_or_default()
}

fn last_recording(chapter: &Chapter) -> Option<RecordingFile> {
    // A recording that cannot be read has a finding of its own.
    files::read(&chapter.recording_path).ok().flatten()
}

/// Runs the chapters of a report that are to run, `jobs` at a time, and adds their results.
///
/// Returns the errors of chapters that could not run, in the book's order. The others still run, unless
/// no engine can start or the run is cancelled.
pub(super) fn run_chapters(
    report: &mut Report,
    runner: &Runner<'_>,
    jobs: NonZero<usize>,
) -> Vec<RunError> {
    let to_run: Vec<&mut Chapter> =
        report.chapters.iter_mut().filter(|chapter| chapter.needs_run()).collect();
    let count = jobs.get().min(to_run.len());
    let waiting = Mutex::new(to_run.into_iter().enumerate());
    let not_run = Mutex::new(Vec::new());
    let is_over = AtomicBool::new(false);
    let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while !is_over.load(Ordering::Relaxed)
            && let Some((place, chapter)) = take()
        {
            let Some(scenario) = chapter.scenario() else { continue };
            match runner.run(scenario, &used_before(chapter, runner.settings)) {
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
    let mut recordings = report.chapters.iter().filter_map(Chapter::recording);
    let engine = recordings.next().map(|recording| recording.engine.clone());
    report.engine = report.engine.take().or(engine);
    let mut not_run = not_run.into_inner().unwrap_or_else(PoisonError::into_inner);
    not_run.sort_by_key(|(place, _)| *place);
    not_run.into_iter().map(|(_, error)| error).collect()
}
