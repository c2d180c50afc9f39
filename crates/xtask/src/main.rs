//! The project's own tasks: `cargo xtask engine | book | generate | claims | test | fuzz | macos | bench | peers |
//! corpus`.

mod bench;
mod book;
mod browser;
mod cargo;
mod cargo_test;
mod chromium;
mod claims;
mod corpus;
mod dependencies;
mod docker_commands;
mod download;
mod engine;
mod failures;
mod french;
mod fuzz;
mod generate;
mod lints;
mod macos;
mod packages;
mod pdf;
mod peers;
mod picture;
mod process;
mod prose;
mod public_api;
mod results;
mod setup;
mod sources;
mod test;
mod words;
mod workflows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Sets up the machine, builds the course, and runs the tests.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    after_help = "Exit status: 0 success; 1 failure; 2 usage error; 3 something must be installed first"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds the root file system that throwaway engines start from
    Engine,
    /// Builds the course in target/book, and the author's guide in target/guide; runs the course's
    /// commands if its recordings are stale
    Book(book::Options),
    /// Updates what is generated: tables and the results of examples in the author's guide, docker-cli's commands,
    /// and the lists of public items; runs the examples that have changed
    Generate(generate::Options),
    /// Is `mdbook-docktest`, for the examples of the guide
    #[command(hide = true)]
    Docktest(mdbook_docktest::Cli),
    /// Lists sentences of the course that claim something without a command or a source near them, for a
    /// person to judge
    Claims,
    /// Runs all tests, some of them on a real engine
    Test(test::Options),
    /// Searches for texts that make the program panic
    Fuzz(fuzz::Options),
    /// Checks that the program and the libraries compile for macOS
    Macos,
    /// Measures the programs' performance, and writes BENCHMARKS.md
    Bench(bench::Options),
    /// Compares docker-cli with other libraries, and prints the table of its README
    Peers,
    /// Measures how much of real tutorials is recognized and passes, and prints tables
    Corpus(corpus::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Engine => setup::ensure(&[setup::ENGINE]).and_then(|()| engine::ensure().map(drop)),
        Task::Book(options) => book::build(&options),
        Task::Generate(options) => generate::run(&options),
        Task::Docktest(cli) => return mdbook_docktest::execute(cli),
        Task::Claims => claims::list(),
        Task::Test(options) => test::run(&options),
        Task::Fuzz(options) => setup::ensure(&[setup::ENGINE]).and_then(|()| fuzz::run(&options)),
        Task::Macos => macos::check(),
        Task::Bench(options) => bench::run(&options),
        Task::Peers => setup::ensure(&[setup::ENGINE]).and_then(|()| peers::compare()),
        Task::Corpus(options) => corpus::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::say(&format!("error: {error:#}"));
            if error.is::<setup::Missing>() { ExitCode::from(3) } else { ExitCode::FAILURE }
        }
    }
}

/// The project's directory.
fn project() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = here.ancestors().nth(2).context("xtask is not in crates/ of the project")?;
    Ok(project.to_owned())
}
