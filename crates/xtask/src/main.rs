//! The project's own tasks: `cargo xtask engine | book | generate | test | fuzz | bench`.

mod bench;
mod book;
mod browser;
mod engine;
mod fuzz;
mod generate;
mod process;
mod setup;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Sets up what the project needs, builds the course, and tests everything.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    after_help = "Exit status: 0 done; 1 it failed; 2 wrong usage; 3 something has to be installed first"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Makes the root file system that throw-away engines start from
    Engine,
    /// Runs the course's commands and builds its site, in target/book; builds the author's guide, in
    /// target/guide
    Book,
    /// Writes the tables of the author's guide that are made from the sources
    Generate,
    /// Runs all tests, with a real engine
    Test(test::Options),
    /// Looks for texts that the program panics on
    Fuzz(fuzz::Options),
    /// Measures what the programs cost, and writes BENCHMARKS.md
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Engine => setup::ensure(&[setup::ENGINE]).and_then(|()| engine::ensure().map(drop)),
        Task::Book => book::build(),
        Task::Generate => generate::write(),
        Task::Test(options) => test::run(&options),
        Task::Fuzz(options) => setup::ensure(&[setup::ENGINE]).and_then(|()| fuzz::run(&options)),
        Task::Bench(options) => bench::run(&options),
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
    let project = here.ancestors().nth(2).context("xtask lies in crates/ of the project")?;
    Ok(project.to_owned())
}
