//! The prepared engine, on which tests and the course run.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::{
    EngineOptions, EngineRoot, Prepared, Preparing, ProcessEngine, Suite, prepare,
    prepared_directory,
};
use duct::cmd;

use crate::process::{say, succeed};
use crate::project;

/// Builds the engine's root file system unless it exists, as `mdbook-docktest engine prepare` does; returns
/// its directory.
pub(crate) fn ensure() -> Result<PathBuf> {
    ensure_suite(Suite::default())
}

/// As [`ensure`], for the engine of a suite.
pub(crate) fn ensure_suite(suite: Suite) -> Result<PathBuf> {
    let engines = prepared_directory().context("there is no home directory: set HOME")?;
    let announce = &mut |preparing: Preparing<'_>| say(&format!("engine: {preparing}"));
    // Ctrl-C ends this process, and with it those that it has started.
    let prepared = prepare(&engines, suite, &Canceller::new(), announce);
    let Prepared { directory, is_new } = prepared.context("cannot prepare the engine")?;
    let state = if is_new { "prepared" } else { "up to date" };
    say(&format!("engine: {state}, in {}", directory.display()));
    Ok(directory)
}

/// Starts an engine with the image `alpine`, which contains only a shell.
pub(crate) fn start_with_alpine(root: PathBuf) -> Result<ProcessEngine> {
    let root = EngineRoot::Prepared(root);
    let options = EngineOptions::new(&root, Duration::from_secs(60));
    let engine = ProcessEngine::start(&options, &Canceller::new())?;
    let scratch = engine.scratch();
    let context = scratch.join("alpine");
    let recipe = project()?.join("book/images/alpine");
    succeed("cp", &cmd!("cp", "--recursive", &recipe, &context))?;
    succeed(
        "prepare",
        &cmd!(context.join("prepare")).dir(&context).stdin_null().stdout_to_stderr(),
    )?;
    let archive = scratch.join("alpine.tar");
    succeed("tar", &cmd!("tar", "--create", "--file", &archive, "--directory", &context, "."))?;
    let build = engine.docker().image().build_from(archive.as_path()).tag("alpine");
    docker_cli::DockerCommand::call(build)?;
    Ok(engine)
}
