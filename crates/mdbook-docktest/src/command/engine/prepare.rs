//! `engine prepare`: builds the root file system that engines start from.

use std::time::Duration;

use anyhow::{Context, Result};
use docker_sandbox::{Preparing, Suite, prepare as build, prepared_directory};
use indicatif::ProgressBar;

use crate::cli::{EnginePrepare, PreparedSuite};
use crate::command::progress::say;
use crate::command::{Exit, cache, cancel_on_signals, print};
use crate::run::RunError;

/// The interval of the spinner.
const TICK: Duration = Duration::from_millis(120);

impl From<PreparedSuite> for Suite {
    fn from(suite: PreparedSuite) -> Self {
        match suite {
            PreparedSuite::Bookworm => Self::Bookworm,
            PreparedSuite::Trixie => Self::Trixie,
            PreparedSuite::Sid => Self::Sid,
        }
    }
}

pub(in crate::command) fn prepare(options: &EnginePrepare) -> Result<Exit> {
    let engines = prepared_directory().context("no home directory for engines: set `HOME`")?;
    // What this process writes to the cache of another user would be of no use to them.
    cache()?;
    let canceller = cancel_on_signals()?;
    let suite = Suite::from(options.suite);
    let spinner = ProgressBar::new_spinner();
    let announce = &mut |preparing: Preparing<'_>| show(preparing, &spinner);
    let prepared = build(&engines, suite, &canceller, announce);
    spinner.finish_and_clear();
    let prepared = prepared.map_err(|error| match error {
        docker_sandbox::Error::Cancelled => RunError::Cancelled,
        error => error.into(),
    })?;
    let state = if prepared.is_new { "prepared" } else { "up to date" };
    let mut text = format!("{state}: Debian {suite}, in {}\n", prepared.directory.display());
    if suite != Suite::default() {
        let link = engines.join(suite.link());
        text.push_str(&format!("to use it: --engine-root {}\n", link.display()));
    }
    print(&text).context("cannot write where it is")?;
    Ok(Exit::Success)
}

/// Shows what is being done: on a terminal, a spinner with what it has come to.
fn show(preparing: Preparing<'_>, spinner: &ProgressBar) {
    let line = preparing.to_string();
    let Preparing::Phase(_) = preparing else {
        return spinner.suspend(|| say(&line));
    };
    if spinner.is_hidden() {
        return say(&format!("  {line}"));
    }
    spinner.enable_steady_tick(TICK);
    spinner.set_message(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suite_of_the_command_line_has_the_name_of_its_own() {
        let suites = [PreparedSuite::Bookworm, PreparedSuite::Trixie, PreparedSuite::Sid];
        assert_eq!(suites.map(Suite::from), Suite::ALL);
        assert_eq!(Suite::from(PreparedSuite::default()), Suite::default());
        for suite in suites {
            let value = clap::ValueEnum::to_possible_value(&suite).unwrap();
            assert_eq!(value.get_name(), Suite::from(suite).name());
        }
    }
}
