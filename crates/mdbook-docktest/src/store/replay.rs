//! Replays recordings in place of runs, and reports recordings that are not current.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};

use crate::book::settings::{BookImage, Settings};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{End, Origin};
use crate::model::scenario::Scenario;
use crate::report::{Chapter, Report};
use crate::run::recipe;
use crate::store::failures::{Edition, Failures};
use crate::store::files::{self, ReadError};
use crate::store::inputs::{InputDifference, Inputs};
use crate::store::recording_file::RecordingFile;

mod not_run;

/// The state of a chapter's recording.
#[derive(Debug)]
enum State {
    /// It has the same inputs as the chapter.
    Current(RecordingFile),
    /// It is current, but has another name: the chapter was renamed.
    Renamed(PathBuf, RecordingFile),
    /// It has other inputs.
    Stale(InputDifference, RecordingFile),
    /// It does not exist.
    Missing,
    /// The file cannot be read, or is not a valid recording.
    Unreadable(ReadError),
}

/// The recordings of some chapters.
pub(crate) struct Recordings<'a> {
    settings: &'a Settings,
    /// The digest of each recipe of the book.
    recipes: BTreeMap<&'a str, String>,
    /// The files that belong to no chapter; `None` if not all chapters of a book are known.
    unclaimed: Option<Vec<PathBuf>>,
    /// The valid recordings among them.
    parsed: OnceCell<Vec<(PathBuf, RecordingFile)>>,
}

impl<'a> Recordings<'a> {
    /// The recordings of a book with these settings, before [`Self::find_unclaimed`].
    pub(crate) fn new(settings: &'a Settings) -> Self {
        let recipes = settings.images.recipes().map(|(image, directory)| {
            // A recipe that cannot be read is an error once it is needed.
            (image.name.as_str(), recipe::digest(directory).unwrap_or_default())
        });
        Self { settings, recipes: recipes.collect(), unclaimed: None, parsed: OnceCell::new() }
    }

    /// The recordings of a report's chapters. `is_whole_book` says whether these are all chapters of a
    /// book, so that the other files belong to no chapter.
    ///
    /// # Errors
    /// If the directory of the recordings cannot be read.
    pub(crate) fn for_report(
        report: &Report,
        settings: &'a Settings,
        is_whole_book: bool,
    ) -> std::io::Result<Self> {
        let mut recordings = Self::new(settings);
        if is_whole_book {
            recordings.find_unclaimed(report)?;
        }
        Ok(recordings)
    }

    /// Finds the files that belong to no chapter. The report has all chapters of the book.
    ///
    /// # Errors
    /// If the directory of the recordings cannot be read.
    pub(crate) fn find_unclaimed(&mut self, report: &Report) -> std::io::Result<()> {
        // A chapter with a wrong annotation still has its recording, even if its steps are not known.
        let claims = |chapter: &&Chapter| chapter.has_steps_to_run() || chapter.has_errors();
        let claimed = report.chapters.iter().filter(claims);
        let claimed: BTreeSet<PathBuf> =
            claimed.map(|chapter| chapter.recording_path.clone()).collect();
        let Settings { recordings: directory, sources, .. } = self.settings;
        let find = |directory: &Path| -> std::io::Result<Vec<PathBuf>> {
            let mut unclaimed = files::unclaimed(directory, &claimed)?;
            if let Some(sources) = sources {
                files::drop_those_of_others(&mut unclaimed, directory, sources)?;
            }
            Ok(unclaimed)
        };
        self.unclaimed = directory.as_deref().map(find).transpose()?;
        self.parsed = OnceCell::new();
        Ok(())
    }

    /// The inputs of a chapter's run.
    pub(in crate::store) fn inputs(&self, chapter: &Chapter, scenario: &Scenario) -> Inputs {
        let is_input = |image: &&BookImage| image.recipe.is_some() || image.digest.is_some();
        let inputs = || self.settings.images.iter().filter(is_input);
        // Most books have no such image, and need not be read for their uses.
        let uses = inputs().next().and_then(|_| chapter.image_uses());
        let is_used = |image: &&BookImage| uses.is_some_and(|uses| uses.contains(&image.reference));
        let used = || inputs().filter(is_used);
        let recipes = used().filter_map(|image| {
            Some((image.name.clone(), self.recipes.get(image.name.as_str())?.clone()))
        });
        let pins = used().filter_map(|image| Some((image.name.clone(), image.digest.clone()?)));
        Inputs::new(scenario, self.settings, recipes.collect(), pins.collect())
    }

    fn state(&self, chapter: &Chapter) -> State {
        let Some(scenario) = chapter.scenario() else { return State::Missing };
        let inputs = self.inputs(chapter, scenario);
        match files::read(&chapter.recording_path) {
            Err(error) => State::Unreadable(error),
            Ok(Some(file)) => match inputs.difference(&file.inputs) {
                None => State::Current(file),
                Some(difference) => State::Stale(difference, file),
            },
            Ok(None) => {
                let has_same_inputs = |(_, file): &&(PathBuf, RecordingFile)| {
                    inputs.difference(&file.inputs).is_none()
                };
                let renamed = self.parsed_unclaimed().iter().find(has_same_inputs);
                renamed.map_or(State::Missing, |(path, file)| {
                    State::Renamed(path.clone(), file.clone())
                })
            }
        }
    }

    fn parsed_unclaimed(&self) -> &[(PathBuf, RecordingFile)] {
        self.parsed.get_or_init(|| {
            let unclaimed = self.unclaimed.iter().flatten();
            let read = |path: &PathBuf| Some((path.clone(), files::read(path).ok()??));
            unclaimed.filter_map(read).collect()
        })
    }

    /// Replays a chapter's recording in place of a run, if it is current.
    pub(crate) fn replay(&self, chapter: &mut Chapter) {
        if !chapter.needs_run() {
            return;
        }
        match self.state(chapter) {
            State::Current(file) | State::Renamed(_, file) => {
                if let Some(scenario) = chapter.scenario() {
                    let recording = file.recording(scenario);
                    chapter.judge(recording, self.settings);
                }
            }
            State::Stale(..) | State::Missing => {}
            state @ State::Unreadable(_) => self.report_state(chapter, &state),
        }
    }

    /// Replays the last run of a chapter if it failed and has the same inputs. `edition` is the current
    /// version of the chapter.
    ///
    /// Returns the run if it passes now, so that it becomes the chapter's recording. If it still fails and
    /// the chapter was saved since, the chapter remains to be run.
    pub(crate) fn replay_failure(
        &self,
        chapter: &mut Chapter,
        failures: &Failures,
        edition: &Edition,
    ) -> Option<RecordingFile> {
        if !chapter.needs_run() {
            return None;
        }
        let scenario = chapter.scenario()?;
        let failure = failures.get(&chapter.path)?;
        let file = failure.file;
        if self.inputs(chapter, scenario).difference(&file.inputs).is_some() {
            return None;
        }
        let findings = chapter.findings.clone();
        let run = file.clone().recording(scenario);
        let time = run.recorded_at.split_once('T').map_or(&*run.recorded_at, |(_, time)| time);
        let rerun = format!("this is from the run at {time}; save the chapter to run it again");
        chapter.judge(run, self.settings);
        if !chapter.has_errors() {
            return Some(file);
        }
        if failure.chapter != *edition {
            chapter.forget_run(findings);
            return None;
        }
        chapter.set_origin(Origin::EarlierRun);
        for finding in &mut chapter.findings[findings.len()..] {
            let help = finding.help.take();
            finding.help = Some(help.map_or(rerun.clone(), |help| format!("{help}; {rerun}")));
        }
        None
    }

    /// Reports chapters without a current recording.
    pub(crate) fn report_missing(&self, report: &mut Report) {
        for chapter in report.chapters.iter_mut().filter(|chapter| chapter.needs_run()) {
            let state = self.state(chapter);
            self.report_state(chapter, &state);
        }
    }

    /// Reports recordings that belong to no chapter.
    pub(crate) fn report_unused(&self, report: &mut Report) {
        let renamed: BTreeSet<PathBuf> = report
            .chapters
            .iter()
            // Only a chapter without a file of its own can be a renamed one; the others were read before.
            .filter(|chapter| chapter.has_steps_to_run() && !chapter.recording_path.exists())
            .filter_map(|chapter| match self.state(chapter) {
                State::Renamed(path, _) => Some(path),
                _ => None,
            })
            .collect();
        let unused = self.unclaimed.iter().flatten().filter(|path| !renamed.contains(*path));
        for path in unused {
            let is_valid = self.parsed_unclaimed().iter().any(|(valid, _)| valid == path);
            let help = match is_valid {
                true => "run `mdbook-docktest record` to remove it",
                false => "it is not a valid recording: remove it by hand",
            };
            let finding = Finding {
                code: Code::UnusedRecording,
                severity: Severity::Error,
                path: shown(path).into(),
                span: 0..0,
                line: 1,
                column: 1,
                message: "this recording belongs to no chapter with steps".to_owned(),
                help: Some(help.to_owned()),
                remedies: Vec::new(),
            };
            report.files.extend(self.settings.lints.apply([finding]));
        }
    }

    fn report_state(&self, chapter: &mut Chapter, state: &State) {
        let path = shown(&chapter.recording_path);
        let (code, step, message) = match state {
            State::Current(_) => return,
            State::Renamed(old, _) => {
                let message = format!("rename the recording {} to {path}", shown(old));
                (Code::StaleRecording, 0, message)
            }
            State::Missing => (
                Code::MissingRecording,
                0,
                format!("no recording of this chapter: {path} does not exist"),
            ),
            State::Stale(difference, _) => {
                let (step, what) = match difference {
                    InputDifference::Step(step) => (*step, "other steps".to_owned()),
                    InputDifference::Settings => (0, "other settings in book.toml".to_owned()),
                    InputDifference::Recipe(image) => (0, format!("another recipe of `{image}`")),
                    InputDifference::Pin(image) => (0, format!("another digest of `{image}`")),
                };
                (Code::StaleRecording, step, format!("the recording {path} was made with {what}"))
            }
            State::Unreadable(error) => {
                let line = error.line();
                let message = format!("cannot read the recording {path}:{line}: {error}");
                (Code::BadRecording, 0, message)
            }
        };
        // Recordings are looked up more than once, but a problem is reported once.
        if chapter.findings.iter().any(|finding| finding.code == code) {
            return;
        }
        let verb = if code == Code::MissingRecording { "create" } else { "update" };
        let help = format!("run `mdbook-docktest record {}` to {verb} it", chapter.path.display());
        chapter.add_finding(code, step, message, help, self.settings);
    }

    /// The recording of a chapter's run, if all steps ran and there are no errors.
    pub(crate) fn for_passed_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        self.for_complete_run(chapter).filter(|_| !chapter.has_errors())
    }

    /// The recording of a chapter's run, if all steps ran and there are errors. `None` after a timeout, the
    /// loss of the engine, at a limit of the engine or without an image, which can be the machine's fault.
    pub(crate) fn for_failed_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        let mut commands = (0..chapter.steps().len()).flat_map(|step| chapter.commands(step));
        let was_cut_short =
            commands.any(|command| matches!(command.end, End::TimedOut { .. } | End::EngineLost));
        let mut findings = chapter.findings.iter();
        let misses_image = findings.any(|finding| finding.code == Code::ImageMissing);
        let hit_limit =
            chapter.recording().is_some_and(|recording| recording.limits.first_step().is_some());
        let is_machines_fault = was_cut_short || misses_image || hit_limit;
        self.for_complete_run(chapter).filter(|_| chapter.has_errors() && !is_machines_fault)
    }

    fn for_complete_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        let (recording, scenario) = (chapter.whole_run()?, chapter.scenario()?);
        Some(RecordingFile::new(scenario, recording, self.inputs(chapter, scenario)))
    }

    /// The recordings that belong to no chapter, each with the directory of all recordings.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let directory = self.settings.recordings.as_deref().unwrap_or(Path::new(""));
        self.unclaimed.iter().flatten().map(move |path| (path.as_path(), directory))
    }
}

/// A path relative to the current directory.
pub(in crate::store) fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
