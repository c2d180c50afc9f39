//! Where chapters run: on this machine, or on Dockers.

use std::collections::BTreeSet;
use std::env;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, IS_SUPPORTED, Suite, prepared_directory};

use super::jobs::{default_jobs, jobs};
use super::progress::{Display, say};
use super::schedule::{self, Jobs};
use super::{Exit, cache, namespace, one_line, print_error};
use crate::book::settings::{EngineKind, Settings};
use crate::cli;
use crate::report::Report;
use crate::run::docker::{DockerHost, EngineImage, HostOptions, docker_of_author};
use crate::run::{RunError, Runner, Supplier};

/// How long a Docker may take to answer before chapters are run there.
const DOCKER_LIMIT: Duration = Duration::from_secs(10);

/// What the command line says about engines.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Engines<'a> {
    kind: EngineKind,
    root: Option<&'a Path>,
    /// The suite of the engine, if it is one of several that chapters run on. Without a root, it is to be built.
    one_of_several: Option<Suite>,
    contexts: &'a [String],
    image: Option<&'a str>,
}

impl<'a> Engines<'a> {
    pub(super) fn of(options: &'a cli::Options) -> Self {
        let kind = match options.engine {
            cli::EngineKind::Auto => EngineKind::Auto,
            cli::EngineKind::Process => EngineKind::Process,
            cli::EngineKind::Dind => EngineKind::Dind,
        };
        Self {
            kind,
            root: options.engine_root.as_deref(),
            one_of_several: None,
            contexts: &options.contexts,
            image: options.engine_image.as_deref(),
        }
    }

    /// The same on the engine of a suite, one of several: with this root file system, or else in containers for which a
    /// Docker builds it.
    pub(super) fn on_suite(self, suite: Suite, root: Option<&'a Path>) -> Self {
        Self { root, one_of_several: Some(suite), ..self }
    }

    /// Whether engines run in containers of a Docker, whatever this machine has.
    pub(super) fn are_in_containers(&self, settings: &Settings) -> bool {
        self.kind(settings).0 == EngineKind::Dind
    }

    /// The kind, and the contexts of Dockers. What the command line says comes before the book's settings.
    fn kind<'b>(&'b self, settings: &'b Settings) -> (EngineKind, &'b [String]) {
        let contexts = if self.contexts.is_empty() { &settings.contexts } else { self.contexts };
        let names_docker = !self.contexts.is_empty() || self.image.is_some();
        let kind = match (self.kind, settings.engine) {
            (EngineKind::Auto, _) if names_docker => EngineKind::Dind,
            (EngineKind::Auto, EngineKind::Auto) if !contexts.is_empty() || !IS_SUPPORTED => {
                EngineKind::Dind
            }
            (EngineKind::Auto, kind) | (kind, _) => kind,
        };
        (kind, contexts)
    }

    /// The root file system that the command line or the book names.
    fn named_root<'b>(&'b self, settings: &'b Settings) -> Option<&'b Path> {
        self.root.or(settings.engine_root.as_deref())
    }

    /// The root file system of the engines.
    fn root(&self, settings: &Settings) -> EngineRoot {
        match self.named_root(settings) {
            Some(directory) => EngineRoot::Prepared(directory.to_owned()),
            None => EngineRoot::find(),
        }
    }
}

impl Engines<'_> {
    /// The root file system of the engines that build images, if chapters run on this one. Builders of different
    /// versions make different images of a recipe: on several engines, that of the default one is used on all.
    fn root_for_images(&self, root: &EngineRoot, settings: &Settings) -> EngineRoot {
        let default = Self::default().root(settings);
        match default {
            EngineRoot::Prepared(_) if self.one_of_several.is_some() => default,
            _ => root.clone(),
        }
    }
}

/// The options of [`run`].
pub(super) struct RunOptions<'a> {
    pub(super) settings: &'a Settings,
    pub(super) engines: Engines<'a>,
    pub(super) fail_fast: bool,
    pub(super) jobs: Option<NonZero<usize>>,
    pub(super) canceller: &'a Canceller,
}

/// Runs the chapters of a report that are not run yet. Prints to standard error why a chapter cannot run.
///
/// # Errors
/// [`RunError::Cancelled`], or if no chapter can run.
pub(super) fn run(report: &mut Report, options: &RunOptions<'_>) -> Result<Exit> {
    let (exit, not_run) = try_run(report, options)?;
    print_errors(not_run);
    Ok(exit)
}

/// Runs the chapters of a report that are not run yet. Returns why some cannot run.
///
/// # Errors
/// [`RunError::Cancelled`], or if no chapter can run.
pub(super) fn try_run(
    report: &mut Report,
    options: &RunOptions<'_>,
) -> Result<(Exit, Vec<RunError>)> {
    let to_run = report.chapters.iter().filter(|chapter| chapter.needs_run()).count();
    let Some(to_run) = NonZero::new(to_run) else {
        return Ok((Exit::from_report(report), Vec::new()));
    };
    let not_run = match options.engines.kind(options.settings) {
        (EngineKind::Dind, contexts) => run_on_dockers(report, options, contexts, to_run),
        (EngineKind::Process, _) => run_here(report, options, to_run),
        (EngineKind::Auto, _) => run_here_or_on_docker(report, options, to_run),
    };
    if options.canceller.is_cancelled() {
        return Err(RunError::Cancelled.into());
    }
    let not_run = not_run?;
    let exits = not_run.iter().map(Exit::from_run_error);
    Ok((exits.fold(Exit::from_report(report), Exit::max), not_run))
}

/// Prints the errors of chapters that cannot run, each once.
pub(super) fn print_errors(not_run: Vec<RunError>) {
    let mut printed = BTreeSet::new();
    for error in not_run {
        let line = one_line(&error.into());
        if printed.insert(line.clone()) {
            print_error(&line);
        }
    }
}

/// Runs chapters on this machine, or, where no engine starts, on the Docker that `docker` reaches. If there is none
/// either, what this machine lacks is the error.
fn run_here_or_on_docker(
    report: &mut Report,
    options: &RunOptions<'_>,
    to_run: NonZero<usize>,
) -> Result<Vec<RunError>> {
    let here = run_here(report, options, to_run);
    let reason = match &here {
        Ok(not_run) => not_run.first(),
        Err(error) => error.downcast_ref(),
    };
    let reason = reason.filter(|reason| reason.means_no_engine()).map(ToString::to_string);
    let Some(reason) = reason.filter(|_| !options.canceller.is_cancelled()) else { return here };
    if docker_of_author().timeout(DOCKER_LIMIT).ping().is_err() {
        return here;
    }
    say(&format!("engine: dind, because none starts on this machine itself: {reason}"));
    run_on_dockers(report, options, &[], to_run)
}

/// Runs chapters on this machine. Returns the errors of those that could not run.
fn run_here(
    report: &mut Report,
    options: &RunOptions<'_>,
    to_run: NonZero<usize>,
) -> Result<Vec<RunError>> {
    let settings = options.settings;
    let root = options.engines.root(settings);
    // Where none can start, chapters may run on a Docker, of which nothing of this is true.
    if root.check().is_ok() {
        namespace::say_what_is_missing(settings);
    }
    let cache = check_directories()?;
    let root = with_packages(root, &settings.packages)?;
    let jobs = options.jobs.unwrap_or_else(default_jobs).min(to_run);
    let display = Display::new(jobs.get());
    let images = cache.join("images");
    let builder = options.engines.root_for_images(&root, settings);
    let supplier = Supplier::new(&images, &settings.images, &builder, options.canceller, None)?;
    let runner = Runner {
        root,
        settings,
        supplier,
        fail_fast: options.fail_fast,
        canceller: options.canceller.clone(),
        judge: &|engine| schedule::judge(engine, settings),
        progress: &|chapter, progress| display.show(chapter, progress),
    };
    Ok(schedule::run_chapters(report, settings, &[Jobs { place: &runner, count: jobs }]))
}

/// Checks that this process can write where a run does. Returns the directory of the cache.
pub(super) fn check_directories() -> Result<PathBuf> {
    // An engine that cannot write there ends without a message that says why.
    let temporary = env::temp_dir();
    tempfile::tempfile_in(&temporary)
        .with_context(|| format!("cannot write to {}", temporary.display()))?;
    cache()
}

/// Runs chapters on Dockers. Returns the errors of those that could not run.
fn run_on_dockers(
    report: &mut Report,
    options: &RunOptions<'_>,
    contexts: &[String],
    to_run: NonZero<usize>,
) -> Result<Vec<RunError>> {
    let settings = options.settings;
    let image = engine_image(&options.engines, settings)?;
    let contexts: Vec<Option<&str>> = match contexts {
        [] => vec![None],
        contexts => contexts.iter().map(|context| Some(context.as_str())).collect(),
    };
    // How many run at a time is known only once the hosts are: with several, lines name their chapter.
    let most_jobs = options.jobs.map_or(to_run.get(), |jobs| jobs.get() * contexts.len());
    let display = Display::new(most_jobs.min(to_run.get()));
    let host_options = HostOptions {
        settings,
        image: &image,
        fail_fast: options.fail_fast,
        canceller: options.canceller,
        progress: &|chapter, progress| display.show(chapter, progress),
        announce: &say,
    };
    let hosts: Vec<Result<DockerHost<'_>, RunError>> = thread::scope(|scope| {
        let start = |context: &Option<&'_ str>| {
            let context = context.map(str::to_owned);
            scope.spawn(move || DockerHost::start(context.as_deref(), host_options))
        };
        let started: Vec<_> = contexts.iter().map(start).collect();
        let lost = |_| Err(RunError::ConnectionLost { reason: "a thread has panicked".to_owned() });
        started.into_iter().map(|host| host.join().unwrap_or_else(lost)).collect()
    });
    let hosts: Vec<DockerHost<'_>> = reachable(hosts)?;
    let places: Vec<Jobs<'_>> = hosts
        .iter()
        .map(|host| {
            let (processors, memory) = host.capacity();
            let count = options.jobs.unwrap_or_else(|| jobs(processors, Some(memory)));
            Jobs { place: host, count: count.min(to_run) }
        })
        .collect();
    let errors = schedule::run_chapters(report, settings, &places);
    drop(places);
    // Each waits for the end of its container.
    thread::scope(|scope| {
        for host in hosts {
            scope.spawn(move || drop(host));
        }
    });
    Ok(errors)
}

/// The hosts that have started. As long as there is one, those that cannot be reached cost only a warning.
///
/// # Errors
/// When there is none, or when one has an error that the author has to mend, such as a context that does not exist.
fn reachable<T>(hosts: Vec<Result<T, RunError>>) -> Result<Vec<T>, RunError> {
    let mut lost = Vec::new();
    let mut started = Vec::new();
    for host in hosts {
        match host {
            Ok(host) => started.push(host),
            Err(error) if error.is_lost_place() => lost.push(error),
            Err(error) => return Err(error),
        }
    }
    if started.is_empty() && !lost.is_empty() {
        return Err(lost.swap_remove(0));
    }
    for error in lost {
        say(&format!("warning: {error}; its chapters run elsewhere"));
    }
    Ok(started)
}

/// The image of the containers in which engines run.
fn engine_image(engines: &Engines<'_>, settings: &Settings) -> Result<EngineImage> {
    if let Some(name) = engines.image {
        return Ok(EngineImage::Named(name.to_owned()));
    }
    let packages = settings.packages.clone();
    let suite = engines.one_of_several.unwrap_or_default();
    let root = match (engines.one_of_several, engines.root) {
        (Some(_), None) => EngineRoot::Machine,
        _ => engines.root(settings),
    };
    if root == EngineRoot::Machine {
        return Ok(EngineImage::Built { suite, packages });
    }
    let root = with_packages(root, &packages)?.directory().to_owned();
    let is_named = engines.one_of_several.is_none() && engines.named_root(settings).is_some();
    Ok(match is_named {
        true => EngineImage::Root(root),
        false => EngineImage::Prepared { root, suite, packages },
    })
}

/// A root file system in which steps find these packages.
fn with_packages(root: EngineRoot, packages: &[String]) -> Result<EngineRoot> {
    if packages.is_empty() {
        return Ok(root);
    }
    let engines = prepared_directory().context("no home directory for engines: set `HOME`")?;
    let announce = || say(&format!("installing packages: {}", packages.join(", ")));
    let root = root.with_packages(packages, &engines, announce).map_err(RunError::from)?;
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_settings() {
        let contexts = ["a".to_owned()];
        let given = |kind, contexts| Engines { kind, contexts, ..Engines::default() };
        let set = |engine, contexts: &[&str]| {
            let contexts = contexts.iter().map(|context| (*context).to_owned()).collect();
            Settings { engine, contexts, ..Settings::default() }
        };
        use EngineKind::{Auto, Dind, Process};
        for (engines, settings, kind, expected) in [
            (given(Auto, &[]), set(Auto, &[]), Auto, &[][..]),
            (given(Auto, &contexts), set(Auto, &[]), Dind, &["a"]),
            (given(Auto, &contexts), set(Process, &[]), Dind, &["a"]),
            (given(Auto, &[]), set(Auto, &["b"]), Dind, &["b"]),
            (given(Auto, &[]), set(Process, &["b"]), Process, &["b"]),
            (given(Auto, &[]), set(Dind, &["b", "c"]), Dind, &["b", "c"]),
            (given(Auto, &contexts), set(Dind, &["b"]), Dind, &["a"]),
            (given(Process, &[]), set(Dind, &["b"]), Process, &["b"]),
            (given(Dind, &[]), set(Process, &[]), Dind, &[]),
        ] {
            let (found, contexts) = engines.kind(&settings);
            let contexts: Vec<&str> = contexts.iter().map(String::as_str).collect();
            assert_eq!((found, contexts.as_slice()), (kind, expected));
        }
    }

    #[test]
    fn only_hosts_that_cannot_be_reached_are_left_out() {
        let host = |source| RunError::Host { host: "far".to_owned(), source: Box::new(source) };
        let unreachable =
            || Err::<i32, _>(host(RunError::Unreachable { message: "refused".to_owned() }));
        let unknown = || Err(host(RunError::Remote { message: "no such context".to_owned() }));
        assert_eq!(reachable(vec![Ok(1), unreachable(), Ok(2)]).unwrap(), [1, 2]);
        assert_eq!(
            reachable(vec![unreachable(), unreachable()]).unwrap_err().to_string(),
            "far: refused"
        );
        assert_eq!(
            reachable(vec![Ok(1), unknown()]).unwrap_err().to_string(),
            "far: no such context"
        );
        let cancelled = reachable(vec![Ok(1), unreachable(), Err(RunError::Cancelled)]);
        assert!(matches!(cancelled, Err(RunError::Cancelled)));
    }

    #[test]
    fn on_several_engines_images_are_built_by_the_default_one() {
        let settings = Settings { engine_root: Some("default".into()), ..Settings::default() };
        let other = EngineRoot::Prepared("other".into());
        let one = Engines { root: Some(Path::new("other")), ..Engines::default() };
        assert_eq!(one.root_for_images(&other, &settings), other);
        let several = Engines::default().on_suite(Suite::Sid, Some(Path::new("other")));
        let default = EngineRoot::Prepared("default".into());
        assert_eq!(several.root_for_images(&other, &settings), default);
    }

    #[test]
    fn an_engine_of_several_is_built_if_it_is_not_prepared() {
        // A root that the book names is that of its own engine.
        let settings = Settings { engine_root: Some("default".into()), ..Settings::default() };
        let image = |engines: Engines<'_>| engine_image(&engines, &settings).unwrap();
        let (suite, packages, root) = (Suite::Bookworm, Vec::new(), Path::new("other"));
        let several = |root| image(Engines::default().on_suite(suite, root));
        assert_eq!(several(None), EngineImage::Built { suite, packages: packages.clone() });
        let prepared = EngineImage::Prepared { root: root.to_owned(), suite, packages };
        assert_eq!(several(Some(root)), prepared);
        assert_eq!(image(Engines::default()), EngineImage::Root("default".into()));
    }
}
