//! The container in which this program runs chapters.

use std::io::{self, PipeWriter};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, Docker, DockerCommand, Error, Owner, Source, Stream};

use super::engine_image::KEPT;
use super::owner;
use super::program::{PROGRAM, Program};
use super::{REQUEST_LIMIT, brief};
use crate::run::RunError;

/// The volume with what programs in such containers keep: see `cache_directory`.
const CACHE_VOLUME: &str = "mdbook-docktest-cache";
const CACHE: &str = "/run/mdbook-docktest/cache";

/// What the first process prints when it runs.
const READY: &str = "ready";

const FIRST_PROCESS: &str = include_str!("first_process.sh");

/// How long the container may take to end by itself, before Docker kills it: its first process waits for the engines in it.
const END_LIMIT: Duration = Duration::from_secs(12);

/// How often to look whether the run is cancelled.
const INTERVAL: Duration = Duration::from_millis(20);

/// A running container. Dropping it removes it.
pub(super) struct Container {
    name: String,
    /// The `docker run` that is attached to it.
    run: Stream,
    /// The container ends when this is closed.
    lifeline: Option<PipeWriter>,
}

/// Lets the container end by itself: where it has frozen processes, Docker cannot kill it.
impl Drop for Container {
    fn drop(&mut self) {
        self.lifeline = None;
        let limit = Instant::now() + END_LIMIT;
        stop_when(
            &self.run.canceller(),
            move || Instant::now() > limit,
            || {
                self.run.by_ref().take_while(Result::is_ok).for_each(drop);
            },
        );
    }
}

impl Container {
    /// Starts a container, and puts a program into it.
    ///
    /// # Errors
    /// When Docker refuses a privileged container, or the program does not run in it.
    pub(super) fn start(
        docker: &Docker,
        image: &str,
        program: Program,
        canceller: &Canceller,
    ) -> Result<Self, RunError> {
        let requests = docker.clone().timeout(REQUEST_LIMIT);
        requests.volume().create().label(KEPT, "cache").name(CACHE_VOLUME).call()?;
        let (input, lifeline) = io::pipe().map_err(RunError::io("creating a pipe"))?;
        let owner = Owner::current();
        let name = owner::container_name(&owner);
        // The cancelled run of a chapter ends its engine. Only then may this end.
        let kept = docker.clone().cancelled_by(Canceller::new());
        let run = kept
            .container()
            .run(image)
            .name(&name)
            .label(owner::LABEL, owner.to_string())
            .rm()
            .privileged()
            .pull("never")
            .hostname("docktest")
            .tmpfs("/run:exec,mode=755")
            .mount(format!("type=volume,source={CACHE_VOLUME},target={CACHE}"))
            .env("XDG_CACHE_HOME", CACHE)
            // What this program prints is read, and is nothing for the Docker's logs.
            .flag("--log-driver=none")
            .entrypoint("")
            .program(["sh", "-c", FIRST_PROCESS, "first-process", PROGRAM])
            .stdin(input);
        let mut run = run.stream()?;
        let cancelled = canceller.clone();
        stop_when(
            &run.canceller(),
            move || cancelled.is_cancelled(),
            || wait_until_ready(&mut run),
        )?;
        let container = Self { name, run, lifeline: Some(lifeline) };
        program.send(docker, &container.name)?;
        Ok(container)
    }

    /// The container's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it runs, as far as Docker says.
    pub(super) fn is_running(&self, docker: &Docker) -> bool {
        let docker = docker.clone().timeout(REQUEST_LIMIT);
        let found = docker.container().find(&self.name);
        found.is_ok_and(|container| container.is_some_and(|container| container.state.running))
    }
}

/// Calls `wait`, and stops what it waits for as soon as a condition holds.
fn stop_when<T>(
    stop: &Canceller,
    mut condition: impl FnMut() -> bool + Send + 'static,
    wait: impl FnOnce() -> T,
) -> T {
    let (waiting, ended) = mpsc::channel::<()>();
    let stop = stop.clone();
    let watch = thread::spawn(move || {
        while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            if condition() {
                return stop.cancel();
            }
        }
    });
    let result = wait();
    drop(waiting);
    // It does not panic.
    let _ = watch.join();
    result
}

fn wait_until_ready(run: &mut Stream) -> Result<(), RunError> {
    let mut said = String::new();
    for line in run {
        match line {
            Ok(line) if line.source == Source::Stdout && line.text() == READY => return Ok(()),
            Ok(line) => said = line.text().into_owned(),
            Err(error) => return Err(refusal(error)),
        }
    }
    let message = format!("the engine's container ended at once: {said}");
    Err(RunError::Remote { message })
}

/// A daemon can refuse privileged containers: with user namespaces, or by a plug-in for authorization.
fn refusal(error: Error) -> RunError {
    let message = brief(&error);
    match error {
        Error::Daemon(_) | Error::Failed(_) if message.to_lowercase().contains("privileged") => {
            RunError::NotPrivileged { message }
        }
        error => error.into(),
    }
}
