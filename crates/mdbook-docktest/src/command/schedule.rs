//! Runs chapters in parallel, each on an engine of its own, in one or more places.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::progress::say;
use crate::book::chapters::{Source, SourceError};
use crate::book::settings::Settings;
use crate::check::{Judge, guard};
use crate::model::finding::Level;
use crate::model::recording::Image;
use crate::report::{Chapter, Report};
use crate::run::{RunChapters, RunError, StepJudge, Verdict};
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

/// Returns a judge for the steps of a chapter that runs on an engine of this version, which applies the book's lints.
pub(super) fn judge<'a>(engine: &str, settings: &'a Settings) -> Box<StepJudge<'a>> {
    let mut judge = Judge::new(engine, &settings.placeholders);
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

/// A place where chapters run, and how many run there at a time.
#[derive(Clone, Copy)]
pub(super) struct Jobs<'a> {
    pub(super) place: &'a dyn RunChapters,
    pub(super) count: NonZero<usize>,
}

/// Runs the chapters of a report that are to run, and adds their results. They are spread over the places.
///
/// Returns the errors of chapters that could not run, in the book's order. The others still run, unless
/// no engine can start or the run is cancelled. The chapters of a place to which the connection is lost run in
/// another one.
pub(super) fn run_chapters(
    report: &mut Report,
    settings: &Settings,
    places: &[Jobs<'_>],
) -> Vec<RunError> {
    let to_run = report.chapters.iter_mut().filter(|chapter| chapter.needs_run());
    let queue = Queue {
        waiting: Mutex::new(to_run.enumerate().collect()),
        not_run: Mutex::default(),
        lost: Mutex::default(),
        is_over: AtomicBool::new(false),
    };
    let mut places: Vec<(Jobs<'_>, AtomicBool)> =
        places.iter().map(|place| (*place, AtomicBool::new(false))).collect();
    while !places.is_empty() && queue.has_more() {
        thread::scope(|scope| {
            for (Jobs { place, count }, is_lost) in &places {
                for _ in 0..count.get() {
                    scope.spawn(|| queue.run_in(*place, is_lost, settings));
                }
            }
        });
        // A place can be lost when the others have nothing left to do.
        places.retain(|(_, is_lost)| !is_lost.load(Ordering::Relaxed));
    }
    let not_run = queue.finish();
    let mut recordings = report.chapters.iter().filter_map(Chapter::recording);
    let engine = recordings.next().map(|recording| recording.engine.clone());
    report.engine = report.engine.take().or(engine);
    not_run
}

/// The chapters of a run.
struct Queue<'a> {
    /// Those that no place has taken, each with its number.
    waiting: Mutex<VecDeque<(usize, &'a mut Chapter)>>,
    /// Why chapters could not run.
    not_run: Mutex<Vec<(usize, RunError)>>,
    /// Why the connection to places was lost.
    lost: Mutex<Vec<RunError>>,
    is_over: AtomicBool,
}

impl Queue<'_> {
    /// Runs chapters in a place until there are no more, the run is over or the place is lost.
    fn run_in(&self, place: &dyn RunChapters, is_lost: &AtomicBool, settings: &Settings) {
        while !self.is_over.load(Ordering::Relaxed) && !is_lost.load(Ordering::Relaxed) {
            let Some((number, chapter)) = lock(&self.waiting).pop_front() else { break };
            let Some(scenario) = chapter.scenario() else { continue };
            match place.run(scenario, chapter.text(), &used_before(chapter, settings)) {
                Ok(Some(recording)) => chapter.judge(recording, settings),
                Ok(None) => {}
                Err(error) if error.is_lost_place() => {
                    lock(&self.waiting).push_front((number, chapter));
                    if !is_lost.swap(true, Ordering::Relaxed) {
                        lock(&self.lost).push(error);
                    }
                }
                Err(error) => {
                    if error.ends_run() {
                        self.is_over.store(true, Ordering::Relaxed);
                    }
                    lock(&self.not_run).push((number, error));
                }
            }
        }
    }

    fn has_more(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed) && !lock(&self.waiting).is_empty()
    }

    /// Why chapters could not run, in the book's order.
    fn finish(self) -> Vec<RunError> {
        let has_more = self.has_more();
        let mut not_run = self.not_run.into_inner().unwrap_or_else(PoisonError::into_inner);
        not_run.sort_by_key(|(number, _)| *number);
        let mut errors: Vec<RunError> = not_run.into_iter().map(|(_, error)| error).collect();
        for error in self.lost.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if has_more {
                errors.push(error);
            } else {
                say(&format!("warning: {error}; its chapters ran elsewhere"));
            }
        }
        errors
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extensions;
    use crate::model::recording::Recording;
    use crate::model::scenario::Scenario;

    /// A place to which the connection is lost from a chapter on, by its number.
    struct Place {
        lost_from: usize,
        ran: Mutex<Vec<String>>,
    }

    impl RunChapters for Place {
        fn run(
            &self,
            scenario: &Scenario,
            text: &str,
            _used_before: &[Image],
        ) -> Result<Option<Recording>, RunError> {
            assert!(text.contains("echo"), "{text}");
            let mut ran = lock(&self.ran);
            if ran.len() >= self.lost_from {
                let source = Box::new(RunError::ConnectionLost { reason: "gone".to_owned() });
                return Err(RunError::Host { host: "far".to_owned(), source });
            }
            ran.push(scenario.path.display().to_string());
            Ok(Some(Recording::default()))
        }
    }

    /// Runs three chapters in places that are lost from these chapters on. Returns the errors and how many
    /// chapters ran in each place.
    fn run(lost_from: &[usize]) -> (Vec<String>, Vec<usize>) {
        let source = |name: &str| Source {
            path: name.into(),
            text: "```bash\necho\n```\n".to_owned(),
            is_preprocessed: false,
            extensions: Extensions::default(),
            only_at: None,
            recording: format!("{name}.json").into(),
        };
        let settings = Settings::default();
        let chapters = ["a.md", "b.md", "c.md"].map(source).into();
        let mut report = read_steps(chapters, &settings).unwrap();
        let place = |&lost_from: &usize| Place { lost_from, ran: Mutex::default() };
        let places: Vec<Place> = lost_from.iter().map(place).collect();
        let jobs: Vec<Jobs<'_>> =
            places.iter().map(|place| Jobs { place, count: NonZero::<usize>::MIN }).collect();
        let errors = run_chapters(&mut report, &settings, &jobs);
        let ran = report.chapters.iter().filter(|chapter| chapter.recording().is_some()).count();
        let counts: Vec<usize> = places.iter().map(|place| lock(&place.ran).len()).collect();
        assert_eq!(counts.iter().sum::<usize>(), ran);
        (errors.iter().map(ToString::to_string).collect(), counts)
    }

    #[test]
    fn each_chapter_runs_once_in_one_of_the_places() {
        let (errors, counts) = run(&[3, 3]);
        assert_eq!((errors.len(), counts.iter().sum()), (0, 3));
    }

    #[test]
    fn the_chapters_of_a_lost_place_run_in_another() {
        assert_eq!(run(&[0, 3]), (Vec::new(), vec![0, 3]));
        let (errors, counts) = run(&[1, 3]);
        assert_eq!((errors.len(), counts.iter().sum()), (0, 3));
    }

    #[test]
    fn without_a_place_the_loss_of_the_last_ones_is_an_error() {
        let error = "far: the connection to the chapter's run was lost: gone".to_owned();
        assert_eq!(run(&[1]), (vec![error.clone()], vec![1]));
        assert_eq!(run(&[0, 0]), (vec![error.clone(), error], vec![0, 0]));
    }
}
