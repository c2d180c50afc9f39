//! `engine doctor`: tries each kind of engine on this machine.

mod json;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine, Suite};

use super::table::table;
use crate::book::settings::Settings;
use crate::cli::{EngineDoctor, ListFormat};
use crate::command::progress::say;
use crate::command::{Exit, cancel_on_signals, print, print_error};
use crate::run::RunError;
use crate::run::docker::{DockerHost, EngineImage, HostOptions};

/// How long an engine may take to start, and to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// What stands for nothing in a table.
const NOTHING: &str = "-";

/// The kinds of engines, in the order in which `auto` prefers them. A kind can be tried in several places.
const PROBES: &[Probe] = &[process, dind];

/// Tries a kind of engine.
type Probe = fn(&Trial<'_>) -> Vec<Attempt>;

/// What kinds of engines are tried with.
struct Trial<'a> {
    root: EngineRoot,
    /// Whether the command line names it.
    is_root_named: bool,
    /// Of Dockers, in place of the one that `docker` uses by itself.
    contexts: &'a [String],
    canceller: Canceller,
}

/// An engine that was tried.
struct Attempt {
    /// The value of `--engine`.
    kind: &'static str,
    /// Where its programs come from, or which Docker it would run in.
    from: String,
    /// The version and the time that it took to start, or why it does not start and what to do about it.
    result: Result<Started, RunError>,
}

struct Started {
    /// The version of its dockerd.
    version: String,
    /// The time until it has answered.
    after: Duration,
}

pub(in crate::command) fn doctor(options: &EngineDoctor) -> Result<Exit> {
    let named = options.engine_root.clone();
    let trial = Trial {
        is_root_named: named.is_some(),
        root: named.map_or_else(EngineRoot::find, EngineRoot::Prepared),
        contexts: &options.contexts,
        canceller: cancel_on_signals()?,
    };
    let attempts: Vec<Attempt> = PROBES.iter().flat_map(|probe| probe(&trial)).collect();
    if trial.canceller.is_cancelled() {
        return Err(RunError::Cancelled.into());
    }
    let text = match options.format {
        ListFormat::Human => human(&attempts),
        ListFormat::Json => json::json(&attempts)?,
    };
    print(&text).context("cannot write the list")?;
    if attempts.iter().any(|attempt| attempt.result.is_ok()) {
        return Ok(Exit::Success);
    }
    print_error("no engine works on this machine");
    Ok(Exit::NoEngine)
}

/// A dockerd in namespaces of its own.
fn process(trial: &Trial<'_>) -> Vec<Attempt> {
    let from = match &trial.root {
        EngineRoot::Prepared(directory) => directory.clone(),
        EngineRoot::Machine => PathBuf::from("/"),
    };
    let from = from.display().to_string();
    say(&format!("trying `process`, from {from}"));
    let start = || {
        let started = Instant::now();
        let options = EngineOptions::new(&trial.root, LIMIT);
        let engine = ProcessEngine::start(&options, &trial.canceller)?;
        let docker = engine.docker().cancelled_by(trial.canceller.clone());
        let version = docker.timeout(LIMIT).version()?.server.version;
        Ok(Started { version, after: started.elapsed() })
    };
    vec![Attempt { kind: "process", from, result: start() }]
}

/// The same in a container of each Docker.
fn dind(trial: &Trial<'_>) -> Vec<Attempt> {
    let (suite, packages) = (Suite::default(), Vec::new());
    let image = match &trial.root {
        EngineRoot::Prepared(root) if trial.is_root_named => EngineImage::Root(root.clone()),
        EngineRoot::Prepared(root) => EngineImage::Prepared { root: root.clone(), suite, packages },
        EngineRoot::Machine => EngineImage::Built { suite, packages },
    };
    let options = HostOptions {
        settings: &Settings::default(),
        image: &image,
        fail_fast: false,
        canceller: &trial.canceller,
        progress: &|_, _| {},
        announce: &say,
    };
    let attempt = |context: Option<&str>| {
        let from = context.map_or_else(|| "Docker".to_owned(), |name| format!("context `{name}`"));
        say(&format!("trying `dind`, on {from}"));
        let started = Instant::now();
        let version = DockerHost::start(context, options).and_then(|host| host.try_engine());
        let result = version.map(|version| Started { version, after: started.elapsed() });
        Attempt { kind: "dind", from, result }
    };
    match trial.contexts {
        [] => vec![attempt(None)],
        contexts => contexts.iter().map(|context| attempt(Some(context))).collect(),
    }
}

/// A table, and below it a line for each engine that does not work.
fn human(attempts: &[Attempt]) -> String {
    let row = |Attempt { kind, from, result }: &Attempt| {
        let (works, version, after) = match result {
            Ok(Started { version, after }) => {
                ("yes", version.clone(), format!("{:.1} s", after.as_secs_f64()))
            }
            Err(_) => ("no", NOTHING.to_owned(), NOTHING.to_owned()),
        };
        [(*kind).to_owned(), works.to_owned(), version, after, from.clone()]
    };
    let header = ["ENGINE", "WORKS", "VERSION", "START", "FROM"];
    let mut text = table(header, attempts.iter().map(row));
    let failed = attempts.iter().filter_map(|attempt| {
        let reason = attempt.result.as_ref().err()?;
        Some(format!("{}: {reason}\n", attempt.kind))
    });
    let failed: String = failed.collect();
    if !failed.is_empty() {
        text.push('\n');
        text.push_str(&failed);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_that_do_not_work_have_a_line_with_the_reason() {
        let started = Started { version: "26.1.5".to_owned(), after: Duration::from_millis(440) };
        let works = Attempt { kind: "process", from: "/engines".to_owned(), result: Ok(started) };
        let table =
            "ENGINE   WORKS  VERSION  START  FROM\nprocess  yes    26.1.5   0.4 s  /engines\n";
        assert_eq!(human(std::slice::from_ref(&works)), table);
        let error = docker_sandbox::Error::NoDockerd.into();
        let fails = Attempt { kind: "other", from: "/".to_owned(), result: Err(error) };
        let reason = docker_sandbox::Error::NoDockerd;
        assert_eq!(
            human(&[works, fails]),
            format!("{table}other    no     -        -      /\n\nother: {reason}\n")
        );
    }
}
