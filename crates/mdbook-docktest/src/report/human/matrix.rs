//! The table of chapters and engines.

use std::collections::BTreeMap;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::Colours;
use crate::model::status::StepStatus;
use crate::report::{Chapter, Report};
use crate::terminal::plain;
use crate::text::table::aligned;

/// Formats a line for each chapter with steps, with a column for each engine; empty if the chapters did not run on several
/// engines.
pub(super) fn table(report: &Report, colours: Colours) -> String {
    if report.engines.is_empty() {
        return String::new();
    }
    let mut rows: Vec<&Path> = Vec::new();
    let mut cells: BTreeMap<(&Path, &str), &Chapter> = BTreeMap::new();
    let has_cell = |chapter: &&Chapter| chapter.has_steps_to_run() || chapter.has_errors();
    for chapter in report.chapters.iter().filter(has_cell) {
        let Some(engine) = &chapter.engine else { continue };
        let path = chapter.path.as_path();
        if !rows.contains(&path) {
            rows.push(path);
        }
        cells.insert((path, engine.name.as_str()), chapter);
    }
    let engines = || report.engines.iter();
    let title = engines().map(|engine| format!("{} ({})", engine.short_version(), engine.name));
    let mut lines = vec![std::iter::once(String::new()).chain(title).collect::<Vec<_>>()];
    let chapter = |path: &Path, name: &str| cells.get(&(path, name)).copied();
    lines.extend(rows.iter().map(|path| {
        let name = plain(&path.display().to_string());
        let cells =
            engines().map(|engine| chapter(path, &engine.name).map_or_else(String::new, cell));
        std::iter::once(name).chain(cells).collect()
    }));
    aligned(&lines, |(line, column), text| {
        let place = line.checked_sub(1).zip(column.checked_sub(1));
        let chapter =
            place.and_then(|(row, engine)| chapter(rows[row], &report.engines[engine].name));
        match (chapter, colours) {
            (Some(chapter), Colours::On) => {
                let style = style(chapter);
                format!("{style}{text}{style:#}")
            }
            _ => text.to_owned(),
        }
    })
}

/// The number of a chapter's steps by status.
fn cell(chapter: &Chapter) -> String {
    if chapter.recording().is_none() {
        return "not run".to_owned();
    }
    let count =
        |wanted: &[StepStatus]| chapter.statuses().filter(|status| wanted.contains(status)).count();
    let failed = count(&[StepStatus::Failed]);
    let counts = [
        (failed, "failed"),
        (count(&[StepStatus::Passed]), "passed"),
        (count(&[StepStatus::Skipped, StepStatus::OtherEngine]), "skipped"),
    ];
    // What has failed is not a step.
    let chapter_failed = (failed == 0 && chapter.has_errors()).then(|| "failed".to_owned());
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, status)| format!("{count} {status}"));
    chapter_failed.into_iter().chain(counts).collect::<Vec<_>>().join(", ")
}

fn style(chapter: &Chapter) -> Style {
    let is_good = chapter.recording().is_some() && !chapter.has_errors();
    (if is_good { AnsiColor::Green } else { AnsiColor::Red }).on_default()
}
