//! The verification page, which lists the chapters of a book with their steps, engines, images and the
//! dates of their last runs.
//!
//! It has no source file: each build generates it after the last chapter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use maud::{Markup, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::html::one_line;
use super::markdown::escape;
use super::provenance;
use crate::model::engine_versions::Version;
use crate::model::recording::Recording;
use crate::model::status::StepStatus;
use crate::render::page::{Page, Renderer};
use crate::terminal::plain;

/// The path of the page, as if it had a source file.
pub(crate) const PATH: &str = "verifications.md";

/// The characters that are special in the path of a URL.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b':');

/// A chapter with steps.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The name in the summary of the book.
    pub name: &'a str,
    /// The path of the chapter, relative to the source directory.
    pub path: &'a Path,
    /// The statuses of its steps.
    pub statuses: Vec<StepStatus>,
    /// The recording of its last run, if it has run.
    pub recording: Option<&'a Recording>,
    /// Its results on versions of the engine, if the book has a table of them.
    pub versions: BTreeMap<String, VersionResult>,
}

/// The result of a chapter on a version of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionResult {
    /// Its commands and expectations are still the same.
    Current {
        /// The number of its steps that passed.
        passed: usize,
        /// The number of its steps for this version.
        steps: usize,
        /// RFC 3339.
        recorded_at: String,
    },
    /// They have changed.
    OutOfDate,
}

/// The relative link from the page of a chapter to this page.
pub(crate) fn link_from(chapter: &Path) -> String {
    let depth = chapter.components().count().saturating_sub(1);
    "../".repeat(depth) + &html_path(Path::new(PATH))
}

/// The URL of the page that mdBook renders for a chapter, relative to the site.
pub(super) fn html_path(chapter: &Path) -> String {
    let path = chapter.with_extension("html");
    let components = path.components().map(|component| component.as_os_str().to_string_lossy());
    let path = components.collect::<Vec<_>>().join("/");
    utf8_percent_encode(&path, NOT_IN_A_PATH).to_string()
}

/// Returns the Markdown text of the page.
pub fn verifications(entries: &[Entry<'_>], page: &Page) -> String {
    let listing = Listing { entries, page };
    let labels = &page.labels;
    let mut parts = vec![
        format!("# {}", escape(labels.verifications())),
        escape(labels.verifications_intro()),
        listing.table(&listing.chapters()),
    ];
    if let Some(versions) = listing.versions() {
        parts.push(format!("## {}", escape(labels.versions_title())));
        parts.push(escape(labels.versions_intro()));
        parts.push(listing.table(&versions));
    }
    parts.extend([
        format!("## {}", escape(labels.engines())),
        listing.table(&listing.engines()),
        format!("## {}", escape(labels.images())),
        listing.table(&listing.images()),
    ]);
    parts.join("\n\n") + "\n"
}

struct Listing<'a> {
    entries: &'a [Entry<'a>],
    page: &'a Page,
}

struct Table<'a> {
    label: &'a str,
    head: Vec<&'a str>,
    rows: Vec<Row>,
}

type Row = Vec<Cell>;

enum Cell {
    Text(String),
    /// The name and the URL of a page.
    Link(String, String),
    /// A digest.
    Code(String),
}

impl Listing<'_> {
    fn recordings(&self) -> impl Iterator<Item = &Recording> {
        self.entries.iter().filter_map(|entry| entry.recording)
    }

    fn chapters(&self) -> Table<'_> {
        let labels = &self.page.labels;
        // Columns with only zeros are left out.
        let others = [
            (labels.failed(), StepStatus::Failed),
            (labels.skipped(), StepStatus::Skipped),
            (labels.other_engine(), StepStatus::OtherEngine),
            (labels.ignored(), StepStatus::Ignored),
        ];
        let others = others
            .into_iter()
            .filter(|(_, status)| self.entries.iter().any(|entry| entry.statuses.contains(status)));
        let counted: Vec<_> =
            [(labels.passed(), StepStatus::Passed)].into_iter().chain(others).collect();

        let mut head = vec![labels.chapter(), labels.steps()];
        head.extend(counted.iter().map(|(label, _)| *label));
        head.extend([labels.engine(), labels.last_run()]);
        let row = |entry: &Entry<'_>| {
            let count = |status| entry.statuses.iter().filter(|other| **other == status).count();
            let mut cells = vec![
                Cell::Link(entry.name.to_owned(), html_path(entry.path)),
                Cell::Text(entry.statuses.len().to_string()),
            ];
            cells.extend(counted.iter().map(|(_, status)| Cell::Text(count(*status).to_string())));
            let (engine, day) = match entry.recording {
                Some(recording) => (
                    labels.engine_version(&recording.engine.version),
                    labels.day(&recording.recorded_at).unwrap_or_default(),
                ),
                None => (String::new(), labels.never().to_owned()),
            };
            cells.extend([engine, day].map(Cell::Text));
            cells
        };
        let rows = self.entries.iter().map(row).collect();
        Table { label: labels.verifications(), head, rows }
    }

    /// The chapters on each version of the engine; `None` without results.
    fn versions(&self) -> Option<Table<'_>> {
        let labels = &self.page.labels;
        let all = self.entries.iter().flat_map(|entry| entry.versions.keys());
        // From the oldest.
        let versions: BTreeSet<(Option<Version>, &str)> =
            all.map(|version| (Version::of_engine(version), version.as_str())).collect();
        if versions.is_empty() {
            return None;
        }
        let versions: Vec<&str> = versions.into_iter().map(|(_, version)| version).collect();
        let mut head = vec![labels.chapter()];
        head.extend(versions.iter().map(|version| version.split('+').next().unwrap_or(version)));
        head.push(labels.last_run());
        let row = |entry: &Entry<'_>| {
            let result = |version: &&str| match entry.versions.get(*version) {
                None => labels.never().to_owned(),
                Some(VersionResult::OutOfDate) => labels.outdated_result().to_owned(),
                Some(VersionResult::Current { passed, steps, .. }) => {
                    labels.steps_of(labels.number(*passed as u64), labels.number(*steps as u64))
                }
            };
            let times = entry.versions.values().filter_map(|result| match result {
                VersionResult::Current { recorded_at, .. } => Some(recorded_at),
                VersionResult::OutOfDate => None,
            });
            // The oldest: all are at least as new.
            let day = times.min().and_then(|time| labels.day(time)).unwrap_or_default();
            let mut cells = vec![Cell::Link(entry.name.to_owned(), html_path(entry.path))];
            cells.extend(versions.iter().map(result).map(Cell::Text));
            cells.push(Cell::Text(day));
            cells
        };
        let rows = self.entries.iter().map(row).collect();
        Some(Table { label: labels.versions_title(), head, rows })
    }

    fn engines(&self) -> Table<'_> {
        let labels = &self.page.labels;
        let engines: BTreeSet<_> = self
            .recordings()
            .map(|Recording { engine, .. }| {
                (provenance::engine(engine, labels), provenance::machine(engine))
            })
            .collect();
        let row = |(engine, machine)| vec![Cell::Text(engine), Cell::Text(machine)];
        Table {
            label: labels.engines(),
            head: vec![labels.engine(), labels.machine()],
            rows: engines.into_iter().map(row).collect(),
        }
    }

    fn images(&self) -> Table<'_> {
        let labels = &self.page.labels;
        let images: BTreeSet<_> = self
            .recordings()
            .flat_map(|recording| &recording.images)
            .map(|image| (provenance::image(image, labels), provenance::digest(image).to_owned()))
            .collect();
        let row = |(image, digest)| vec![Cell::Text(image), Cell::Code(digest)];
        Table {
            label: labels.images(),
            head: vec![labels.image(), labels.digest()],
            rows: images.into_iter().map(row).collect(),
        }
    }

    fn table(&self, table: &Table<'_>) -> String {
        match self.page.renderer {
            Renderer::Html => one_line(html_table(table)),
            Renderer::Markdown => markdown_table(table),
        }
    }
}

fn html_table(table: &Table<'_>) -> Markup {
    html! {
        // mdBook's class makes wide tables scroll; `tabindex` is for scrolling by keyboard.
        div.table-wrapper.docktest-verifications tabindex="0" role="region" aria-label=(table.label) {
            table {
                thead { tr { @for cell in &table.head { th scope="col" { (cell) } } } }
                tbody {
                    @for row in &table.rows {
                        tr { @for cell in row { td { (html_cell(cell)) } } }
                    }
                }
            }
        }
    }
}

fn html_cell(cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Text(text) => (plain(text)),
            Cell::Link(name, href) => a href=(href) { (plain(name)) },
            Cell::Code(text) => code { (plain(text)) },
        }
    }
}

fn markdown_table(table: &Table<'_>) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let head = line(table.head.iter().map(|cell| escape(cell)).collect());
    let rule = line(table.head.iter().map(|_| "---".to_owned()).collect());
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Link(text, _) | Cell::Code(text) => escape(text),
    };
    let rows = table.rows.iter().map(|row| line(row.iter().map(cell).collect()));
    [head, rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
