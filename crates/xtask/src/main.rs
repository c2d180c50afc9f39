//! The project's own tasks: `cargo xtask …`.
//!
//! Exit status: 0 done; 1 something failed; 2 wrong usage; 3 something is missing on the machine
//! that only its owner can install.

mod apt;
mod engine;
mod setup;

use std::process::ExitCode;

use clap::Parser;

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Prepare the root file system in which the Docker Engine runs
    Engine,
}

fn main() -> ExitCode {
    let Err(error) = run(&Task::parse()) else { return ExitCode::SUCCESS };
    eprintln!("error: {error:#}");
    ExitCode::from(if error.is::<setup::Missing>() { 3 } else { 1 })
}

fn run(task: &Task) -> anyhow::Result<()> {
    setup::install_missing()?;
    match task {
        Task::Engine => engine::prepare(),
    }
}
