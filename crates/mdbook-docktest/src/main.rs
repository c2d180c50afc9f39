//! The `mdbook-docktest` program.

use std::process::ExitCode;

use clap::Parser;
use mdbook_docktest::{Cli, execute};

fn main() -> ExitCode {
    execute(Cli::parse())
}
