//! Engines that stand for the Dockers of an author, for runs in containers.

use std::process::Command;

use anyhow::{Context, Result};
use docker_sandbox::ProcessEngine;
use tempfile::TempDir;

use crate::bench::{Bench, succeed};

/// A Docker. It keeps what a run leaves there: the image with the engine, and the cache of images.
pub(crate) struct Outer(ProcessEngine);

impl Outer {
    /// Starts a Docker with images that earlier runs of the program have left in the cache on this machine, given by
    /// their references with tags.
    pub(crate) fn start(references: &[&str]) -> Result<Self> {
        Bench::engine_with(references).map(Self)
    }

    /// The address of its daemon, for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix:///proc/{}/root/run/docker.sock", self.0.init_pid())
    }
}

/// Dockers with the names of contexts.
pub(crate) struct Contexts {
    configuration: TempDir,
    _dockers: Vec<Outer>,
}

impl Contexts {
    /// Starts a Docker for each name. See [`Outer::start`].
    pub(crate) fn start(names: &[&str], references: &[&str]) -> Result<Self> {
        let configuration = tempfile::tempdir().context("cannot create a directory")?;
        let start = |name: &&str| {
            let docker = Outer::start(references)?;
            let endpoint = format!("host={}", docker.host());
            let mut create = Command::new("docker");
            create.args(["context", "create", name, "--docker", &endpoint]);
            succeed(create.env("DOCKER_CONFIG", configuration.path()))?;
            Ok(docker)
        };
        let dockers = names.iter().map(start).collect::<Result<_>>()?;
        Ok(Self { configuration, _dockers: dockers })
    }

    /// Lets a run of the program find them.
    pub(crate) fn add_to(&self, command: &mut Command) {
        command.env("DOCKER_CONFIG", self.configuration.path());
    }
}
