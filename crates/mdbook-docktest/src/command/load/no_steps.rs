//! Reports what was named on the command line and has no step that runs: without this finding it would
//! pass, although nothing was checked. A build has no such finding: nobody asked it to check anything, and
//! the pages of a book without steps are right.

use std::path::Path;

use glob::Pattern;

use super::Loaded;
use crate::book::chapters::{Given, selects};
use crate::book::settings::Settings;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::scenario::Step;
use crate::report::{Chapter, Report};

/// Adds findings about the files, books and globs of the command line. Each of `loaded` is a path there.
///
/// A chapter without steps is fine in a book that has others, and beside others that the same glob
/// selects. What already has an error is not green in any case.
pub(super) fn report_empty(loaded: &mut [Loaded], globs: &[Pattern]) {
    for Loaded { report, settings, given, .. } in &mut *loaded {
        match given {
            Given::Book(book_toml) => {
                let found = in_book(report, book_toml);
                report.files.extend(settings.lints.apply(found));
            }
            Given::File => report_chapters(report, settings, |_| true),
            Given::PartOfBook => {}
        }
    }
    for glob in globs {
        let is_selected = |chapter: &Chapter| selects(glob, &chapter.path);
        let mut chapters = loaded.iter().flat_map(|loaded| &loaded.report.chapters);
        if chapters.any(|chapter| is_selected(chapter) && !is_empty(chapter)) {
            continue;
        }
        for Loaded { report, settings, .. } in &mut *loaded {
            report_chapters(report, settings, is_selected);
        }
    }
}

/// Returns a finding about a whole book in which nothing runs and nothing is wrong.
fn in_book(report: &Report, book_toml: &Path) -> Option<Finding> {
    if report.has_errors() || report.chapters.iter().any(Chapter::has_steps_to_run) {
        return None;
    }
    let steps = report.chapters.iter().map(|chapter| chapter.statuses().count()).sum();
    let held = report.chapters.iter().flat_map(Chapter::steps).filter(|step| step.is_held).count();
    let (message, help) = message("book", steps, held);
    let span = 0..0;
    let (code, severity, path) = (Code::NoSteps, Severity::Error, book_toml.to_owned());
    let (line, column, help, remedies) = (1, 1, Some(help), Vec::new());
    Some(Finding { code, severity, path, span, line, column, message, help, remedies })
}

/// Whether nothing of a chapter runs, and nothing is reported that fails.
fn is_empty(chapter: &Chapter) -> bool {
    !chapter.has_errors() && !chapter.has_reported_steps_to_run()
}

fn report_chapters(report: &mut Report, settings: &Settings, is_named: impl Fn(&Chapter) -> bool) {
    for chapter in report.chapters.iter_mut().filter(|chapter| is_named(chapter)) {
        if !is_empty(chapter) {
            continue;
        }
        let (span, (message, help)) = match chapter.selected() {
            Some([step, ..]) => (step.command.clone(), message_about_step(step)),
            Some([]) | None => {
                let held = chapter.steps().iter().filter(|step| step.is_held).count();
                (0..0, message("file", chapter.steps().len(), held))
            }
        };
        chapter.add_finding_at(Code::NoSteps, span, message, help, settings);
    }
}

/// Returns what is wrong with the only step that was named, and what to do about it.
fn message_about_step(step: &Step) -> (String, String) {
    if step.attributes.ignore {
        let help = "remove `ignore` to run it, or name another line";
        ("this step is marked `ignore`".to_owned(), help.to_owned())
    } else {
        let help = "resolve the finding about it";
        ("a finding keeps this step from running".to_owned(), help.to_owned())
    }
}

/// Returns what is wrong with a file or a book that has this many steps, none of which runs, and what to do
/// about it. `held` of them are kept from running by a finding, the others are marked `ignore`.
fn message(what: &str, steps: usize, held: usize) -> (String, String) {
    let ignored = steps - held;
    let (reason, help) = match (ignored, held) {
        (0, 0) => {
            let help = "mark the blocks of commands as `bash` or `console`";
            return (format!("no step in this {what}"), help.to_owned());
        }
        (1, 0) => ("its only step is marked `ignore`".to_owned(), "remove `ignore`"),
        (0, 1) => ("a finding keeps its only step from running".to_owned(), "resolve this finding"),
        (ignored, 0) => (
            format!("all {ignored} steps are marked `ignore`"),
            "remove `ignore` from those that can run",
        ),
        (0, held) => {
            (format!("findings keep all {held} steps from running"), "resolve these findings")
        }
        (ignored, held) => (
            format!(
                "{ignored} of {steps} steps are marked `ignore`, findings keep {held} from running"
            ),
            "resolve these findings, or remove `ignore`",
        ),
    };
    (format!("no step in this {what} runs: {reason}"), help.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_counts_what_was_seen() {
        for (steps, held, expected) in [
            (0, 0, "no step in this book"),
            (1, 0, "no step in this book runs: its only step is marked `ignore`"),
            (1, 1, "no step in this book runs: a finding keeps its only step from running"),
            (3, 0, "no step in this book runs: all 3 steps are marked `ignore`"),
            (3, 3, "no step in this book runs: findings keep all 3 steps from running"),
            (
                3,
                1,
                "no step in this book runs: 2 of 3 steps are marked `ignore`, findings keep 1 from running",
            ),
        ] {
            assert_eq!(message("book", steps, held).0, expected);
        }
    }
}
