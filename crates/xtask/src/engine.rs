//! The prepared engine, on which tests and the course run.

use std::path::PathBuf;

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::{Prepared, Preparing, Suite, prepare, prepared_directory};

use crate::process::say;

/// Builds the engine's root file system unless it exists, as `mdbook-docktest engine prepare` does; returns
/// its directory.
pub(crate) fn ensure() -> Result<PathBuf> {
    let engines = prepared_directory().context("there is no home directory: set HOME")?;
    let announce = &mut |preparing: Preparing<'_>| say(&format!("engine: {preparing}"));
    // Ctrl-C ends this process, and with it those that it has started.
    let prepared = prepare(&engines, Suite::default(), &Canceller::new(), announce);
    let Prepared { directory, is_new } = prepared.context("cannot prepare the engine")?;
    let state = if is_new { "prepared" } else { "up to date" };
    say(&format!("engine: {state}, in {}", directory.display()));
    Ok(directory)
}
