//! The project's own tasks: `cargo xtask …`.
//!
//! Exit status: 0 done; 1 something failed; 2 wrong usage; 3 something is missing on the machine
//! that only its owner can install.

mod apt;
mod book;
mod engine;
mod setup;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

/// The project's own tasks. Each installs what it needs from Debian's packages, as root on Debian;
/// elsewhere it says what to install.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Prepare the root file system in which the Docker Engine runs
    Engine,
    /// Build the course, with the real output of its commands, in target/book
    Book,
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
        Task::Book => book::build(),
    }
}

/// The directory of the workspace.
fn workspace() -> &'static Path {
    let this = Path::new(env!("CARGO_MANIFEST_DIR"));
    this.ancestors().nth(2).expect("this crate lies in crates/ of the workspace")
}

/// The cargo that runs this program, in the workspace.
fn cargo<const COUNT: usize>(arguments: [&str; COUNT]) -> duct::Expression {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    duct::cmd(cargo, arguments).dir(workspace())
}
