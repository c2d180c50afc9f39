//! What a program took of the machine.
//!
//! The kernel tells it of a process's children that have ended, all together; and a child begins
//! with its parent's peak memory. So a small process of its own runs the program and asks.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};

use crate::bench::Bench;

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// In user and in kernel mode, in milliseconds.
    pub(crate) cpu: f64,
    /// In MiB.
    pub(crate) peak_memory: f64,
}

/// Runs a program to its end, with a file as standard input.
pub(crate) fn of(program: &Path, input: &Path, directory: &Path) -> Result<Usage> {
    let mut command = Command::new(Bench::ourselves()?);
    command.arg("usage").args([input, directory, program]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot run ourselves")?;
    if !output.status.success() {
        bail!("{} failed: {}", program.display(), output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next().context("a figure is missing")?.context("it is no figure");
    Ok(Usage { cpu: next()?, peak_memory: next()? })
}

/// The other end of [`of`].
pub(crate) fn tell(input: &Path, directory: &Path, words: &[OsString]) -> Result<()> {
    let (program, arguments) = words.split_first().context("there is no program")?;
    let input = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(input).stdout(Stdio::null());
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot ask the kernel")?;
    let time = usage.user_time() + usage.system_time();
    let cpu = time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    // Linux counts in KiB.
    let peak_memory = usage.max_rss() as f64 / 1024.0;
    writeln!(io::stdout(), "{cpu} {peak_memory}").context("nobody listens")
}
