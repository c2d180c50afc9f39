//! The commands `man` and `completions`: what clap makes from the command line.

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{Exit, print};
use crate::book::author;
use crate::cli::Cli;
use crate::text::stamp::version;

/// The name of the program.
const NAME: &str = "mdbook-docktest";

/// Prints a script that completes commands and options.
pub(super) fn completions(shell: Shell) -> Result<Exit> {
    let mut command = without_hidden_commands(&Cli::command());
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8(script).context("the script is not UTF-8")?;
    // clap_complete 4.6.11 writes the hyphen of the program's name for bash in two ways.
    let script = script.replace("mdbook__subcmd__docktest", "mdbook__docktest");
    print(&script).context("cannot write the script")?;
    Ok(Exit::Success)
}

/// The program with the commands that are not hidden. clap_complete would complete the others, too.
fn without_hidden_commands(command: &Command) -> Command {
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new(NAME)
        .version(version())
        .args(command.get_arguments().cloned())
        .subcommands(visible.cloned())
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
