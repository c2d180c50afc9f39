//! The preprocessor: what mdBook starts when it builds a book.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;

use anyhow::{Context, Result};
use docker_sandbox::cache_directory;

use super::{Exit, Run, cancel_on_signals, colours, exit_of_report, run};
use crate::book::build_directory;
use crate::book::protocol::{self, ProtocolError};
use crate::book::settings::{OnFailure, RunMode, Settings, is_served};
use crate::command::progress;
use crate::install;
use crate::model::recording::Origin;
use crate::render::page::Renderer;
use crate::report::human::human;
use crate::report::spill::Spill;
use crate::report::{Chapter, Report};
use crate::store::failures::{Edition, Failures, Session};
use crate::store::files;
use crate::store::recording_file::RecordingFile;
use crate::store::replay::Recordings;

mod pages;

pub(super) fn preprocess() -> Result<Exit> {
    let mut input = Vec::new();
    if io::stdin().is_terminal() {
        return Err(ProtocolError::Empty.into());
    }
    io::stdin().read_to_end(&mut input).context("cannot read standard input")?;
    let (context, mut book) = protocol::parse_input(&input)?;
    drop(input);
    build_directory::check_build_directory(&context.root, &context.config)?;
    let settings = Settings::of_book(&context.config, &context.root)?;
    let failures = cache_directory()
        .filter(|_| is_served(&context.config) && settings.run == RunMode::Stale)
        .and_then(|cache| Some(Failures::new(&cache, &context.root, Session::from_parent()?)));

    let (known, sources): (Vec<_>, Vec<_>) =
        pages::chapters(&context, &mut book, &settings).into_iter().unzip();
    let mut spill = Spill::new().context("cannot make a temporary file")?;
    let mut recordings = Recordings::new(&settings);
    let mut report = Report::default();
    for (source, known) in sources.into_iter().zip(&known) {
        let mut chapter = Chapter::read(source, &settings)?;
        if settings.run != RunMode::Always {
            recordings.replay(&mut chapter);
        }
        if chapter.findings.is_empty() && !chapter.needs_run() {
            let text = pages::page_text(&chapter, &known.page);
            chapter.finish(spill.put(&text).context("cannot put a page into a temporary file")?);
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
    let has_wrong_annotation = report.has_annotation_errors();
    let mut exit = if has_wrong_annotation { Exit::Error } else { Exit::Success };
    let mut could_run = true;
    if exit == Exit::Success || embeds {
        let ran = replay_and_run(&mut report, &settings, &mut recordings, failures.as_ref())?;
        could_run = matches!(ran, Exit::Success | Exit::Findings);
        exit = exit.max(ran);
    }
    if report.has_findings() {
        // The exit status says it, too, where standard error cannot be written to.
        let _ = io::stderr().write_all(human(&report, colours(&io::stderr())).as_bytes());
    }
    // Where not all could run, pages would be about this machine rather than about the book.
    let goes_on = could_run && (exit == Exit::Success || embeds);
    if !goes_on {
        return Ok(exit);
    }
    // Not `io::stdout()`, which looks for the end of a line in all that it is given.
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned().context("cannot write")?);
    protocol::write_book(pages::items(book, known, report, &spill), stdout)?;
    Ok(Exit::Success)
}

/// Takes the recordings of chapters that were renamed, runs the rest, and keeps what came of that.
fn replay_and_run(
    report: &mut Report,
    settings: &Settings,
    recordings: &mut Recordings<'_>,
    failures: Option<&Failures>,
) -> Result<Exit> {
    if report.chapters.iter().any(Chapter::needs_run) && settings.run != RunMode::Always {
        recordings.know_all(report).context("cannot read the recordings")?;
        report.chapters.iter_mut().for_each(|chapter| recordings.replay(chapter));
    }
    if settings.run == RunMode::Never {
        recordings.tell_of_missing(report);
        return Ok(exit_of_report(report));
    }
    let mut editions = Vec::new();
    if let Some(failures) = failures {
        // What is saved while a chapter runs is not what was run.
        editions.extend(report.chapters.iter().map(|chapter| failures.edition(chapter)));
        for (chapter, edition) in report.chapters.iter_mut().zip(&editions) {
            replay_failure(chapter, recordings, failures, edition);
        }
    }
    let canceller = cancel_on_signals()?;
    let how =
        Run { settings, engine_root: None, fail_fast: false, jobs: None, canceller: &canceller };
    let exit = run(report, &how)?;
    for chapter in &report.chapters {
        if let Some(recording) = recordings.of_run(chapter) {
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

/// Lets a chapter's last run stand for another one, if it failed and nothing has changed.
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

/// Keeps a chapter's run if it has just failed. One that is not to be kept has still made the last one
/// a thing of the past.
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
    if let Some(run) = recordings.of_failed_run(chapter)
        && let Err(error) = failures.keep(path, edition, &run)
    {
        let path = path.display();
        progress::say(&format!("warning: cannot keep what {path} has printed: {error}"));
    }
}

/// Keeps a chapter's recording.
fn keep(chapter: &Chapter, recording: &RecordingFile) {
    // The page is right all the same; the next build has more to do.
    if let Err(error) = files::keep(&chapter.recording_path, recording) {
        progress::say(&format!(
            "warning: cannot keep the recording {}: {error}",
            chapter.recording_path.display()
        ));
    }
}
