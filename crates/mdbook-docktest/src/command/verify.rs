//! `verify`, `accept` and `record`.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::checkout::checkout;
use super::load::{Loaded, engine_table, join, load, load_to_run, report_none_ran};
use super::moved_images::MovedImages;
use super::partition::keep_part;
use super::{
    Engines, Exit, RunOptions, cancel_on_signals, colours, print, print_error,
    print_missing_images, run,
};
use crate::accept::Choices;
use crate::book::author;
use crate::book::chapters::Given;
use crate::book::settings::Settings;
use crate::book::source_file;
use crate::cli::{Format, Options, Record};
use crate::command::progress;
use crate::model::partition::Partition;
use crate::report::Report;
use crate::report::github::github;
use crate::report::human::{Colours, human, human_in_full};
use crate::report::json::json;
use crate::report::junit::junit;
use crate::store::files::{self, Kept, ReadError};
use crate::store::replay::Recordings;
use crate::text::byte_order_mark::{mark_len, without_mark};

/// What to do after all steps have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Report the findings.
    Report,
    /// Rewrite expected output that differs, then record, and report the remaining findings.
    Accept(Choices),
    /// Write the recordings of chapters without errors, and report the findings.
    Record,
}

/// Runs everything, and does what is to be done afterwards.
pub(super) fn verify(
    options: &Options,
    partition: Option<Partition>,
    after: After,
) -> Result<Exit> {
    let (mut loaded, mut named) = load_to_run(&options.paths, &options.chapters)?;
    let part = partition.map(|partition| keep_part(&mut loaded, partition));
    if part.is_some() {
        named.keep_files(&loaded);
    }
    let canceller = cancel_on_signals()?;
    // Created before the run, so that a wrong path fails at once.
    let output = output(options)?;
    let mut exit = Exit::Success;
    for Loaded { report, settings, given } in &mut loaded {
        let run_options = RunOptions {
            settings,
            engines: Engines::of(options),
            fail_fast: options.fail_fast,
            jobs: options.jobs,
            canceller: &canceller,
        };
        // A wrong annotation keeps only its chapter from running.
        let ran = run(report, &run_options)?.max(Exit::from_annotations(report));
        exit = exit.max(match after {
            After::Accept(choices) => {
                let accepted = accept(report, settings, ran, choices)?;
                record(report, settings, given, accepted)?
            }
            After::Record => record(report, settings, given, ran)?,
            After::Report => ran,
        });
    }
    let none_ran = named.of_which_none_ran(&loaded);
    report_none_ran(&mut loaded, &none_ran);
    let report = Report { part, ..join(loaded) };
    exit = exit.max(Exit::from_report(&report));
    write_report(&report, options, output)?;
    Ok(exit)
}

/// Reports recordings that are not current, and a table of versions that is not. Nothing runs, and results are not
/// checked.
pub(super) fn check_recordings(record: &Record) -> Result<Exit> {
    let options = &record.run;
    let mut loaded = load(&options.paths, &options.chapters)?;
    let output = output(options)?;
    let mut moved_images = record.moved_images.then(MovedImages::default);
    for Loaded { report, settings, given } in &mut loaded {
        let recordings = Recordings::for_report(report, settings, matches!(given, Given::Book(_)))
            .context("cannot read the recordings")?;
        recordings.report_missing(report);
        recordings.report_unused(report);
        if let Some(directory) = &settings.recordings
            && let Some(table) = engine_table(directory)?
        {
            table.report_stale(report, settings);
        }
        if let Some(moved_images) = &mut moved_images {
            moved_images.report(report, settings);
        }
    }
    let report = join(loaded);
    write_report(&report, options, output)?;
    let mut exit = Exit::from_report(&report).max(Exit::from_annotations(&report));
    for line in moved_images.iter().flat_map(MovedImages::unanswered) {
        print_error(&line);
        exit = exit.max(Exit::NoEngine);
    }
    Ok(exit)
}

/// Rewrites expected output that differs in the chapters' files.
fn accept(report: &mut Report, settings: &Settings, ran: Exit, choices: Choices) -> Result<Exit> {
    for chapter in &mut report.chapters {
        if chapter.recording().is_none() {
            continue;
        }
        let path = chapter.path.clone();
        let file = source_file::read_again(&path)?;
        // mdBook removes a byte order mark.
        let is_removed = mark_len(chapter.text()) == 0;
        let source = if is_removed { without_mark(&file) } else { file.as_str() };
        let Some(accepted) = chapter.accepted(source, settings, choices) else { continue };
        if !accepted.rewritten.is_empty() {
            let mark = &file[..file.len() - source.len()];
            source_file::replace(&path, &file, &format!("{mark}{}", accepted.source))?;
        }
        progress::accepted(&path, &accepted, |line| chapter.place_of_line(line));
        chapter.reread(accepted.text, settings);
    }
    Ok(match ran {
        Exit::Success | Exit::Findings => Exit::from_report(report),
        not_all_ran_or_wrong => not_all_ran_or_wrong,
    })
}

/// Writes the recordings of chapters without errors. If the whole book was recorded, also removes
/// recordings that belong to no chapter.
fn record(report: &Report, settings: &Settings, given: &Given, ran: Exit) -> Result<Exit> {
    let all = matches!(given, Given::Book(_)) && ran == Exit::Success;
    let recordings =
        Recordings::for_report(report, settings, all).context("cannot read the recordings")?;
    for chapter in report.chapters.iter().filter(|chapter| chapter.has_steps_to_run()) {
        let path = chapter.recording_path.display();
        let Some(recording) = recordings.for_passed_run(chapter) else {
            let reason = match chapter.recording() {
                Some(_) if chapter.selected().is_some() => "only a part of it ran",
                Some(_) => "it has failures",
                None => "it did not run",
            };
            progress::say(&format!("{}: not recorded: {reason}", chapter.path.display()));
            continue;
        };
        let kept = files::keep(&chapter.recording_path, &recording);
        match kept.with_context(|| format!("cannot write {path}"))? {
            Kept::Written => progress::say(&format!("{path}: written")),
            Kept::Unchanged => progress::say(&format!("{path}: unchanged")),
        }
    }
    for (path, directory) in recordings.unused() {
        let shown = path.display();
        match files::remove(path, directory) {
            Ok(()) => progress::say(&format!("{shown}: removed: it belongs to no chapter")),
            Err(ReadError::Io(error)) => {
                return Err(error).with_context(|| format!("cannot remove {shown}"));
            }
            Err(ReadError::Invalid(error)) => progress::say(&format!(
                "warning: {shown}: not removed: not a valid recording: {error}; remove it by hand"
            )),
        }
    }
    Ok(ran)
}

/// Creates the file for the report; `None` for standard output.
pub(super) fn output(options: &Options) -> Result<Option<File>> {
    let create = |path: &PathBuf| {
        author::create(path).with_context(|| format!("cannot write {}", path.display()))
    };
    options.output.as_ref().map(create).transpose()
}

/// Writes the report to its file or to standard output.
pub(super) fn write_report(report: &Report, options: &Options, output: Option<File>) -> Result<()> {
    let text = match options.format {
        Format::Human => {
            let colours =
                if options.output.is_some() { Colours::Off } else { colours(&io::stdout()) };
            let format = if options.all_findings { human_in_full } else { human };
            format(report, colours)
        }
        Format::Json => json(report)?,
        Format::Junit => junit(report)?,
        Format::Github => github(report, &checkout()?),
    };
    let written = match output {
        Some(mut file) => file.write_all(text.as_bytes()),
        None => print(&text),
    };
    written.context("cannot write the report")?;
    print_missing_images(report);
    Ok(())
}
