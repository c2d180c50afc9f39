//! Reads what the command line names.

use std::path::PathBuf;

use anyhow::Result;
use glob::Pattern;

use super::schedule::read_steps;
use crate::book::chapters::{self, Collection, Given};
use crate::book::settings::Settings;
use crate::report::Report;

mod no_steps;

use self::no_steps::report_empty;

/// A collection of chapters whose steps have been read.
pub(super) struct Loaded {
    pub(super) report: Report,
    pub(super) settings: Settings,
    pub(super) given: Given,
}

/// Reads the chapters at these paths that match a glob; all if there is no glob.
pub(super) fn load(paths: &[PathBuf], globs: &[Pattern]) -> Result<Vec<Loaded>> {
    let mut collections: Vec<Collection> =
        paths.iter().map(|path| chapters::read(path)).collect::<Result<_, _>>()?;
    chapters::select(&mut collections, globs)?;
    let loaded = collections.into_iter().map(|Collection { settings, chapters, given }| {
        let report = read_steps(chapters, &settings)?;
        Ok(Loaded { report, settings, given })
    });
    let mut loaded = loaded.collect::<Result<Vec<_>>>()?;
    report_empty(&mut loaded, globs);
    Ok(joined(loaded))
}

/// Joins adjacent collections with the same settings, so that chapters given one by one can run in
/// parallel.
fn joined(collections: Vec<Loaded>) -> Vec<Loaded> {
    let mut joined: Vec<Loaded> = Vec::with_capacity(collections.len());
    for collection in collections {
        match joined.last_mut() {
            Some(last) if last.settings == collection.settings => {
                last.report.append(collection.report);
                last.given = Given::PartOfBook;
            }
            _ => joined.push(collection),
        }
    }
    joined
}

/// Joins the reports.
pub(super) fn join(loaded: Vec<Loaded>) -> Report {
    let mut whole = Report::default();
    loaded.into_iter().for_each(|loaded| whole.append(loaded.report));
    whole
}
