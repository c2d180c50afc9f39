//! Runs chapters on a Docker that `docker` reaches, on this machine or another: in a privileged container, in
//! which this same program starts the engines.
//!
//! The container depends on its standard input, which this process keeps open: when this process ends in any
//! way, the container's first process ends, and with it everything in the container (see [`container`]). Nothing
//! of this machine is mounted: what a chapter needs is sent through pipes. What is kept on that Docker is an image
//! with the engine's root file system and a volume with the cache of images.

mod container;
mod engine_image;
mod files;
mod kept;
mod owner;
mod program;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, PipeWriter};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use docker_cli::system::Info;
use docker_cli::{Canceller, Docker, DockerCommand, Source};
use docker_images::{Platform, Reference};
use docker_sandbox::as_caller;
use serde_json::Value;

use self::container::Container;
pub(crate) use self::engine_image::EngineImage;
pub(crate) use self::kept::{CleanedDocker, clean_docker};
use self::program::{PROGRAM, Program};
use super::remote::{Helper, ask, request};
use super::{ContextMaker, Progress, RunChapters, RunError, Stored};
use crate::book::settings::{BookImage, Settings};
use crate::model::recording::{Image, Recording};
use crate::model::scenario::Scenario;

/// How long a request to the daemon may take that transfers nothing.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// How long an engine may take to start in the container and to end.
const ENGINE_LIMIT: Duration = Duration::from_secs(120);

/// A Docker whose containers run chapters. Dropping it removes the container, and blocks until it is gone: engines in it end
/// first, and after some seconds Docker kills it.
pub(crate) struct DockerHost<'a> {
    options: HostOptions<'a>,
    /// For messages.
    name: String,
    docker: Docker,
    container: Container,
    /// The images of that Docker that were asked for.
    stored: Mutex<BTreeMap<String, Option<Stored>>>,
    /// For which its containers are.
    platform: Platform,
    processors: u64,
    memory: u64,
}

/// What all Docker hosts of a run have in common.
#[derive(Clone, Copy)]
pub(crate) struct HostOptions<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) image: &'a EngineImage,
    pub(crate) fail_fast: bool,
    /// Stops the run from another thread.
    pub(crate) canceller: &'a Canceller,
    /// Called with what is being done for a chapter.
    pub(crate) progress: &'a (dyn Fn(&Scenario, Progress<'_>) + Sync),
    /// Called with a line about what is being done for a host.
    pub(crate) announce: &'a (dyn Fn(&str) + Sync),
}

impl<'a> DockerHost<'a> {
    /// Starts a container on the Docker that a context names, or on the one that `docker` uses by itself.
    ///
    /// # Errors
    /// When that Docker cannot be reached, refuses a privileged container, or is for a platform for which there is no
    /// program.
    pub(crate) fn start(context: Option<&str>, options: HostOptions<'a>) -> Result<Self, RunError> {
        let (name, docker) = named(context, options.canceller);
        let start = || {
            let requests = docker.clone().timeout(REQUEST_LIMIT);
            let info = requests.info()?;
            let platform = platform(&info)?;
            let has_named_image = matches!(options.image, EngineImage::Named(_));
            let program = Program::find(&platform, has_named_image)?;
            owner::remove_abandoned(&requests)?;
            let image = options.image.ensure(&docker, &platform, options.announce)?;
            let container = Container::start(&docker, &image, program, options.canceller)?;
            Ok((platform, info.cpus, info.memory, container))
        };
        match start() {
            Ok((platform, processors, memory, container)) => {
                let stored = Mutex::default();
                Ok(Self { options, name, docker, container, stored, platform, processors, memory })
            }
            Err(_) if options.canceller.is_cancelled() => Err(RunError::Cancelled),
            Err(RunError::Docker(error)) => {
                Err(RunError::Host { host: name, source: Box::new(refusal(&error)) })
            }
            Err(error) => Err(RunError::Host { host: name, source: Box::new(error) }),
        }
    }

    /// The processors of its machine, and the memory in bytes.
    pub(crate) fn capacity(&self) -> (NonZero<usize>, u64) {
        let processors = usize::try_from(self.processors).ok().and_then(NonZero::new);
        (processors.unwrap_or(NonZero::<usize>::MIN), self.memory)
    }

    /// Starts an engine in the container, and returns the version of its dockerd.
    ///
    /// # Errors
    /// Why it does not start there.
    pub(crate) fn try_engine(&self) -> Result<String, RunError> {
        let words = [PROGRAM, "engine", "doctor", "--format", "json"];
        let exec = self.docker.container().exec(self.container.name(), words);
        // It exits with a status that is not 0 if none starts.
        let output = exec.timeout(ENGINE_LIMIT).output()?;
        let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let engine = &found["engines"][0];
        if let Some(version) = engine["version"].as_str() {
            return Ok(version.to_owned());
        }
        let said = output.stderr_text().trim().to_owned();
        let message = engine["reason"].as_str().map_or(said, str::to_owned);
        Err(self.error(RunError::NoRemoteEngine { message }))
    }

    fn error(&self, source: RunError) -> RunError {
        RunError::Host { host: self.name.clone(), source: Box::new(source) }
    }

    /// Runs a scenario by the program in the container.
    fn run_there(
        &self,
        scenario: &Scenario,
        text: &str,
        used_before: &[Image],
    ) -> Result<Option<Recording>, RunError> {
        let HostOptions { settings, fail_fast, progress, .. } = self.options;
        let request = request(scenario, text, settings, used_before, fail_fast)?;
        let (input, output): (_, PipeWriter) =
            io::pipe().map_err(RunError::io("creating a pipe"))?;
        let exec = self.docker.container().exec(self.container.name(), [PROGRAM, "run-chapter"]);
        let stream = exec.stdin(input).stream()?;
        // What the program says when it crashes.
        let said = RefCell::new(String::new());
        let lines = stream.filter_map(|line| match line {
            Ok(line) if line.source == Source::Stdout => Some(Ok(line.bytes)),
            Ok(line) => {
                *said.borrow_mut() = line.text().into_owned();
                None
            }
            Err(error) => Some(Err(RunError::ConnectionLost { reason: brief(&error) })),
        });
        let show = |event: Progress<'_>| progress(scenario, event);
        let helper = HostHelper { host: self };
        let recording = ask(&request, scenario, output, lines, &helper, &show);
        recording.map_err(|error| match error {
            RunError::ConnectionLost { reason } if said.borrow().is_empty() => {
                RunError::ConnectionLost { reason }
            }
            RunError::ConnectionLost { .. } => {
                RunError::ConnectionLost { reason: said.borrow().trim().to_owned() }
            }
            error => error,
        })
    }
}

impl RunChapters for DockerHost<'_> {
    fn run(
        &self,
        scenario: &Scenario,
        text: &str,
        used_before: &[Image],
    ) -> Result<Option<Recording>, RunError> {
        if scenario.steps_that_run().next().is_none() {
            return Ok(None);
        }
        let recording = self.run_there(scenario, text, used_before);
        (self.options.progress)(scenario, Progress::End);
        match recording {
            Err(_) if self.options.canceller.is_cancelled() => Err(RunError::Cancelled),
            // Another chapter may run there, if the container is still there.
            Err(RunError::ConnectionLost { reason }) if self.container.is_running(&self.docker) => {
                Err(RunError::Remote { message: reason })
            }
            Err(error @ RunError::ConnectionLost { .. }) => Err(self.error(error)),
            recording => recording,
        }
    }
}

/// The `docker` of the author, also where this process is root in a user namespace: `docker` looks for contexts by
/// `HOME`, but the `ssh` that it runs looks for keys, known hosts and the user's name by its ID.
pub(crate) fn docker_of_author() -> Docker {
    Docker::new().through(as_caller())
}

/// The Docker that a context names, or the one that `docker` uses by itself, with its name in messages.
fn named(context: Option<&str>, canceller: &Canceller) -> (String, Docker) {
    let docker = docker_of_author().cancelled_by(canceller.clone());
    match context {
        Some(context) => (format!("context `{context}`"), docker.context(context)),
        None => ("Docker".to_owned(), docker),
    }
}

/// The platform of a Docker's containers.
///
/// # Errors
/// When no engine can run in them.
fn platform(info: &Info) -> Result<Platform, RunError> {
    let system = &info.os_type;
    if system == "linux" {
        return Ok(Platform::new(system, &info.architecture, ""));
    }
    let message = format!(
        "its containers are for `{system}`, and engines need Linux: switch it to Linux containers, or name another Docker \
         with `--context`"
    );
    Err(RunError::Remote { message })
}

/// What a program in the container gets from this machine and from the Docker that the container is on.
struct HostHelper<'a> {
    host: &'a DockerHost<'a>,
}

impl HostHelper<'_> {
    fn image(&self, reference: &str) -> Option<&BookImage> {
        let reference: Reference = reference.parse().ok()?;
        self.host.options.settings.images.get(&reference)
    }
}

impl Helper for HostHelper<'_> {
    fn write_context(
        &self,
        reference: &str,
        into: &Path,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<(), RunError> {
        let recipe = self.image(reference).and_then(|image| image.recipe.as_deref());
        let Some(recipe) = recipe else {
            let message = format!("the book has no recipe for image `{reference}`");
            return Err(RunError::Remote { message });
        };
        let scratch = tempfile::tempdir().map_err(RunError::io("creating a directory"))?;
        let canceller = self.host.options.canceller;
        let maker = ContextMaker { scratch: scratch.path(), canceller, progress };
        let archive = maker.make(reference, recipe)?;
        files::write(&self.host.docker, self.host.container.name(), &archive, into)
    }

    fn stored(&self, reference: &str) -> Result<Option<Stored>, RunError> {
        let mut known = self.host.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stored) = known.get(reference) {
            return Ok(stored.clone());
        }
        let docker = self.host.docker.clone().timeout(REQUEST_LIMIT);
        let stored = engine_image::stored(&docker, &self.host.platform, reference)?;
        known.insert(reference.to_owned(), stored.clone());
        Ok(stored)
    }

    fn save(&self, id: &str, into: &Path) -> Result<(), RunError> {
        let scratch = tempfile::tempdir().map_err(RunError::io("creating a directory"))?;
        let archive = scratch.path().join("image.tar");
        self.host.docker.image().save([id]).to(&archive)?;
        files::write(&self.host.docker, self.host.container.name(), &archive, into)
    }

    fn recipe(&self, name: &str) -> Option<PathBuf> {
        self.image(name)?.recipe.clone()
    }
}

/// Why a Docker cannot be used, with what to do about it.
fn refusal(error: &docker_cli::Error) -> RunError {
    let message = with_remedy(error);
    match error {
        docker_cli::Error::DaemonUnreachable(_)
        | docker_cli::Error::PermissionDenied(_)
        | docker_cli::Error::Timeout { .. }
        // Of `ssh`, for example.
        | docker_cli::Error::Failed(_) => RunError::Unreachable { message },
        _ => RunError::Remote { message },
    }
}

/// The same with what to do about it, where that is known.
fn with_remedy(error: &docker_cli::Error) -> String {
    let message = brief(error);
    let message = message.trim_end_matches(". Is the docker daemon running?");
    let remedy = match error {
        docker_cli::Error::ProgramMissing { .. } if !docker_sandbox::IS_SUPPORTED => {
            "install a Docker, for example Docker Desktop"
        }
        docker_cli::Error::ProgramMissing { .. } => {
            "install it, for example with `apt-get install docker-cli`"
        }
        docker_cli::Error::DaemonUnreachable(_) => {
            "start it, or name another Docker with `--context`"
        }
        docker_cli::Error::PermissionDenied(_) => {
            "become a member of the group `docker`, for example with `adduser USER docker`, and log in again"
        }
        _ => return message.to_owned(),
    };
    format!("{message}: {remedy}")
}

/// The message of docker, on one line, without the command line.
fn brief(error: &docker_cli::Error) -> String {
    let message = match error.failure() {
        // It may have been killed.
        Some(failure) if failure.message.trim().is_empty() => match failure.status {
            Some(status) => format!("`docker` has ended with {status}"),
            None => "`docker` was stopped".to_owned(),
        },
        Some(failure) => failure.message.clone(),
        None => error.to_string().lines().next().unwrap_or_default().to_owned(),
    };
    message.trim().lines().next_back().unwrap_or_default().trim().to_owned()
}
