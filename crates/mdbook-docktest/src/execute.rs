//! What the commands do, and which exit status each end has.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, thread};

use anyhow::{Context, Error, Result};
use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, cache_directory};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::chapters::{self, Collection, SourceError};
use crate::cli::{Cli, Command, Format, Verify};
use crate::finding::{Code, Finding, Severity};
use crate::preprocess::{self, SourcesInBuildDirectory};
use crate::progress;
use crate::protocol::{self, ProtocolError};
use crate::report::Report;
use crate::report::github::github;
use crate::report::human::{Colours, human};
use crate::report::json::json;
use crate::report::junit::junit;
use crate::run::{RunError, Runner};
use crate::settings::{OnFailure, Settings, SettingsError};

/// An exit status, by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Success = 0,
    Findings = 1,
    Usage = 2,
    NoEngine = 3,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Does what the command line says. What goes wrong is told on standard error.
pub fn execute(cli: Cli) -> ExitCode {
    let result = match cli.command {
        None => preprocess(),
        Some(Command::Supports { renderer }) => Ok(match protocol::supports(&renderer) {
            true => Exit::Success,
            false => Exit::Findings,
        }),
        Some(Command::Verify(verify)) => self::verify(&verify),
    };
    let exit = result.unwrap_or_else(|error| {
        // Standard error may be closed, and there is no other place to say so.
        let _ = writeln!(io::stderr(), "error: {}", one_line(&error));
        exit_of(&error)
    });
    exit.into()
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
    if let Some(error) = error.downcast_ref::<RunError>() {
        return if matches!(error, RunError::Cancelled) {
            Exit::Interrupted
        } else {
            Exit::NoEngine
        };
    }
    if error.is::<SettingsError>()
        || error.is::<SourceError>()
        || error.is::<ProtocolError>()
        || error.is::<SourcesInBuildDirectory>()
    {
        return Exit::Usage;
    }
    Exit::Findings
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

fn preprocess() -> Result<Exit> {
    let mut input = Vec::new();
    if io::stdin().is_terminal() {
        return Err(ProtocolError::Empty.into());
    }
    io::stdin().read_to_end(&mut input).context("cannot read standard input")?;
    let (context, mut book) = protocol::parse_input(&input)?;
    drop(input);
    preprocess::check_build_directory(&context)?;
    let settings = Settings::of_book(&context.config, &context.root)?;
    let canceller = cancel_on_signals()?;

    let mut report = crate::book_run::read_steps(preprocess::sources(&context, &book), &settings);
    let embeds = settings.on_failure == OnFailure::Embed;
    let mut exit = if report.has_errors() { Exit::Usage } else { Exit::Success };
    if exit == Exit::Success || embeds {
        exit = exit.max(run(&mut report, &settings, None, false, &canceller)?);
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

fn verify(options: &Verify) -> Result<Exit> {
    let mut collections: Vec<Collection> =
        options.paths.iter().map(|path| chapters::read(path)).collect::<Result<_, _>>()?;
    chapters::select(&mut collections, &options.chapters)?;
    let canceller = cancel_on_signals()?;
    // The report's file first: who cannot have it should not wait for it.
    let mut output: Box<dyn Write> = match &options.output {
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        ),
        None => Box::new(io::stdout()),
    };
    let mut whole = Report { engine: None, chapters: Vec::new() };
    let mut readings = Vec::new();
    for collection in collections {
        let Collection { settings, chapters } = collection;
        readings.push((crate::book_run::read_steps(chapters, &settings), settings));
    }
    // One wrong annotation anywhere, and nothing runs.
    let any_wrong = readings.iter().any(|(report, _)| report.has_errors());
    let mut exit = if any_wrong { Exit::Usage } else { Exit::Success };
    for (mut report, settings) in readings {
        if !any_wrong {
            let root = options.engine_root.as_deref();
            let this = run(&mut report, &settings, root, options.fail_fast, &canceller)?;
            exit = exit.max(this);
        }
        whole.engine = whole.engine.or(report.engine);
        whole.chapters.append(&mut report.chapters);
    }
    let text = match options.format {
        Format::Human => {
            let colours =
                if options.output.is_some() { Colours::Off } else { colours(&io::stdout()) };
            human(&whole, colours)
        }
        Format::Json => json(&whole)?,
        Format::Junit => junit(&whole)?,
        Format::Github => github(&whole),
    };
    output.write_all(text.as_bytes()).context("cannot write the report")?;
    if exit == Exit::NoEngine {
        tell_missing_images(&whole);
    }
    Ok(exit)
}

impl Exit {
    /// The one that says more: no engine before wrong results, wrong results before none.
    fn max(self, other: Self) -> Self {
        if (other as u8) > (self as u8) { other } else { self }
    }
}

/// The findings of images that could not be had and without which the book does not hold.
fn missing_images(report: &Report) -> impl Iterator<Item = &Finding> {
    let findings = report.chapters.iter().flat_map(|chapter| &chapter.findings);
    findings
        .filter(|finding| finding.code == Code::ImageMissing && finding.severity == Severity::Error)
}

/// Says on standard error, too, which images could not be had: this is about the machine rather
/// than about the book, and has an exit status of its own.
fn tell_missing_images(report: &Report) {
    let lines: BTreeSet<String> = missing_images(report)
        .map(|finding| match &finding.help {
            Some(help) => format!("error: {}; {help}", finding.message),
            None => format!("error: {}", finding.message),
        })
        .collect();
    for line in lines {
        // Standard error may be closed; the report has it all the same.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Runs the steps of a report, but for those of chapters with a wrong annotation.
fn run(
    report: &mut Report,
    settings: &Settings,
    engine_root: Option<&Path>,
    fail_fast: bool,
    canceller: &Canceller,
) -> Result<Exit> {
    let root = match engine_root.or(settings.engine_root.as_deref()) {
        Some(directory) => EngineRoot::Prepared(directory.to_owned()),
        None => EngineRoot::find(),
    };
    let runner = Runner {
        root,
        settings,
        cache: cache_directory()
            .context("there is no home directory to keep images in: set HOME")?,
        fail_fast,
        canceller: canceller.clone(),
        progress: &|progress| progress::tell(progress),
    };
    report.run(&runner, progress::begin)?;
    Ok(exit_of_report(report))
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
