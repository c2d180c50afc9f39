//! Removing the container of a `docker run` that was stopped.
//!
//! Killing the client leaves the container running, and SIGTERM, which the client hands on, is
//! ignored by most programs that run as PID 1. So the container itself is removed. It is found by a
//! label that only this run carries: a name could belong to a container that was there before, and
//! the file of `--cidfile` may be written where [`through`](crate::Docker::through) leads.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::thread;
use std::time::Duration;

use crate::command::Command;
use crate::docker::Docker;

/// The label's key; its value is different for each run.
const LABEL: &str = "docker-cli.run";
/// How long each command of the clean-up may take.
const LIMIT: Duration = Duration::from_secs(10);
/// The daemon may still be at work on the request of the killed client.
const LATE: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Leftover {
    docker: Docker,
    label: String,
}

impl Leftover {
    pub(crate) fn new(docker: &Docker) -> Self {
        let random = RandomState::new().build_hasher().finish();
        let label = format!("{LABEL}={:x}-{random:016x}", std::process::id());
        Self { docker: docker.uncancelled(), label }
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Removes the container, if there is one. What goes wrong is not reported: the caller already
    /// gets the error that the command was stopped with, and the label stays to be found.
    pub(crate) fn remove(self) {
        for attempt in 0..2 {
            if attempt > 0 {
                thread::sleep(LATE);
            }
            let filter = format!("label={}", self.label);
            let containers = self.docker.container();
            let found = containers.ls().all().filter(filter).timeout(LIMIT).call();
            for container in found.unwrap_or_default() {
                let remove = containers.rm([&container.id]).force().volumes();
                if remove.timeout(LIMIT).call().is_ok() {
                    return;
                }
            }
        }
    }
}
