//! Which chapters a recording stands for, and what there is to say of the others.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};

use crate::book::settings::Settings;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{End, Origin};
use crate::model::scenario::Scenario;
use crate::report::{Chapter, Report};
use crate::run::mentions::names_image;
use crate::run::recipe;
use crate::store::failures::{Edition, Failures};
use crate::store::files::{self, Unreadable};
use crate::store::inputs::{InputDifference, Inputs};
use crate::store::recording_file::RecordingFile;

/// What there is of a chapter's recording.
#[derive(Debug)]
enum Standing {
    /// It was made with the same inputs.
    Current(RecordingFile),
    /// There is one under another name: the chapter was renamed.
    Renamed(PathBuf, RecordingFile),
    /// It was made with others.
    Stale(InputDifference),
    /// There is none.
    Missing,
    /// There is a file, which is no recording.
    Bad(Unreadable),
}

/// The recordings of some chapters.
pub(crate) struct Recordings<'a> {
    settings: &'a Settings,
    /// The digest of each recipe of the book.
    recipes: BTreeMap<&'a str, String>,
    /// The files that are none of the chapters', if these are all of a book.
    others: Option<Vec<PathBuf>>,
    /// What is in them.
    readable: OnceCell<Vec<(PathBuf, RecordingFile)>>,
}

impl<'a> Recordings<'a> {
    /// Those of a book with these settings; which of its files belong to no chapter is not known yet.
    pub(crate) fn new(settings: &'a Settings) -> Self {
        let recipes = settings.images.iter().map(|(image, directory)| {
            // One that cannot be read is an error as soon as it is needed.
            (image.as_str(), recipe::digest(directory).unwrap_or_default())
        });
        Self { settings, recipes: recipes.collect(), others: None, readable: OnceCell::new() }
    }

    /// Those of a report's chapters. `are_all` says whether they are all chapters of a book: then it is
    /// known which files belong to none.
    ///
    /// # Errors
    /// When the directory of the recordings cannot be read.
    pub(crate) fn of(
        report: &Report,
        settings: &'a Settings,
        are_all: bool,
    ) -> std::io::Result<Self> {
        let mut recordings = Self::new(settings);
        if are_all {
            recordings.know_all(report)?;
        }
        Ok(recordings)
    }

    /// Learns which chapters there are, and so which files belong to none.
    ///
    /// # Errors
    /// When the directory of the recordings cannot be read.
    pub(crate) fn know_all(&mut self, report: &Report) -> std::io::Result<()> {
        let known = report.chapters.iter().filter(|chapter| chapter.has_steps_to_run());
        let known: BTreeSet<PathBuf> =
            known.map(|chapter| chapter.recording_path.clone()).collect();
        let directory = self.settings.recordings.as_deref();
        self.others = directory.map(|directory| files::others(directory, &known)).transpose()?;
        self.readable = OnceCell::new();
        Ok(())
    }

    fn inputs(&self, scenario: &Scenario) -> Inputs {
        let recipes = self.recipes.iter().filter(|(image, _)| names_image(scenario, image));
        let recipes = recipes.map(|(image, digest)| ((*image).to_owned(), digest.clone()));
        Inputs::new(scenario, self.settings, recipes.collect())
    }

    fn standing(&self, chapter: &Chapter) -> Standing {
        let Some(scenario) = chapter.scenario() else { return Standing::Missing };
        let inputs = self.inputs(scenario);
        match files::read(&chapter.recording_path) {
            Err(unreadable) => Standing::Bad(unreadable),
            Ok(Some(file)) => match inputs.difference(&file.inputs) {
                None => Standing::Current(file),
                Some(difference) => Standing::Stale(difference),
            },
            Ok(None) => {
                let same = |(_, file): &&(PathBuf, RecordingFile)| {
                    inputs.difference(&file.inputs).is_none()
                };
                self.readable_others()
                    .iter()
                    .find(same)
                    .map_or(Standing::Missing, |(path, file)| {
                        Standing::Renamed(path.clone(), file.clone())
                    })
            }
        }
    }

    fn readable_others(&self) -> &[(PathBuf, RecordingFile)] {
        self.readable.get_or_init(|| {
            let others = self.others.iter().flatten();
            let read = |path: &PathBuf| Some((path.clone(), files::read(path).ok()??));
            others.filter_map(read).collect()
        })
    }

    /// Puts a chapter's recording in the place of its run, if it is current.
    pub(crate) fn replay(&self, chapter: &mut Chapter) {
        if !chapter.needs_run() {
            return;
        }
        match self.standing(chapter) {
            Standing::Current(file) | Standing::Renamed(_, file) => {
                if let Some(scenario) = chapter.scenario() {
                    let recording = file.recording(scenario);
                    chapter.judge(recording, self.settings);
                }
            }
            Standing::Stale(_) | Standing::Missing => {}
            standing @ Standing::Bad(_) => self.tell(chapter, &standing),
        }
    }

    /// Puts the last run of a chapter, which failed, in the place of another one, if that would be made
    /// with the same inputs. Gives it if it holds now, so that it is the chapter's recording; if it does
    /// not, and the chapter has been saved since, it is still to be run. `edition` is the chapter as it
    /// is now.
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
        if self.inputs(scenario).difference(&file.inputs).is_some() {
            return None;
        }
        let findings = chapter.findings.clone();
        let run = file.clone().recording(scenario);
        let time = run.recorded_at.split_once('T').map_or(&*run.recorded_at, |(_, time)| time);
        let again = format!("this is from the run at {time}; save the chapter to run it again");
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
            finding.help = Some(help.map_or(again.clone(), |help| format!("{help}; {again}")));
        }
        None
    }

    /// Says of each chapter without a current recording that it has none.
    pub(crate) fn tell_of_missing(&self, report: &mut Report) {
        for chapter in report.chapters.iter_mut().filter(|chapter| chapter.needs_run()) {
            let standing = self.standing(chapter);
            self.tell(chapter, &standing);
        }
    }

    /// Says which recordings belong to no chapter.
    pub(crate) fn tell_of_unused(&self, report: &mut Report) {
        let renamed: BTreeSet<PathBuf> = report
            .chapters
            .iter()
            // Only who has no recording of its own can have another's; the others were read before.
            .filter(|chapter| chapter.has_steps_to_run() && !chapter.recording_path.exists())
            .filter_map(|chapter| match self.standing(chapter) {
                Standing::Renamed(path, _) => Some(path),
                _ => None,
            })
            .collect();
        let unused = self.others.iter().flatten().filter(|path| !renamed.contains(*path));
        for path in unused {
            let is_readable = self.readable_others().iter().any(|(other, _)| other == path);
            let help = match is_readable {
                true => "`mdbook-docktest record` removes it",
                false => "it is not a recording, or was edited: remove it by hand",
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
            };
            report.files.extend(self.settings.lints.apply([finding]));
        }
    }

    fn tell(&self, chapter: &mut Chapter, standing: &Standing) {
        let path = shown(&chapter.recording_path);
        let (code, step, message) = match standing {
            Standing::Current(_) => return,
            Standing::Renamed(old, _) => {
                let old = shown(old);
                (Code::StaleRecording, 0, format!("the recording {old} is to be called {path}"))
            }
            Standing::Missing => (
                Code::MissingRecording,
                0,
                format!("there is no recording of this chapter, {path}"),
            ),
            Standing::Stale(difference) => {
                let (step, what) = match difference {
                    InputDifference::Step(step) => (*step, "other steps".to_owned()),
                    InputDifference::Settings => (0, "other settings in book.toml".to_owned()),
                    InputDifference::Recipe(image) => (0, format!("another recipe of `{image}`")),
                };
                (Code::StaleRecording, step, format!("the recording {path} was made with {what}"))
            }
            Standing::Bad(unreadable) => {
                let line = unreadable.line();
                let message = format!("the recording {path}:{line} is not usable: {unreadable}");
                (Code::BadRecording, 0, message)
            }
        };
        // It is looked for more than once; what is only warned of keeps nobody from that.
        if chapter.findings.iter().any(|finding| finding.code == code) {
            return;
        }
        let help = format!("`mdbook-docktest record {}` makes it anew", chapter.path.display());
        chapter.add_finding(code, step, message, help, self.settings);
    }

    /// What is to be kept of a chapter's run: nothing, unless all of it ran and holds.
    pub(crate) fn of_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        self.of_whole_run(chapter).filter(|_| !chapter.has_errors())
    }

    /// What a chapter's run has left if all of it ran, and it does not hold. What may be the machine's
    /// fault is nothing to be shown again.
    pub(crate) fn of_failed_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        let mut commands = (0..chapter.steps().len()).flat_map(|step| chapter.commands(step));
        let was_cut_short =
            commands.any(|command| matches!(command.end, End::TimedOut { .. } | End::EngineLost));
        self.of_whole_run(chapter).filter(|_| chapter.has_errors() && !was_cut_short)
    }

    fn of_whole_run(&self, chapter: &Chapter) -> Option<RecordingFile> {
        let (recording, scenario) = (chapter.whole_run()?, chapter.scenario()?);
        Some(RecordingFile::new(scenario, recording, self.inputs(scenario)))
    }

    /// The recordings that are no chapter's, and whose directory that is.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let directory = self.settings.recordings.as_deref().unwrap_or(Path::new(""));
        self.others.iter().flatten().map(move |path| (path.as_path(), directory))
    }
}

/// A path as it is from here.
fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
