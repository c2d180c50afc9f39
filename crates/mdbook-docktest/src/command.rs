//! The commands and their exit statuses.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, thread};

use anyhow::{Context, Error, Result};
use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, cache_directory, prepared_directory};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::book::protocol;
use crate::book::settings::Settings;
use crate::cli::{self, Cli, Command};
use crate::command::progress::Display;
use crate::model::finding::{Code, Finding, Severity};
use crate::report::Report;
use crate::report::human::Colours;
use crate::run::{RunError, Runner, Supplier};

mod build;
mod cast;
mod engine;
mod finish;
mod fix;
mod install;
mod jobs;
mod load;
mod moved_images;
mod namespace;
pub(crate) mod progress;
pub(crate) mod schedule;
mod verify;

use self::jobs::default_jobs;
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
            // An engine may be available: the cause is a disk or a directory.
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
        Some(Command::Install(options)) => install::install(&options),
        Some(Command::Engine(cli::Engine::Prepare(options))) => engine::prepare(&options),
        Some(Command::Engine(cli::Engine::Doctor(options))) => engine::doctor(&options),
        Some(Command::Engine(cli::Engine::Images(options))) => engine::images(&options),
        Some(Command::Engine(cli::Engine::Clean(options))) => engine::clean(&options),
        Some(Command::Verify(options)) => verify::verify(&options, After::Report),
        Some(Command::Accept(accept)) => {
            verify::verify(&accept.run, After::Accept { add_new: accept.new })
        }
        Some(Command::Cast(options)) => cast::export(&options),
        Some(Command::Finish(options)) => finish::finish(&options),
        Some(Command::Fix(options)) => fix::fix(&options),
        Some(Command::Record(options)) if options.check => verify::check_recordings(&options),
        Some(Command::Record(options)) => verify::verify(&options.run, After::Record),
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

/// The options of [`run`].
struct RunOptions<'a> {
    settings: &'a Settings,
    engine_root: Option<&'a Path>,
    fail_fast: bool,
    jobs: Option<NonZero<usize>>,
    canceller: &'a Canceller,
}

/// Runs the chapters of a report that are not run yet. Prints to standard error why a chapter cannot run.
///
/// # Errors
/// [`RunError::Cancelled`], or if no chapter can run.
fn run(report: &mut Report, options: &RunOptions<'_>) -> Result<Exit> {
    let (exit, not_run) = try_run(report, options)?;
    print_errors(not_run);
    Ok(exit)
}

/// Runs the chapters of a report that are not run yet. Returns why some cannot run.
///
/// # Errors
/// [`RunError::Cancelled`], or if no chapter can run.
fn try_run(report: &mut Report, options: &RunOptions<'_>) -> Result<(Exit, Vec<RunError>)> {
    let to_run = report.chapters.iter().filter(|chapter| chapter.needs_run()).count();
    let Some(to_run) = NonZero::new(to_run) else {
        return Ok((Exit::from_report(report), Vec::new()));
    };
    let settings = options.settings;
    let root = match options.engine_root.or(settings.engine_root.as_deref()) {
        Some(directory) => EngineRoot::Prepared(directory.to_owned()),
        None => EngineRoot::find(),
    };
    namespace::say_what_is_missing(settings);
    let root = with_packages(root, &settings.packages)?;
    // An engine that cannot write there ends without a message that says why.
    let temporary = env::temp_dir();
    tempfile::tempfile_in(&temporary)
        .with_context(|| format!("cannot write to {}", temporary.display()))?;
    let cache = cache()?;
    let jobs = options.jobs.unwrap_or_else(default_jobs).min(to_run);
    let display = Display::new(jobs.get());
    let images = cache.join("images");
    let supplier = Supplier::new(&images, &settings.images, &root, options.canceller)?;
    let runner = Runner {
        root,
        settings,
        supplier,
        fail_fast: options.fail_fast,
        canceller: options.canceller.clone(),
        judge: &|| schedule::judge(settings),
        progress: &|chapter, progress| display.show(chapter, progress),
    };
    let not_run = schedule::run_chapters(report, &runner, jobs);
    if options.canceller.is_cancelled() {
        return Err(RunError::Cancelled.into());
    }
    let exits = not_run.iter().map(Exit::from_run_error);
    Ok((exits.fold(Exit::from_report(report), Exit::max), not_run))
}

/// Prints the errors of chapters that cannot run, each once.
fn print_errors(not_run: Vec<RunError>) {
    let mut printed = BTreeSet::new();
    for error in not_run {
        let line = one_line(&error.into());
        if printed.insert(line.clone()) {
            print_error(&line);
        }
    }
}

/// A root file system in which steps find these packages.
fn with_packages(root: EngineRoot, packages: &[String]) -> Result<EngineRoot> {
    if packages.is_empty() {
        return Ok(root);
    }
    let engines = prepared_directory().context("no home directory for engines: set `HOME`")?;
    let announce = || progress::say(&format!("installing packages: {}", packages.join(", ")));
    let root = root.with_packages(packages, &engines, announce).map_err(RunError::from)?;
    Ok(root)
}

/// The directory of this user's engines and images.
fn cache() -> Result<PathBuf> {
    cache_directory().context("no home directory for the cache of images: set `HOME`")
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
