//! The preprocessor, which mdBook starts when it builds a book.

use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::thread;

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::cache_directory;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::{
    Engines, Exit, RunOptions, cancel_on_signals, colours, one_line, patient_reader, print_errors,
    try_run,
};
use crate::book::build_directory;
use crate::book::chapters::Source;
use crate::book::protocol::{self, ProtocolError};
use crate::book::settings::{OnFailure, RunMode, Settings, is_served};
use crate::command::progress;
use crate::install;
use crate::model::recording::Origin;
use crate::render::page::Renderer;
use crate::report::human::human;
use crate::report::spill::Spill;
use crate::report::{Chapter, Report};
use crate::run::RunError;
use crate::store::engine_table::EngineTable;
use crate::store::failures::{Edition, Failures, Session};
use crate::store::files;
use crate::store::recording_file::RecordingFile;
use crate::store::replay::Recordings;

mod pages;

use pages::BookFacts;

pub(super) fn preprocess() -> Result<Exit> {
    if io::stdin().is_terminal() {
        return Err(ProtocolError::Empty.into());
    }
    let input = patient_reader::read_to_end(io::stdin()).context("cannot read standard input")?;
    let (context, mut book) = protocol::parse_input(&input)?;
    drop(input);
    build_directory::check_build_directory(&context.root, &context.config)?;
    let settings = Settings::from_config(&context.config, &context.root)?;
    let failures = cache_directory()
        .filter(|_| is_served(&context.config) && settings.run == RunMode::Stale)
        .and_then(|cache| Some(Failures::new(&cache, &context.root, Session::from_parent()?)));

    let (known, sources): (Vec<_>, Vec<_>) =
        pages::chapters(&context, &mut book, &settings).into_iter().unzip();
    let mut spill = Spill::new().context("cannot create a temporary file")?;
    let mut recordings = Recordings::new(&settings);
    let mut report = Report::default();
    let table = engine_table(&settings);
    let mut versions = Vec::new();
    let mut book_facts = BookFacts::new(sources.iter().map(|source: &Source| source.text.as_str()));
    for (index, (source, known)) in sources.into_iter().zip(&known).enumerate() {
        let mut chapter = Chapter::read(source, &settings)?;
        if settings.run != RunMode::Always {
            recordings.replay(&mut chapter);
        }
        // While its text is there.
        let results = table.as_ref().map(|table| table.results(&chapter, &recordings, &settings));
        versions.push(results.unwrap_or_default());
        let is_done = chapter.findings.is_empty() && !chapter.needs_run();
        if is_done && !pages::is_about_book(&chapter) {
            book_facts.collect(index, known, &chapter);
            let text = pages::page_text(&chapter, known, &book_facts);
            chapter.finish(spill.put(&text).context("cannot write a temporary file")?);
        }
        report.chapters.push(chapter);
    }
    if let Some(warning) = install::order_warning(&context.config) {
        progress::say(&format!("warning: {warning}"));
    }
    let is_html = Renderer::named(&context.renderer) == Some(Renderer::Html);
    let summary = report.summary();
    if is_html && summary.steps > summary.ignored {
        for warning in install::warnings(&context.root, &context.config) {
            progress::say(&format!("warning: {warning}"));
        }
    }
    let embeds = settings.on_failure == OnFailure::Embed;
    // A wrong annotation keeps only its chapter from running, also if it stops the build after that.
    let ran = replay_and_run(&mut report, &settings, &mut recordings, failures.as_ref())?;
    let could_run = matches!(ran, Exit::Success | Exit::Findings);
    let exit = ran.max(Exit::from_annotations(&report));
    if report.has_findings() {
        // If standard error is closed, the exit status still reports the failure.
        let _ = io::stderr().write_all(human(&report, colours(&io::stderr())).as_bytes());
    }
    // If some steps could not run, pages would show a problem of this machine rather than of the book.
    let continues = could_run && (exit == Exit::Success || embeds);
    if !continues {
        return Ok(exit);
    }
    // `io::stdout()` would search everything for line ends, as it is line-buffered.
    let stdout = io::stdout().as_fd().try_clone_to_owned();
    let stdout = File::from(stdout.context("cannot write to standard output")?);
    protocol::write_book(
        pages::items(book, known, (report, versions), book_facts, &mut spill),
        stdout,
    )?;
    Ok(Exit::Success)
}

/// The table of chapters and versions of the engine, if the book has one and a page for it.
fn engine_table(settings: &Settings) -> Option<EngineTable> {
    let recordings = settings.recordings.as_deref().filter(|_| settings.verifications)?;
    EngineTable::read(recordings).unwrap_or_else(|error| {
        let path = EngineTable::path_in(recordings);
        progress::say(&format!(
            "warning: {} is not shown: {error}; write it again with `verify --engines LIST --save-table`",
            path.display()
        ));
        None
    })
}

/// Replays the recordings of renamed chapters, runs the remaining chapters, and writes their recordings.
fn replay_and_run(
    report: &mut Report,
    settings: &Settings,
    recordings: &mut Recordings<'_>,
    failures: Option<&Failures>,
) -> Result<Exit> {
    if report.chapters.iter().any(Chapter::needs_run) && settings.run != RunMode::Always {
        recordings.find_unclaimed(report).context("cannot read the recordings")?;
        report.chapters.iter_mut().for_each(|chapter| recordings.replay(chapter));
    }
    if settings.run == RunMode::Never {
        recordings.report_missing(report);
        return Ok(Exit::from_report(report));
    }
    let mut editions = Vec::new();
    if let Some(failures) = failures {
        // Read before the run, as a chapter can be saved while it runs.
        editions.extend(report.chapters.iter().map(|chapter| failures.edition(chapter)));
        for (chapter, edition) in report.chapters.iter_mut().zip(&editions) {
            replay_failure(chapter, recordings, failures, edition);
        }
    }
    let canceller = cancel_on_signals()?;
    cancel_without_reader(&canceller)?;
    let options = RunOptions {
        settings,
        engines: Engines::default(),
        fail_fast: false,
        jobs: None,
        canceller: &canceller,
    };
    let exit = run_or_go_on(report, &options, recordings)?;
    for chapter in &report.chapters {
        if let Some(recording) = recordings.for_passed_run(chapter) {
            keep(chapter, &recording);
        }
    }
    if let Some(failures) = failures {
        for (chapter, edition) in report.chapters.iter().zip(&editions) {
            keep_failure(chapter, recordings, failures, edition);
        }
    }
    Ok(exit)
}

/// Cancels when mdBook has ended, by a signal for example: then no program reads standard output any more.
fn cancel_without_reader(canceller: &Canceller) -> Result<()> {
    let stdout = io::stdout().as_fd().try_clone_to_owned();
    let stdout = stdout.context("cannot watch standard output")?;
    let canceller = canceller.clone();
    thread::spawn(move || {
        // That the readers of a pipe are gone is reported without being asked for. A file never has such an event.
        let mut events = [PollFd::new(&stdout, PollFlags::empty())];
        while poll(&mut events, None) == Err(Errno::INTR) {}
        if events[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
            canceller.cancel();
        }
    });
    Ok(())
}

/// Runs the remaining chapters. Where no engine is at hand, shows what is known of them instead, and says so.
/// That is for authors, whose work goes on: in CI, and if the book is to run each time, it is an error.
fn run_or_go_on(
    report: &mut Report,
    options: &RunOptions<'_>,
    recordings: &Recordings<'_>,
) -> Result<Exit> {
    let (exit, not_run) = match try_run(report, options) {
        Ok(ran) => ran,
        // Before the first chapter.
        Err(error) => match error.downcast::<RunError>() {
            Ok(error) if error.means_no_engine() => (Exit::NoEngine, vec![error]),
            Ok(error) => return Err(error.into()),
            Err(error) => return Err(error),
        },
    };
    let goes_on = options.settings.run == RunMode::Stale && !is_in_ci();
    if not_run.is_empty() || !goes_on || !not_run.iter().all(RunError::means_no_engine) {
        print_errors(not_run);
        return Ok(exit);
    }
    let reasons: BTreeSet<String> =
        not_run.into_iter().map(|error| one_line(&error.into())).collect();
    for reason in reasons {
        progress::say(&format!(
            "warning: some chapters are not run, and their pages say so: {reason}"
        ));
    }
    recordings.show_not_run(report);
    Ok(Exit::from_report(report))
}

/// Whether this is a build that nobody watches: CI services set `CI`.
fn is_in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !(value.is_empty() || value == "false"))
}

/// Replays a chapter's last run if it failed and nothing has changed since.
fn replay_failure(
    chapter: &mut Chapter,
    recordings: &Recordings<'_>,
    failures: &Failures,
    edition: &Edition,
) {
    if chapter.ran_on().is_some() {
        // Its recording is from a later run.
        failures.forget(&chapter.path);
    } else if let Some(recording) = recordings.replay_failure(chapter, failures, edition) {
        keep(chapter, &recording);
        failures.forget(&chapter.path);
    }
}

/// Keeps a chapter's run if it has just failed. In any case, a new run replaces the previous one.
fn keep_failure(
    chapter: &Chapter,
    recordings: &Recordings<'_>,
    failures: &Failures,
    edition: &Edition,
) {
    if chapter.recording().is_none_or(|recording| recording.origin != Origin::Run) {
        return;
    }
    let path = &chapter.path;
    failures.forget(path);
    if let Some(run) = recordings.for_failed_run(chapter)
        && let Err(error) = failures.keep(path, edition, &run)
    {
        let path = path.display();
        progress::say(&format!("warning: cannot cache the failed run of {path}: {error}"));
    }
}

/// Writes a chapter's recording.
fn keep(chapter: &Chapter, recording: &RecordingFile) {
    // Only a warning: the page is correct, and the next build runs the chapter again.
    if let Err(error) = files::keep(&chapter.recording_path, recording) {
        progress::say(&format!(
            "warning: cannot write the recording {}: {error}",
            chapter.recording_path.display()
        ));
    }
}
