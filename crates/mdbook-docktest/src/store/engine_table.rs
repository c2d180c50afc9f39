//! The table of a book's chapters and the versions of Docker Engine that they were verified on, as a file beside the
//! recordings.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::book::author;
use crate::book::settings::Settings;
use crate::model::status::StepStatus;
use crate::render::verifications::VersionResult;
use crate::report::{Chapter, NamedEngine, Report};
use crate::store::replay::Recordings;
use crate::text::digest::digest;
use crate::text::json::indented;

mod stale;

/// The name of the file. Recordings end with `.md.json`.
const FILE: &str = "engines.json";

/// The version of the format. New fields do not change it.
const SCHEMA: u32 = 1;

/// The table of a book.
#[derive(Debug)]
pub(crate) struct EngineTable {
    path: PathBuf,
    document: Document,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Document {
    schema: u32,
    /// By the name of the chapter's recording, without `.json`.
    chapters: BTreeMap<String, Row>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Row {
    /// What the results depend on, besides the engine.
    inputs: String,
    /// By the version of the engine.
    engines: BTreeMap<String, Counts>,
}

/// The result of a chapter on an engine: its steps by status. Those that are marked `ignore` do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    /// As in a recording.
    recorded_at: String,
    passed: usize,
    failed: usize,
    not_reached: usize,
    for_other_engines: usize,
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error("{0}")]
    Io(io::Error),
    #[error("{0}")]
    Invalid(#[from] serde_json::Error),
    #[error("unsupported version {0}: this program reads version {SCHEMA}")]
    Version(u32),
}

impl EngineTable {
    /// The path of the table of a book with this directory of recordings.
    pub(crate) fn path_in(recordings: &Path) -> PathBuf {
        recordings.join(FILE)
    }

    /// A table without chapters.
    pub(crate) fn new(recordings: &Path) -> Self {
        let document = Document { schema: SCHEMA, ..Document::default() };
        Self { path: Self::path_in(recordings), document }
    }

    /// Reads the table of a book; `None` if there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a table.
    pub(crate) fn read(recordings: &Path) -> Result<Option<Self>, TableError> {
        let path = Self::path_in(recordings);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TableError::Io(error)),
        };
        let document: Document = serde_json::from_str(&text)?;
        match document.schema {
            SCHEMA => Ok(Some(Self { path, document })),
            other => Err(TableError::Version(other)),
        }
    }

    /// Adds the results of chapters that have run as a whole. Earlier results of the same commands on other engines stay.
    pub(crate) fn add(&mut self, report: &Report, settings: &Settings, engine: &NamedEngine) {
        let recordings = Recordings::new(settings);
        for chapter in report.chapters.iter().filter(|chapter| chapter.selected().is_none()) {
            let Some((recording, inputs)) =
                chapter.recording().zip(inputs(chapter, &recordings, settings))
            else {
                continue;
            };
            let count = |wanted| chapter.statuses().filter(|status| *status == wanted).count();
            let counts = Counts {
                recorded_at: recording.recorded_at.clone(),
                passed: count(StepStatus::Passed),
                failed: count(StepStatus::Failed),
                not_reached: count(StepStatus::Skipped),
                for_other_engines: count(StepStatus::OtherEngine),
            };
            let row = self.document.chapters.entry(self.name(chapter)).or_default();
            if row.inputs != inputs {
                *row = Row { inputs, ..Row::default() };
            }
            row.engines.insert(engine.version.clone(), counts);
        }
    }

    /// Returns a chapter's results, by the version of the engine. Those of other commands are out of date.
    pub(crate) fn results(
        &self,
        chapter: &Chapter,
        recordings: &Recordings<'_>,
        settings: &Settings,
    ) -> BTreeMap<String, VersionResult> {
        let Some(row) = self.document.chapters.get(&self.name(chapter)) else {
            return BTreeMap::new();
        };
        let is_current =
            inputs(chapter, recordings, settings).is_some_and(|inputs| inputs == row.inputs);
        let result = |counts: &Counts| {
            if !is_current {
                return VersionResult::OutOfDate;
            }
            VersionResult::Current {
                passed: counts.passed,
                steps: counts.passed + counts.failed + counts.not_reached,
                recorded_at: counts.recorded_at.clone(),
            }
        };
        row.engines.iter().map(|(version, counts)| (version.clone(), result(counts))).collect()
    }

    /// Whether no chapter has run.
    pub(crate) fn is_empty(&self) -> bool {
        self.document.chapters.is_empty()
    }

    /// The path of the table.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The chapter's name in the table.
    fn name(&self, chapter: &Chapter) -> String {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let path = &chapter.recording_path;
        path.strip_prefix(directory).unwrap_or(path).with_extension("").display().to_string()
    }

    /// Writes the table.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn save(&self) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        author::create_directories(directory)?;
        let mut file = NamedTempFile::with_prefix_in(".engines-", directory)?;
        file.write_all(indented(&self.document)?.as_bytes())?;
        // tempfile makes files that only their owner can read; the table is committed like other files.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        author::give(file.as_file())?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// A digest of what the results of a chapter depend on, besides the engine: the inputs of its run, and what its text and
/// the book expect. `None` once its page is rendered.
fn inputs(chapter: &Chapter, recordings: &Recordings<'_>, settings: &Settings) -> Option<String> {
    let scenario = chapter.scenario()?;
    let inputs = recordings.inputs(chapter, scenario);
    let blocks: Vec<&str> = scenario
        .steps_that_run()
        .filter_map(|(_, step)| chapter.text().get(step.block()))
        .collect();
    let placeholders: Vec<(&str, &str)> = settings.placeholders.own().collect();
    let all = (inputs, blocks, &settings.lints, placeholders);
    // Serializing plain data cannot fail.
    Some(digest(&serde_json::to_vec(&all).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::book::chapters::Source;
    use crate::extract::Extensions;
    use crate::model::recording::{CommandRecording, End, Recording, StepRecording, Transcript};

    pub(super) const TEXT: &str = "```bash\na\n```\n\n```bash engine=\"<23\"\nb\n```\n\n```bash ignore\nc\n```\n\n```bash\nd\n```\n";

    pub(super) fn settings(directory: &Path) -> Settings {
        Settings { recordings: Some(directory.to_owned()), ..Settings::default() }
    }

    pub(super) fn chapter(text: &str, settings: &Settings) -> Chapter {
        let source = Source {
            path: "src/part/a.md".into(),
            text: text.to_owned(),
            is_preprocessed: false,
            extensions: Extensions::default(),
            only_at: None,
            recording: settings.recordings.as_ref().unwrap().join("part/a.md.json"),
        };
        Chapter::read(source, settings).unwrap()
    }

    /// A report in which the steps have exited with these statuses; `None` for those that are for another engine.
    pub(super) fn ran(text: &str, settings: &Settings, statuses: [Option<i32>; 3]) -> Report {
        let mut chapter = chapter(text, settings);
        let mut statuses = statuses.into_iter();
        let steps = chapter.steps().iter().map(|step| match step.runs() {
            false => StepRecording::Ignored,
            true => statuses.next().unwrap().map_or(StepRecording::OtherEngine, |status| {
                let end = End::Exited { status };
                let commands = vec![CommandRecording::new("a", end, Transcript::default())];
                StepRecording::Ran { commands, effects: Vec::new() }
            }),
        });
        let recorded_at = "2026-11-26T07:00:00Z".to_owned();
        let recording = Recording { steps: steps.collect(), recorded_at, ..Recording::default() };
        chapter.judge(recording, settings);
        Report { chapters: vec![chapter], ..Report::default() }
    }

    pub(super) fn engine(name: &str, version: &str) -> NamedEngine {
        NamedEngine { name: name.to_owned(), version: version.to_owned() }
    }

    fn results(directory: &Path, text: &str, settings: &Settings) -> Vec<(String, VersionResult)> {
        let table = EngineTable::read(directory).unwrap().unwrap();
        let chapter = chapter(text, settings);
        table.results(&chapter, &Recordings::new(settings), settings).into_iter().collect()
    }

    #[test]
    fn results_are_read_back_until_something_changes_that_they_depend_on() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        let settings = settings(directory);
        assert!(EngineTable::read(directory).unwrap().is_none());
        let mut table = EngineTable::new(directory);
        table.add(
            &ran(TEXT, &settings, [Some(0), Some(1), Some(0)]),
            &settings,
            &engine("b", "20.10.24"),
        );
        table.add(
            &ran(TEXT, &settings, [Some(0), None, Some(0)]),
            &settings,
            &engine("t", "26.1.5"),
        );
        table.save().unwrap();
        let current = |passed, steps| VersionResult::Current {
            passed,
            steps,
            recorded_at: "2026-11-26T07:00:00Z".to_owned(),
        };
        let expected =
            [("20.10.24".to_owned(), current(2, 3)), ("26.1.5".to_owned(), current(2, 2))];
        assert_eq!(results(directory, TEXT, &settings), expected);
        let prose = format!("# Prose\n\n{TEXT}");
        assert_eq!(results(directory, &prose, &settings), expected);

        let out_of_date = expected.map(|(version, _)| (version, VersionResult::OutOfDate));
        for changed in [
            TEXT.replace("d\n", "e\n"),
            TEXT.replace("<23", "<24"),
            format!("{TEXT}\n```output\nx\n```\n"),
            TEXT.replace("bash\nd", "bash exit=1\nd"),
        ] {
            assert_eq!(results(directory, &changed, &settings), out_of_date, "{changed}");
        }
        let lints = serde_json::from_str(r#"{"leftover":"deny"}"#).unwrap();
        let strict = Settings { lints, ..settings.clone() };
        assert_eq!(results(directory, TEXT, &strict), out_of_date);
        let table = EngineTable::read(directory).unwrap().unwrap();
        let other = Settings { labels: Arc::default(), ..settings.clone() };
        let mut unknown = chapter(TEXT, &other);
        unknown.recording_path = directory.join("b.md.json");
        assert_eq!(table.results(&unknown, &Recordings::new(&other), &other), BTreeMap::new());
    }

    #[test]
    fn a_new_result_replaces_those_of_other_commands() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let mut table = EngineTable::new(directory.path());
        let statuses = [Some(0), None, Some(0)];
        for version in ["26.1.5", "28.5.2"] {
            table.add(&ran(TEXT, &settings, statuses), &settings, &engine("e", version));
        }
        let versions = |table: &EngineTable| -> Vec<String> {
            table.document.chapters["part/a.md"].engines.keys().cloned().collect()
        };
        assert_eq!(versions(&table), ["26.1.5", "28.5.2"]);
        let changed = TEXT.replace("d\n", "e\n");
        table.add(&ran(&changed, &settings, statuses), &settings, &engine("e", "28.5.2"));
        assert_eq!(versions(&table), ["28.5.2"]);
    }

    #[test]
    fn what_is_not_a_table_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let error = |text: &str| {
            fs::write(EngineTable::path_in(directory.path()), text).unwrap();
            EngineTable::read(directory.path()).unwrap_err().to_string()
        };
        assert_eq!(
            error("{\"schema\": 2, \"chapters\": {}}"),
            "unsupported version 2: this program reads version 1"
        );
        assert!(error("<<<<<<< ours\n").starts_with("expected value at line 1"));
    }
}
