//! The CPU time and the peak memory of a program.
//!
//! The kernel reports these for all children of a process together, and a child starts with its
//! parent's peak memory. So a small process runs the program, and reports its usage.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};

use crate::bench::Bench;

/// The usage of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// CPU time in user and kernel mode, in milliseconds.
    pub(crate) cpu: f64,
    /// Peak memory in MiB.
    pub(crate) peak_memory: f64,
}

/// Runs a program to its end, with a file as standard input.
pub(crate) fn measure(program: &Path, input: &Path, directory: &Path) -> Result<Usage> {
    let mut command = Command::new(Bench::current_exe()?);
    command.arg("usage").args([input, directory, program]);
    let output =
        command.stderr(Stdio::inherit()).output().context("cannot run this program again")?;
    if !output.status.success() {
        bail!("{} failed: {}", program.display(), output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next().context("a figure is missing")?.context("invalid figure");
    Ok(Usage { cpu: next()?, peak_memory: next()? })
}

/// Runs a program, and prints its usage for [`measure`].
pub(crate) fn report(input: &Path, directory: &Path, words: &[OsString]) -> Result<()> {
    let (program, arguments) = words.split_first().context("no program to run")?;
    let input = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(input).stdout(Stdio::null());
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot read the usage")?;
    let time = usage.user_time() + usage.system_time();
    let cpu = time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    // Linux reports it in KiB.
    let peak_memory = usage.max_rss() as f64 / 1024.0;
    writeln!(io::stdout(), "{cpu} {peak_memory}").context("cannot print the usage")
}
