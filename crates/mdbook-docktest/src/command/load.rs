//! Reads what the command line names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use glob::Pattern;

use super::schedule::read_steps;
use crate::book::chapters::{self, Collection, Given};
use crate::book::settings::Settings;
use crate::report::Report;
use crate::store::engine_table::EngineTable;

mod no_steps;
mod none_ran;

use self::no_steps::report_empty;
pub(super) use self::none_ran::{Named, report_none_ran};

/// A collection of chapters whose steps have been read.
pub(super) struct Loaded {
    pub(super) report: Report,
    pub(super) settings: Settings,
    pub(super) given: Given,
}

/// Reads the chapters at these paths that match a glob; all if there is no glob.
pub(super) fn load(paths: &[PathBuf], globs: &[Pattern]) -> Result<Vec<Loaded>> {
    Ok(joined(load_each(paths, globs)?))
}

/// The same for a command that runs steps: what was named and has none is reported. Also returns what was named, as only
/// the run shows whether its steps are for this engine.
pub(super) fn load_to_run(paths: &[PathBuf], globs: &[Pattern]) -> Result<(Vec<Loaded>, Named)> {
    let mut loaded = load_each(paths, globs)?;
    report_empty(&mut loaded, globs);
    let named = Named::new(&loaded, globs);
    Ok((joined(loaded), named))
}

fn load_each(paths: &[PathBuf], globs: &[Pattern]) -> Result<Vec<Loaded>> {
    let mut collections: Vec<Collection> =
        paths.iter().map(|path| chapters::read(path)).collect::<Result<_, _>>()?;
    chapters::select(&mut collections, globs)?;
    let loaded = collections.into_iter().map(|Collection { settings, chapters, given }| {
        let report = read_steps(chapters, &settings)?;
        Ok(Loaded { report, settings, given })
    });
    loaded.collect()
}

/// Reads the table of a book's chapters and versions of the engine, which is beside its recordings; `None` if there is
/// none.
pub(super) fn engine_table(recordings: &Path) -> Result<Option<EngineTable>> {
    EngineTable::read(recordings).with_context(|| {
        let path = EngineTable::path_in(recordings);
        format!("cannot read {}; remove it, and verify the whole book", path.display())
    })
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
