//! The machine and the versions that were measured.

use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::bench::Bench;

/// The machine and the versions, as names and values.
pub(crate) fn describe(bench: &Bench) -> Result<Vec<(&'static str, String)>> {
    let cpu = field("/proc/cpuinfo", "model name")?;
    let cores = thread::available_parallelism().context("cannot count cores")?;
    let memory = field("/proc/meminfo", "MemTotal")?;
    let kib: f64 =
        memory.trim_end_matches(" kB").parse().context("the memory is not given in kB")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")
        .context("cannot read the kernel's version")?;
    let engine = Bench::engine()?.docker().version()?.server.version;
    Ok(vec![
        ("CPU", format!("{cpu}, {cores} cores")),
        ("memory", format!("{:.0} GiB", kib / f64::from(1 << 20))),
        ("kernel", format!("Linux {}", kernel.trim())),
        ("mdbook-docktest", version(Command::new(bench.program()?).arg("--version"))?),
        ("mdBook", mdbook_preprocessor::MDBOOK_VERSION.to_owned()),
        ("Docker Engine", engine),
        ("rustc", version(Command::new("rustc").arg("--version"))?),
    ])
}

/// The value of the first field with this name.
fn field(file: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    let value =
        fields.filter(|(field, _)| field.trim() == name).map(|(_, value)| value.trim()).next();
    value.map(str::to_owned).with_context(|| format!("{file} has no `{name}`"))
}

/// The version that a program prints after its name.
fn version(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (_, version) =
        text.trim().split_once(' ').with_context(|| format!("{command:?} printed no version"))?;
    Ok(version.to_owned())
}
