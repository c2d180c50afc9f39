//! The preprocessor: what mdBook starts when it builds a book.

use std::io::{self, IsTerminal, Read, Write};

use anyhow::{Context, Result};

use super::{Exit, Run, cancel_on_signals, colours, exit_of_report, run};
use crate::book_run::read_steps;
use crate::preprocess;
use crate::progress;
use crate::protocol::{self, ProtocolError};
use crate::recordings;
use crate::replay::Recordings;
use crate::report::Report;
use crate::report::human::human;
use crate::settings::{OnFailure, RunMode, Settings};

pub(super) fn preprocess() -> Result<Exit> {
    let mut input = Vec::new();
    if io::stdin().is_terminal() {
        return Err(ProtocolError::Empty.into());
    }
    io::stdin().read_to_end(&mut input).context("cannot read standard input")?;
    let (context, mut book) = protocol::parse_input(&input)?;
    drop(input);
    preprocess::check_build_directory(&context)?;
    let settings = Settings::of_book(&context.config, &context.root)?;

    let sources = preprocess::sources(&context, &mut book, &settings);
    let mut report = read_steps(sources, &settings)?;
    let embeds = settings.on_failure == OnFailure::Embed;
    let mut exit = if report.has_errors() { Exit::Usage } else { Exit::Success };
    if exit == Exit::Success || embeds {
        exit = exit.max(replay_and_run(&mut report, &settings)?);
    }
    if report.has_findings() {
        io::stderr().write_all(human(&report, colours(&io::stderr())).as_bytes())?;
    }
    let goes_on = match exit {
        Exit::Success => true,
        Exit::Findings | Exit::Usage => embeds,
        // Pages would be about this machine rather than about the book.
        Exit::NoEngine | Exit::Interrupted => false,
    };
    if !goes_on {
        return Ok(exit);
    }
    preprocess::put_in(&mut book, &report, &context);
    protocol::write_book(&book, io::stdout().lock())?;
    Ok(Exit::Success)
}

/// Takes recordings where they stand for a run, runs the rest, and keeps what came of that.
fn replay_and_run(report: &mut Report, settings: &Settings) -> Result<Exit> {
    let recordings =
        Recordings::of(report, settings, true).context("cannot read the recordings")?;
    if settings.run != RunMode::Always {
        recordings.replay(report);
    }
    if settings.run == RunMode::Never {
        recordings.tell_of_missing(report);
        return Ok(exit_of_report(report));
    }
    let canceller = cancel_on_signals()?;
    let how =
        Run { settings, engine_root: None, fail_fast: false, jobs: None, canceller: &canceller };
    let exit = run(report, &how)?;
    for chapter in &report.chapters {
        let Some(recording) = recordings.of_run(chapter) else { continue };
        // The page is right all the same; the next build has more to do.
        if let Err(error) = recordings::keep(&chapter.recording_path, &recording) {
            progress::say(&format!(
                "warning: cannot keep the recording {}: {error}",
                chapter.recording_path.display()
            ));
        }
    }
    Ok(exit)
}
