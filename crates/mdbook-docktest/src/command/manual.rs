//! The commands `man` and `completions`: what clap makes from the command line.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use super::{Exit, print};
use crate::book::author;
use crate::cli::Cli;

/// Prints a script that completes commands and options.
pub(super) fn completions(shell: Shell) -> Result<Exit> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8(script).context("the script is not UTF-8")?;
    print(&script).context("cannot write the script")?;
    Ok(Exit::Success)
}

/// Writes the manual pages of all commands that are not hidden.
pub(super) fn pages(directory: &Path) -> Result<Exit> {
    let write = || {
        author::create_directories(directory)?;
        clap_mangen::generate_to(Cli::command(), directory)
    };
    write().with_context(|| format!("cannot write manual pages to {}", directory.display()))?;
    Ok(Exit::Success)
}
