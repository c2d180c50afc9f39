//! The commands and their exit statuses.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, thread};

use anyhow::{Context, Error, Result, bail};
use docker_cli::Canceller;
use docker_sandbox::{cache_directory, foreign_owner};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::accept::Choices;
use crate::book::protocol;
use crate::cli::{self, Cli, Command};
use crate::model::finding::{Code, Finding, Severity};
use crate::report::Report;
use crate::report::human::Colours;
use crate::run::RunError;

mod build;
mod cast;
mod checkout;
mod engine;
mod engines;
mod finish;
mod fix;
mod install;
mod jobs;
mod load;
mod manual;
mod matrix;
mod moved_images;
mod namespace;
mod partition;
mod patient_reader;
pub(crate) mod progress;
mod run_chapter;
pub(crate) mod schedule;
mod verify;

use self::engines::{Engines, RunOptions, print_errors, run, try_run};
use self::verify::After;

/// An exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Success = 0,
    /// Only for findings in a book. Other failures have another status, as they do not mean that the book
    /// is wrong.
    Findings = 1,
    Error = 2,
    NoEngine = 3,
    Interrupted = 130,
}

impl Exit {
    /// The more severe of two statuses.
    fn max(self, other: Self) -> Self {
        if (other as u8) > (self as u8) { other } else { self }
    }

    /// The status for the annotations of a report's chapters.
    fn from_annotations(report: &Report) -> Self {
        if report.has_annotation_errors() { Self::Error } else { Self::Success }
    }

    /// The status of a completed run.
    fn from_report(report: &Report) -> Self {
        if missing_images(report).next().is_some() {
            Self::NoEngine
        } else if report.has_errors() {
            Self::Findings
        } else {
            Self::Success
        }
    }

    fn from_error(error: &Error) -> Self {
        error.downcast_ref().map_or(Self::Error, Self::from_run_error)
    }

    fn from_run_error(error: &RunError) -> Self {
        match error {
            RunError::Cancelled => Self::Interrupted,
            RunError::Variable { .. } => Self::Error,
            RunError::Host { source, .. } => Self::from_run_error(source),
            // An engine may be available: the cause is a disk or a directory.
            RunError::RemoteMachine { .. } => Self::Error,
            RunError::Io { .. } | RunError::Engine(docker_sandbox::Error::Io { .. }) => Self::Error,
            _ => Self::NoEngine,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Executes a command line. Errors are printed to standard error.
pub fn execute(cli: Cli) -> ExitCode {
    let run = || {
        keep_exit_statuses()?;
        namespace::enter_if_needed(cli.command.as_ref());
        run_command(cli)
    };
    let exit = run().unwrap_or_else(|error| {
        print_error(&one_line(&error));
        Exit::from_error(&error)
    });
    exit.into()
}

/// Keeps the exit statuses of child processes for those who wait for them. A parent that ignores SIGCHLD
/// passes that on, and the kernel then discards them (wait(2)), but not if there is a handler. Child
/// processes do not inherit a handler.
fn keep_exit_statuses() -> Result<()> {
    flag::register(SIGCHLD, Arc::default()).context("cannot handle SIGCHLD")?;
    Ok(())
}

fn run_command(cli: Cli) -> Result<Exit> {
    match cli.command {
        None => build::preprocess(),
        Some(Command::Supports { renderer }) => Ok(match protocol::supports(&renderer) {
            true => Exit::Success,
            // For mdBook, any status but 0 means no.
            false => Exit::Findings,
        }),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man { directory }) => manual::pages(&directory),
        Some(Command::RunChapter) => run_chapter::run_chapter(),
        Some(Command::Install(options)) => install::install(&options),
        Some(Command::Engine(cli::Engine::Prepare(options))) => engine::prepare(&options),
        Some(Command::Engine(cli::Engine::Doctor(options))) => engine::doctor(&options),
        Some(Command::Engine(cli::Engine::Images(options))) => engine::images(&options),
        Some(Command::Engine(cli::Engine::Clean(options))) => engine::clean(&options),
        Some(Command::Verify(options)) if !options.engines.is_empty() => {
            matrix::verify_on_engines(&options)
        }
        Some(Command::Verify(cli::Verify { run, part, .. })) => {
            verify::verify(&run, part.partition, After::Report)
        }
        Some(Command::Accept(accept)) => verify::verify(
            &accept.run,
            None,
            After::Accept(Choices { new: accept.new, rows: accept.rows }),
        ),
        Some(Command::Cast(options)) => cast::export(&options),
        Some(Command::Finish(options)) => finish::finish(&options),
        Some(Command::Fix(options)) => fix::fix(&options),
        Some(Command::Record(options)) if options.check => verify::check_recordings(&options),
        Some(Command::Record(options)) => {
            verify::verify(&options.run, options.part.partition, After::Record)
        }
    }
}

fn print_error(line: &str) {
    // A closed standard error cannot be reported anywhere else.
    let _ = writeln!(io::stderr(), "error: {line}");
}

/// Formats an error and its causes. A cause that is already in the message is not repeated.
fn one_line(error: &Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.ends_with(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Writes to standard output. A reader that closes the pipe early, such as `head`, is not an error.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The errors about images that are not available.
fn missing_images(report: &Report) -> impl Iterator<Item = &Finding> {
    report
        .findings()
        .filter(|finding| finding.code == Code::ImageMissing && finding.severity == Severity::Error)
}

/// Also prints to standard error which images are not available: the cause is the machine rather than the
/// book, and it has its own exit status.
fn print_missing_images(report: &Report) {
    let lines: BTreeSet<String> = missing_images(report)
        // The rest of the help is about the chapter.
        .map(|finding| match finding.help.as_deref().and_then(|help| help.lines().next()) {
            Some(help) => format!("{}; {help}", finding.message),
            None => finding.message.clone(),
        })
        .collect();
    lines.iter().for_each(|line| print_error(line));
}

/// The directory of this user's engines and images.
fn cache() -> Result<PathBuf> {
    let cache =
        cache_directory().context("no home directory for the cache of images: set `HOME`")?;
    match foreign_owner(&cache) {
        None => Ok(cache),
        Some(owner) => bail!(
            "the cache `{}` belongs to another user, whose ID is {owner}: set `XDG_CACHE_HOME` to a directory of your own",
            cache.display()
        ),
    }
}

/// Returns a canceller that SIGINT (Ctrl-C), SIGTERM and SIGHUP trigger.
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

/// Whether to use colours: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
fn colours(stream: &impl IsTerminal) -> Colours {
    let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if wanted && stream.is_terminal() { Colours::On } else { Colours::Off }
}
