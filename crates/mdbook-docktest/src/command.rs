//! What the commands do, and which exit status each end has.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::{env, thread};

use anyhow::{Context, Error, Result};
use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, cache_directory};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::book::protocol;
use crate::book::settings::Settings;
use crate::cli::{Cli, Command};
use crate::command::progress::Display;
use crate::model::finding::{Code, Finding, Severity};
use crate::report::Report;
use crate::report::human::Colours;
use crate::run::{RunError, Runner};

mod build;
mod install;
mod jobs;
pub(crate) mod progress;
pub(crate) mod schedule;
mod verify;

use self::jobs::default_jobs;
use self::verify::After;

/// An exit status, by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Success = 0,
    /// Only of what was verified: whatever else goes wrong says nothing about the book.
    Findings = 1,
    Error = 2,
    NoEngine = 3,
    Interrupted = 130,
}

impl Exit {
    /// The one that says more: no engine before wrong results, wrong results before none.
    fn max(self, other: Self) -> Self {
        if (other as u8) > (self as u8) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Does what the command line says. What goes wrong is told on standard error.
pub fn execute(cli: Cli) -> ExitCode {
    let result = match cli.command {
        None => build::preprocess(),
        Some(Command::Supports { renderer }) => Ok(match protocol::supports(&renderer) {
            true => Exit::Success,
            // mdBook takes any status but 0 for a no.
            false => Exit::Findings,
        }),
        Some(Command::Install(options)) => install::install(&options),
        Some(Command::Verify(options)) => verify::verify(&options, After::Report),
        Some(Command::Accept(options)) => verify::verify(&options, After::Accept),
        Some(Command::Record(options)) if options.check => verify::check_recordings(&options.run),
        Some(Command::Record(options)) => verify::verify(&options.run, After::Record),
    };
    let exit = result.unwrap_or_else(|error| {
        tell_error(&one_line(&error));
        exit_of(&error)
    });
    exit.into()
}

fn tell_error(line: &str) {
    // Standard error may be closed, and there is no other place to say so.
    let _ = writeln!(io::stderr(), "error: {line}");
}

/// An error and its causes. Some messages have their cause in them: it is not said twice.
fn one_line(error: &Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.ends_with(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn exit_of(error: &Error) -> Exit {
    error.downcast_ref().map_or(Exit::Error, exit_of_run)
}

fn exit_of_run(error: &RunError) -> Exit {
    match error {
        RunError::Cancelled => Exit::Interrupted,
        // There may well be an engine: what failed is a disk or a directory.
        RunError::Io { .. } | RunError::Engine(docker_sandbox::Error::Io { .. }) => Exit::Error,
        _ => Exit::NoEngine,
    }
}

/// Writes to standard output. Readers may leave when they have seen enough, as `head` does: the exit
/// status is then that of the run.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The exit status of a run that came to its end.
fn exit_of_report(report: &Report) -> Exit {
    if missing_images(report).next().is_some() {
        Exit::NoEngine
    } else if report.has_errors() {
        Exit::Findings
    } else {
        Exit::Success
    }
}

/// The findings of images that could not be had and without which the book does not hold.
fn missing_images(report: &Report) -> impl Iterator<Item = &Finding> {
    report
        .findings()
        .filter(|finding| finding.code == Code::ImageMissing && finding.severity == Severity::Error)
}

/// Says on standard error, too, which images could not be had: this is about the machine rather
/// than about the book, and has an exit status of its own.
fn tell_missing_images(report: &Report) {
    let lines: BTreeSet<String> = missing_images(report)
        .map(|finding| match &finding.help {
            Some(help) => format!("{}; {help}", finding.message),
            None => finding.message.clone(),
        })
        .collect();
    lines.iter().for_each(|line| tell_error(line));
}

/// How to run.
struct Run<'a> {
    settings: &'a Settings,
    engine_root: Option<&'a Path>,
    fail_fast: bool,
    jobs: Option<NonZero<usize>>,
    canceller: &'a Canceller,
}

/// Runs the steps of a report's chapters that are still to be run. Those that cannot be run are told
/// on standard error.
///
/// # Errors
/// [`RunError::Cancelled`]; and when nothing can be run.
fn run(report: &mut Report, run: &Run<'_>) -> Result<Exit> {
    let to_run = report.chapters.iter().filter(|chapter| chapter.needs_run()).count();
    let Some(to_run) = NonZero::new(to_run) else { return Ok(exit_of_report(report)) };
    let root = match run.engine_root.or(run.settings.engine_root.as_deref()) {
        Some(directory) => EngineRoot::Prepared(directory.to_owned()),
        None => EngineRoot::find(),
    };
    // An engine that cannot write its files there says no more than that it has ended.
    let temporary = env::temp_dir();
    tempfile::tempfile_in(&temporary)
        .with_context(|| format!("cannot write to {}", temporary.display()))?;
    let jobs = run.jobs.unwrap_or_else(default_jobs).min(to_run);
    let display = Display::new(jobs.get());
    let runner = Runner {
        root,
        settings: run.settings,
        cache: cache_directory()
            .context("there is no home directory to keep images in: set HOME")?,
        fail_fast: run.fail_fast,
        canceller: run.canceller.clone(),
        judge: &|| schedule::judge(run.settings),
        progress: &|chapter, progress| display.show(chapter, progress),
    };
    let not_run = schedule::run_chapters(report, &runner, jobs);
    if run.canceller.is_cancelled() {
        return Err(RunError::Cancelled.into());
    }
    let mut told = BTreeSet::new();
    let mut exit = exit_of_report(report);
    for error in not_run {
        exit = exit.max(exit_of_run(&error));
        let line = one_line(&error.into());
        if told.insert(line.clone()) {
            tell_error(&line);
        }
    }
    Ok(exit)
}

/// Turns Ctrl-C and its like into an orderly end.
fn cancel_on_signals() -> Result<Canceller> {
    let canceller = Canceller::new();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot handle signals")?;
    let to_cancel = canceller.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            to_cancel.cancel();
        }
    });
    Ok(canceller)
}

/// Colours on a terminal, unless <https://no-color.org> is heeded.
fn colours(stream: &impl IsTerminal) -> Colours {
    let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if wanted && stream.is_terminal() { Colours::On } else { Colours::Off }
}
