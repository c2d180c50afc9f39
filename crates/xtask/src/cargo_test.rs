//! Running tests with cargo, and what those that fail have printed.

use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitStatus;

use anyhow::{Context, Result};

use crate::cargo;

/// Tests that have failed.
#[derive(Debug, thiserror::Error)]
#[error("`{what}` failed: {status}")]
pub(crate) struct FailedTests {
    what: String,
    status: ExitStatus,
    /// What failed tests have printed, and their names; empty if they could not be compiled.
    pub(crate) told: String,
}

/// Runs a command of cargo that runs tests, with these variables added to the environment, and repeats its output.
///
/// # Errors
/// [`FailedTests`]: it has what they have printed, which is far from the end in the log of all parts.
pub(crate) fn cargo_test(words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let what = format!("cargo {}", words.join(" "));
    let command = cargo::expression_with(words, environment)?;
    let reader = command.unchecked().reader().with_context(|| format!("cannot run `{what}`"))?;
    let mut failures = Failures::default();
    for line in BufReader::new(&reader).split(b'\n') {
        let line = line.with_context(|| format!("cannot read the output of `{what}`"))?;
        let line = String::from_utf8_lossy(&line);
        // If standard output is closed, the tests go on, and the exit status still says how they ended.
        let _ = writeln!(io::stdout(), "{line}");
        failures.read(&line);
    }
    let output = reader.try_wait().with_context(|| format!("cannot wait for `{what}`"))?;
    let status = output.with_context(|| format!("`{what}` has not ended"))?.status;
    match status.success() {
        true => Ok(()),
        false => Err(FailedTests { what, status, told: failures.told }.into()),
    }
}

/// What the programs of tests say about failures: from the line `failures:` to their result.
#[derive(Debug, Default)]
struct Failures {
    told: String,
    is_section: bool,
}

impl Failures {
    fn read(&mut self, line: &str) {
        self.is_section |= line == "failures:";
        if self.is_section {
            self.told.push_str(line);
            self.told.push('\n');
        }
        self.is_section &= !line.starts_with("test result:");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_tests_have_printed_is_kept() {
        let mut failures = Failures::default();
        let output = "running 2 tests\ntest a ... FAILED\ntest b ... ok\n\nfailures:\n\n---- a stdout ----\nleft: 1\n\n\
                      failures:\n    a\n\ntest result: FAILED. 1 passed; 1 failed\n\nrunning 1 test\ntest c ... ok\n\n\
                      test result: ok. 1 passed\n\nfailures:\nd\ntest result: FAILED.";
        output.lines().for_each(|line| failures.read(line));
        let first = "failures:\n\n---- a stdout ----\nleft: 1\n\nfailures:\n    a\n\n\
                     test result: FAILED. 1 passed; 1 failed\n";
        let second = "failures:\nd\ntest result: FAILED.\n";
        assert_eq!(failures.told, format!("{first}{second}"));
    }
}
