//! `verify --engines`: all chapters on several versions of Docker Engine.

use anyhow::{Context, Result};
use docker_sandbox::{prepared_directory, suite_roots};

use super::load::{Loaded, engine_table, join, load_to_run, report_none_ran};
use super::partition::keep_part;
use super::progress::say;
use super::verify::{output, write_report};
use super::{Engines, Exit, RunOptions, cancel_on_signals, one_line, print_error, run};
use crate::book::chapters::Given;
use crate::cli::Verify;
use crate::report::{NamedEngine, Report};
use crate::run::RunError;
use crate::store::engine_table::EngineTable;

mod select;

use self::select::{NoSuchEngine, Selected, select};

/// Runs everything on each engine, one after the other, and reports all together.
pub(super) fn verify_on_engines(verify: &Verify) -> Result<Exit> {
    let options = &verify.run;
    let directory = prepared_directory().context("no home directory for engines: set `HOME`")?;
    let prepared = suite_roots(&directory).context("cannot read the prepared engines")?;
    let mut first = Some(load_to_run(&options.paths, &options.chapters)?);
    let runs_on_docker = |loaded: &Loaded| Engines::of(options).are_in_containers(&loaded.settings);
    let can_build = first.iter().flat_map(|(loaded, _)| loaded).all(runs_on_docker);
    let engines = match select(&verify.engines, &prepared, can_build) {
        Ok(engines) => engines,
        Err(error) => {
            print_error(&error.to_string());
            return Ok(match error {
                NoSuchEngine::Unknown { .. } => Exit::Error,
                NoSuchEngine::NotPrepared { .. } => Exit::NoEngine,
            });
        }
    };
    let canceller = cancel_on_signals()?;
    // Created before the run, so that a wrong path fails at once.
    let output = output(options)?;
    let mut whole = Report::default();
    let mut tables: Vec<EngineTable> = Vec::new();
    let mut exit = Exit::Success;
    // What was named and of which no step ran on any of the engines so far.
    let mut none_ran = None;
    let last = engines.len().saturating_sub(1);
    for (number, selected) in engines.into_iter().enumerate() {
        let title = title(selected);
        say(&title);
        let (mut loaded, mut named) = match first.take() {
            Some(loaded) => loaded,
            None => load_to_run(&options.paths, &options.chapters)?,
        };
        whole.part = verify.part.partition.map(|partition| keep_part(&mut loaded, partition));
        if whole.part.is_some() {
            named.keep_files(&loaded);
        }
        if verify.save_table && tables.is_empty() {
            tables = loaded.iter().map(table_of).collect::<Result<_>>()?;
        }
        for (index, Loaded { report, settings, .. }) in loaded.iter_mut().enumerate() {
            let run_options = RunOptions {
                settings,
                engines: Engines::of(options).on_suite(selected.suite(), selected.root()),
                fail_fast: options.fail_fast,
                jobs: options.jobs,
                canceller: &canceller,
            };
            let ran = match run(report, &run_options) {
                Ok(ran) => ran.max(Exit::from_annotations(report)),
                Err(_) if canceller.is_cancelled() => return Err(RunError::Cancelled.into()),
                // The others may run.
                Err(error) => {
                    print_error(&format!("{title}: {}", one_line(&error)));
                    Exit::from_error(&error)
                }
            };
            exit = exit.max(ran);
            if let Some(table) = tables.get_mut(index) {
                table.add(report, settings, &engine_of(selected, Some(report)));
            }
        }
        let none_ran_here = named.of_which_none_ran(&loaded);
        none_ran = Some(match none_ran {
            None => none_ran_here,
            Some(before) => &before & &none_ran_here,
        });
        let ran = loaded.iter().map(|loaded| &loaded.report).find(|report| report.engine.is_some());
        let engine = engine_of(selected, ran);
        loaded.iter_mut().for_each(|loaded| loaded.report.set_engine(&engine));
        if number == last {
            report_none_ran(&mut loaded, &none_ran.clone().unwrap_or_default());
        }
        let report = join(loaded);
        if report.has_errors() {
            exit = exit.max(Exit::Findings);
        }
        whole.append(report);
        whole.engines.push(engine);
    }
    // Not one engine, but several.
    whole.engine = None;
    for table in tables.iter().filter(|table| !table.is_empty()) {
        let path = table.path().display().to_string();
        table.save().with_context(|| format!("cannot write {path}"))?;
        say(&format!("{path}: written"));
    }
    write_report(&whole, options, output)?;
    Ok(exit)
}

/// The line that is shown before the chapters run on an engine.
fn title(engine: Selected<'_>) -> String {
    let suite = engine.suite();
    match engine.version() {
        Some(version) => {
            let engine = NamedEngine { name: suite.to_string(), version };
            format!("Docker Engine {} ({suite})", engine.short_version())
        }
        None => format!("Docker Engine of Debian {suite}"),
    }
}

/// The engine that a report is about. What a Docker builds says its version itself.
fn engine_of(engine: Selected<'_>, report: Option<&Report>) -> NamedEngine {
    let name = engine.suite().to_string();
    let reported = || report?.engine.as_ref().map(|engine| engine.version.clone());
    let version = match engine {
        Selected::Prepared(_) => engine.version(),
        Selected::Built(_) => reported().or_else(|| engine.version()),
    };
    NamedEngine { version: version.unwrap_or_else(|| name.clone()), name }
}

/// The table to which the results of these chapters are added: a new one for a whole book, else the book's own.
fn table_of(Loaded { settings, given, .. }: &Loaded) -> Result<EngineTable> {
    let recordings = settings.recordings.as_deref();
    let recordings =
        recordings.context("`--save-table` needs a book: use its directory, or a chapter of it")?;
    if matches!(given, Given::Book(_)) {
        return Ok(EngineTable::new(recordings));
    }
    Ok(engine_table(recordings)?.unwrap_or_else(|| EngineTable::new(recordings)))
}
