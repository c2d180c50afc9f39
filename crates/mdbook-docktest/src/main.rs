//! The `mdbook-docktest` program.

use std::process::ExitCode;

use clap::Parser;
use mdbook_docktest::cli::Cli;
use mdbook_docktest::execute;

fn main() -> ExitCode {
    execute(Cli::parse())
}
