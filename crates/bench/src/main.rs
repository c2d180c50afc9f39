//! Benchmarks of the project's programs: ratios of two values that are measured alternately in one run,
//! so that a busy machine slows both.
//!
//! `cargo xtask bench` builds this with optimisations and runs it.

mod bench;
mod book;
mod images;
mod machine;
mod outer;
mod rootless;
mod row;
mod rows;
mod statistics;
mod table;
mod usage;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::row::{Outcome, Row};
use crate::rows::ROWS;

/// Measures, and prints a table.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Options {
    /// The `mdbook-docktest` to measure
    #[arg(long, value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// Measure only this row; may be given several times
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Fewer repetitions
    #[arg(long)]
    quick: bool,
    /// Also write the table to this file, with the machine and the versions
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// What is measured in a process of its own.
#[derive(Debug, Subcommand)]
enum Part {
    /// Builds a book as `mdbook build` does
    #[command(hide = true)]
    Build {
        /// The book's directory
        book: PathBuf,
    },
    /// Starts an engine; prints how long it takes until `docker version` answers, in milliseconds
    #[command(hide = true)]
    Start {
        /// The engine's root file system
        root: PathBuf,
    },
    /// Runs a program to its end; prints its CPU time in milliseconds and its peak memory in bytes
    #[command(hide = true)]
    Usage {
        /// The file for its standard input
        input: PathBuf,
        /// Its working directory
        directory: PathBuf,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true)]
        words: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let Cli { part, options } = Cli::parse();
    let done = match part {
        Some(Part::Build { book }) => book::build(&book),
        Some(Part::Start { root }) => rootless::report_start(&root),
        Some(Part::Usage { input, directory, words }) => usage::report(&input, &directory, &words),
        None => measure(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<()> {
    let rows = chosen(&options.only)?;
    let bench = Bench::new(options.program.clone(), options.quick)?;
    let mut outcomes = Vec::new();
    let mut failed = Vec::new();
    for row in rows {
        say(&format!("measuring {}", row.name));
        match row.measure(&bench) {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => {
                say(&format!("error: {}: {error:#}", row.name));
                failed.push(row.name);
            }
        }
    }
    print(&table::table(&outcomes))?;
    // An incomplete table must not replace a complete one.
    if !failed.is_empty() {
        bail!("cannot measure {}", failed.join(", "));
    }
    match &options.write {
        Some(file) => write(file, &bench, &outcomes),
        None => Ok(()),
    }
}

fn chosen(names: &[String]) -> Result<Vec<&'static Row>> {
    if names.is_empty() {
        return Ok(ROWS.to_vec());
    }
    let all = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    let find = |name: &String| {
        let row = ROWS.iter().copied().find(|row| row.name == name);
        row.with_context(|| format!("unknown row `{name}`: use one of {}", all()))
    };
    names.iter().map(find).collect()
}

fn write(file: &Path, bench: &Bench, outcomes: &[Outcome]) -> Result<()> {
    let machine = machine::describe(bench)?;
    let old = fs::read_to_string(file).unwrap_or_default();
    let text = table::document(&machine, outcomes) + table::about_tutorials(&old);
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn print(text: &str) -> Result<()> {
    io::stdout().lock().write_all(text.as_bytes()).context("cannot print the table")
}

/// Prints a line to standard error.
fn say(line: &str) {
    // If standard error is closed, there is nowhere to report that.
    let _ = writeln!(io::stderr(), "{line}");
}
