//! Reports what was named on the command line and of which no step has run, although some could: each is for
//! another version of the engine. Only a run shows that.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::Loaded;
use crate::book::chapters::{Given, selects};
use crate::book::settings::Settings;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::Origin;
use crate::model::status::StepStatus;
use crate::report::{Chapter, Report};

/// What was named on the command line: of each, a step is to run.
#[derive(Debug, Default)]
pub(in crate::command) struct Named(Vec<Group>);

/// Chapters of which at least one step is to run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::command) struct Group {
    /// The path of a whole book's book.toml.
    book_toml: Option<PathBuf>,
    chapters: Vec<PathBuf>,
}

impl Named {
    /// Returns what the paths and globs of the command line name. Each of `loaded` is a path there.
    pub(super) fn new(loaded: &[Loaded], globs: &[Pattern]) -> Self {
        let paths = |is_named: &dyn Fn(&Path) -> bool, reports: &[&Report]| {
            let chapters = reports.iter().flat_map(|report| &report.chapters);
            let paths = chapters.map(|chapter| chapter.path.clone());
            paths.filter(|path| is_named(path)).collect::<Vec<_>>()
        };
        let mut groups = Vec::new();
        for Loaded { report, given, .. } in loaded {
            let book_toml = match given {
                Given::Book(book_toml) => Some(book_toml.clone()),
                Given::File => None,
                Given::PartOfBook => continue,
            };
            groups.push(Group { book_toml, chapters: paths(&|_| true, &[report]) });
        }
        let reports: Vec<&Report> = loaded.iter().map(|loaded| &loaded.report).collect();
        groups.extend(globs.iter().map(|glob| {
            let chapters = paths(&|path| selects(glob, path), &reports);
            Group { book_toml: None, chapters }
        }));
        Self(groups)
    }

    /// Keeps what has to run on this machine if it runs a part of the chapters: files. A step of a book or of a
    /// glob can run in another part.
    pub(in crate::command) fn keep_files(&mut self, loaded: &[Loaded]) {
        let chapters = || loaded.iter().flat_map(|loaded| &loaded.report.chapters);
        self.0.retain(|group| {
            let [path] = &group.chapters[..] else { return false };
            group.book_toml.is_none() && chapters().any(|chapter| chapter.path == *path)
        });
    }

    /// Returns those of which all has been run that can be, without an error, and no step was for this engine.
    pub(in crate::command) fn of_which_none_ran(&self, loaded: &[Loaded]) -> BTreeSet<Group> {
        let none_ran = |group: &&Group| {
            let chapters = || {
                let chapters = loaded.iter().flat_map(|loaded| &loaded.report.chapters);
                chapters.filter(|chapter| group.chapters.contains(&chapter.path))
            };
            !chapters().any(Chapter::has_errors)
                && chapters().any(|chapter| others(chapter).next().is_some())
                && chapters().filter(|chapter| chapter.has_steps_to_run()).all(no_step_ran)
        };
        self.0.iter().filter(none_ran).cloned().collect()
    }
}

/// Adds a finding about each of these groups.
pub(in crate::command) fn report_none_ran(loaded: &mut [Loaded], groups: &BTreeSet<Group>) {
    for Group { book_toml, chapters } in groups {
        for Loaded { report, settings, .. } in &mut *loaded {
            let is_named = |chapter: &Chapter| chapters.contains(&chapter.path);
            match book_toml {
                Some(book_toml) if report.chapters.iter().any(is_named) => {
                    let found = in_book(report, book_toml);
                    report.files.extend(settings.lints.apply([found]));
                }
                Some(_) => {}
                None => report
                    .chapters
                    .iter_mut()
                    .filter(|chapter| is_named(chapter))
                    .for_each(|chapter| report_chapter(chapter, settings)),
            }
        }
    }
}

/// Whether a chapter has run, and none of its steps that are to be reported on.
fn no_step_ran(chapter: &Chapter) -> bool {
    let ran = |status| matches!(status, StepStatus::Passed | StepStatus::Failed);
    chapter.recording().is_some_and(|recording| recording.origin == Origin::Run)
        && !chapter.statuses().any(ran)
}

/// The indices of the steps to report on that are for other versions of the engine.
fn others(chapter: &Chapter) -> impl Iterator<Item = usize> {
    let statuses = chapter.statuses().enumerate();
    let others = statuses.filter(|(_, status)| *status == StepStatus::OtherEngine);
    others.map(|(index, _)| index).filter(|index| chapter.is_reported(*index))
}

fn report_chapter(chapter: &mut Chapter, settings: &Settings) {
    let others: Vec<usize> = others(chapter).collect();
    let Some(first) = others.first().and_then(|first| chapter.steps().get(*first)) else { return };
    let span = first.command.clone();
    let for_engine = first.for_engine().unwrap_or_default();
    let message = match (chapter.selected().is_some(), others.len()) {
        (true, 1) => format!("this step did not run: it is {for_engine}"),
        (_, count) => message("file", count, &for_engine),
    };
    chapter.add_finding_at(Code::NoSteps, span, message, HELP.to_owned(), settings);
}

fn in_book(report: &Report, book_toml: &Path) -> Finding {
    let others = report.chapters.iter().flat_map(|chapter| {
        others(chapter).filter_map(|index| chapter.steps().get(index)?.for_engine())
    });
    let others: Vec<String> = others.collect();
    let message = message("book", others.len(), others.first().map_or("", String::as_str));
    let (code, severity, path) = (Code::NoSteps, Severity::Error, book_toml.to_owned());
    let (line, column, help, remedies) = (1, 1, Some(HELP.to_owned()), Vec::new());
    Finding { code, severity, path, span: 0..0, line, column, message, help, remedies }
}

const HELP: &str = "correct `engine`, or name an engine of such a version with `--engines`";

/// Returns what is wrong with a file or a book of whose steps so many are for other engines, the first of them
/// `for_engine`, and of which no other can run.
fn message(what: &str, others: usize, for_engine: &str) -> String {
    let reason = match others {
        1 => format!("the only one that can run is {for_engine}"),
        others => format!("all {others} that can run are for other versions of the engine"),
    };
    format!("no step in this {what} ran: {reason}")
}
