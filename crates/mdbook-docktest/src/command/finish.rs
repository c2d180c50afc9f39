//! The `finish` command.

use anyhow::{Context, Result};

use super::{Exit, print};
use crate::cli::Finish;
use crate::site::{self, Finished};

pub(super) fn finish(options: &Finish) -> Result<Exit> {
    let finished = site::finish(&options.directory)?;
    print(&summary(&finished)).context("cannot write the summary")?;
    Ok(Exit::Success)
}

fn summary(finished: &Finished) -> String {
    let Finished { pages, address } = finished;
    let noun = if *pages == 1 { "page" } else { "pages" };
    match address {
        Some(address) => format!("{pages} {noun} completed, for {address}\n"),
        None => format!("{pages} {noun} completed\n"),
    }
}
