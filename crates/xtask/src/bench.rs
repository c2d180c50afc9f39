//! Benchmarks: builds the package `bench` with optimisations, and runs it.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cargo::expression_in;
use crate::process::succeed;
use crate::{book, engine, project, setup, test};

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Measure only this row; may be given several times
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Fewer repetitions
    #[arg(long)]
    quick: bool,
}

impl Options {
    /// Whether all rows are measured in full, as BENCHMARKS.md promises.
    fn is_complete(&self) -> bool {
        self.only.is_empty() && !self.quick
    }
}

/// Measures, and prints the table. A complete table is also written to BENCHMARKS.md.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::ensure(&[setup::ENGINE])?;
    let root = engine::ensure()?;
    let program = book::build_program("dist")?;

    let mut words: Vec<OsString> =
        ["run", "--quiet", "--release", "--package", "bench", "--", "--program"]
            .map(Into::into)
            .to_vec();
    words.push(program.into_os_string());
    words.extend(options.only.iter().flat_map(|row| ["--only".into(), row.into()]));
    if options.quick {
        words.push("--quick".into());
    }
    if options.is_complete() {
        words.extend(["--write", "BENCHMARKS.md"].map(Into::into));
    }
    // Rows about Dockers run its docker program.
    let run = expression_in(&project()?, words).env("PATH", test::path_with_docker(&root)?);
    succeed("bench", &run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_table_does_not_replace_the_file() {
        let options = |only: &[&str], quick| Options {
            only: only.iter().map(|row| (*row).to_owned()).collect(),
            quick,
        };
        assert!(options(&[], false).is_complete());
        assert!(!options(&[], true).is_complete());
        assert!(!options(&["live"], false).is_complete());
    }
}
