//! `verify`, `accept` and `record`.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::schedule::read_steps;
use super::{
    Exit, Run, cancel_on_signals, colours, exit_of_report, print, run, tell_missing_images,
};
use crate::book::chapters::{self, Collection};
use crate::book::settings::Settings;
use crate::book::source_file;
use crate::cli::{Format, Options};
use crate::command::progress;
use crate::report::Report;
use crate::report::github::github;
use crate::report::human::{Colours, human};
use crate::report::json::json;
use crate::report::junit::junit;
use crate::store::files::{self, Kept, Unreadable};
use crate::store::replay::Recordings;
use crate::text::byte_order_mark::{mark_len, without_mark};

/// What to do when all steps have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Report.
    Report,
    /// Rewrite the expectations that do not hold, and report what is left.
    Accept,
    /// Keep recordings of what holds, and report.
    Record,
}

/// The chapters of a book, read.
struct Reading {
    report: Report,
    settings: Settings,
    is_whole_book: bool,
}

pub(super) fn verify(options: &Options, after: After) -> Result<Exit> {
    let mut readings = read(options)?;
    let canceller = cancel_on_signals()?;
    // The report's file first: who cannot have it should not wait for it.
    let output = output(options)?;
    // One wrong annotation anywhere, and nothing runs.
    let any_wrong = readings.iter().any(|reading| reading.report.has_errors());
    let mut exit = if any_wrong { Exit::Error } else { Exit::Success };
    for Reading { report, settings, is_whole_book } in &mut readings {
        if any_wrong {
            break;
        }
        let how = Run {
            settings,
            engine_root: options.engine_root.as_deref(),
            fail_fast: options.fail_fast,
            jobs: options.jobs,
            canceller: &canceller,
        };
        let ran = run(report, &how)?;
        exit = exit.max(match after {
            After::Accept => accept(report, settings, ran)?,
            After::Record => record(report, settings, *is_whole_book && ran == Exit::Success, ran)?,
            After::Report => ran,
        });
    }
    write_report(&join(readings), options, output)?;
    Ok(exit)
}

/// Says which recordings are not current. Nothing is run.
pub(super) fn check_recordings(options: &Options) -> Result<Exit> {
    let mut readings = read(options)?;
    let output = output(options)?;
    let any_wrong = readings.iter().any(|reading| reading.report.has_errors());
    for Reading { report, settings, is_whole_book } in &mut readings {
        let recordings = Recordings::of(report, settings, *is_whole_book)
            .context("cannot read the recordings")?;
        // What they say is for `verify`; here it is whether they may.
        recordings.tell_of_missing(report);
        recordings.tell_of_unused(report);
    }
    let report = join(readings);
    write_report(&report, options, output)?;
    Ok(if any_wrong { Exit::Error } else { exit_of_report(&report) })
}

fn read(options: &Options) -> Result<Vec<Reading>> {
    let mut collections: Vec<Collection> =
        options.paths.iter().map(|path| chapters::read(path)).collect::<Result<_, _>>()?;
    chapters::select(&mut collections, &options.chapters)?;
    let readings = chapters::joined(collections).into_iter().map(|collection| {
        let Collection { settings, chapters, is_whole_book } = collection;
        let report = read_steps(chapters, &settings)?;
        Ok(Reading { report, settings, is_whole_book })
    });
    readings.collect()
}

fn join(readings: Vec<Reading>) -> Report {
    let mut whole = Report::default();
    readings.into_iter().for_each(|reading| whole.append(reading.report));
    whole
}

/// Rewrites, in their files, the expectations of chapters that do not hold.
fn accept(report: &mut Report, settings: &Settings, ran: Exit) -> Result<Exit> {
    for chapter in &mut report.chapters {
        if chapter.recording().is_none() {
            continue;
        }
        let path = chapter.path.clone();
        let file = source_file::read_again(&path)?;
        // mdBook drops a byte order mark.
        let is_dropped = mark_len(chapter.text()) == 0;
        let source = if is_dropped { without_mark(&file) } else { file.as_str() };
        let Some(accepted) = chapter.accepted(source, settings) else { continue };
        if accepted.rewritten > 0 {
            let mark = &file[..file.len() - source.len()];
            source_file::replace(&path, &file, &format!("{mark}{}", accepted.source))?;
        }
        progress::accepted(&path, &accepted);
        chapter.reread(accepted.text, settings);
    }
    Ok(match ran {
        Exit::Success | Exit::Findings => exit_of_report(report),
        not_all_ran => not_all_ran,
    })
}

/// Keeps recordings of the chapters that hold. Those that belong to no chapter are removed, if all of
/// a book has been recorded.
fn record(report: &Report, settings: &Settings, all: bool, ran: Exit) -> Result<Exit> {
    let recordings = Recordings::of(report, settings, all).context("cannot read the recordings")?;
    for chapter in report.chapters.iter().filter(|chapter| chapter.has_steps_to_run()) {
        let path = chapter.recording_path.display();
        let Some(recording) = recordings.of_run(chapter) else {
            progress::say(&format!(
                "{}: not recorded, since not all of it holds",
                chapter.path.display()
            ));
            continue;
        };
        let kept = files::keep(&chapter.recording_path, &recording);
        match kept.with_context(|| format!("cannot write {path}"))? {
            Kept::Written => progress::say(&format!("{path}: written")),
            Kept::AsItWas => progress::say(&format!("{path}: says the same, left as it is")),
        }
    }
    for (path, directory) in recordings.unused() {
        let shown = path.display();
        match files::remove(path, directory) {
            Ok(()) => progress::say(&format!("{shown}: removed: it belongs to no chapter")),
            Err(Unreadable::Io(error)) => {
                return Err(error).with_context(|| format!("cannot remove {shown}"));
            }
            Err(not_ours) => {
                progress::say(&format!(
                    "warning: {shown}: not removed: {not_ours}; remove it by hand"
                ));
            }
        }
    }
    Ok(ran)
}

/// The file that the report goes to; without one, it goes to standard output.
fn output(options: &Options) -> Result<Option<File>> {
    let create = |path: &PathBuf| {
        File::create(path).with_context(|| format!("cannot write {}", path.display()))
    };
    options.output.as_ref().map(create).transpose()
}

fn write_report(report: &Report, options: &Options, output: Option<File>) -> Result<()> {
    let text = match options.format {
        Format::Human => {
            let colours =
                if options.output.is_some() { Colours::Off } else { colours(&io::stdout()) };
            human(report, colours)
        }
        Format::Json => json(report)?,
        Format::Junit => junit(report)?,
        Format::Github => github(report),
    };
    let written = match output {
        Some(mut file) => file.write_all(text.as_bytes()),
        None => print(&text),
    };
    written.context("cannot write the report")?;
    tell_missing_images(report);
    Ok(())
}
