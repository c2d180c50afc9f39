//! Fuzzing for a limited time.
//!
//! The targets in `fuzz/` are programs linked with libFuzzer. cargo-fuzz would need a nightly
//! toolchain, for a sanitizer that safe code does not need. The instrumentation that tells libFuzzer
//! which code an input reaches is turned on by flags that a stable compiler accepts.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use duct::cmd;

use crate::process::{read, say, succeed};
use crate::project;

/// Options of `cargo xtask fuzz`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long to run each target, in seconds
    #[arg(long, default_value_t = SECONDS)]
    seconds: u32,
    /// Run this target only
    #[arg(long, value_parser = TARGETS)]
    target: Option<String>,
    /// Run the target once, with this input, for example one on which it has failed
    #[arg(long, requires = "target", conflicts_with = "seconds")]
    input: Option<PathBuf>,
}

/// How long each target runs by default, in seconds.
pub(crate) const SECONDS: u32 = 10;

const TARGETS: [&str; 2] = ["chapter", "pattern"];

/// The instrumentation that libFuzzer needs: the branches taken, and the values compared.
const FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// A text that takes more time or memory than this is a failure.
const LIMITS: [&str; 4] = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=0"];

impl Default for Options {
    fn default() -> Self {
        Self { seconds: SECONDS, target: None, input: None }
    }
}

/// Builds the targets and runs them at the same time, as each uses one processor.
pub(crate) fn run(options: &Options) -> Result<()> {
    let project = project()?;
    let build = project.join("target/fuzz");
    let programs = build_targets(&project, &build)?;
    if let (Some(target), Some(input)) = (&options.target, &options.input) {
        // libFuzzer takes a path that does not exist for a corpus.
        let input = input.canonicalize().with_context(|| input.display().to_string())?;
        return succeed(target, &cmd(programs.join(target), [input.as_os_str()]).stdin_null());
    }
    let chosen = |target: &&str| options.target.as_ref().is_none_or(|chosen| chosen == target);
    let run = &|target| fuzz(target, &programs.join(target), &project, &build, options.seconds);
    thread::scope(|scope| {
        let targets = TARGETS.into_iter().filter(chosen);
        let running: Vec<_> = targets.map(|target| scope.spawn(move || run(target))).collect();
        let panicked = |_| Err(anyhow!("a thread has panicked"));
        let results: Vec<_> =
            running.into_iter().map(|target| target.join().unwrap_or_else(panicked)).collect();
        results.into_iter().collect()
    })
}

/// Builds the targets, and returns the directory of the programs.
fn build_targets(project: &Path, build: &Path) -> Result<PathBuf> {
    let version = read("rustc", &["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("no `host` in the output of `rustc -vV`")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["build", "--release", "--locked", "--target", host, "--target-dir"];
    let words = words.map(OsStr::new).into_iter().chain([build.as_os_str()]);
    // With --target, cargo does not use the flags for build scripts and macros, which run without
    // libFuzzer.
    let flags = FLAGS.join("\x1f");
    let cargo = cmd(cargo, words).dir(project.join("fuzz")).env("CARGO_ENCODED_RUSTFLAGS", flags);
    succeed("cargo build", &cargo.stdin_null())?;
    Ok(build.join(host).join("release"))
}

fn fuzz(target: &str, program: &Path, project: &Path, build: &Path, seconds: u32) -> Result<()> {
    say(&format!("fuzz: {target}, for {seconds} seconds"));
    // New inputs are kept for the next run; the repository's corpus is only read.
    let found = build.join("found").join(target);
    fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
    let failed = build.join(format!("failed-{target}"));
    let mut words: Vec<OsString> = LIMITS.map(OsString::from).into();
    words.push(format!("-max_total_time={seconds}").into());
    let mut artifact = OsString::from("-exact_artifact_path=");
    artifact.push(&failed);
    words.extend([artifact, found.into(), project.join("fuzz/corpus").join(target).into()]);
    succeed(target, &cmd(program, words).stdin_null()).with_context(|| {
        let input = failed.display();
        format!(
            "the input is in {input}; to run it again: cargo xtask fuzz --target {target} --input \
             {input}; once the fault is fixed, add the input to fuzz/corpus/{target}, and write a test"
        )
    })
}
