//! docker-cli's commands and flags, from the help of the docker program.
//!
//! docker-cli declares the commands with a result of their own by hand. All other commands, and the
//! flags that are not in those declarations, are generated here: names, kinds and positional
//! arguments, from the docker, compose and buildx of the prepared engine.

mod choices;
mod code;
mod declared;
mod drift;
mod flag_words;
mod inventory;
mod kind;
mod page;
mod parser;
mod program;
mod summaries;
mod tables;
mod usage;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::say;
use crate::project;
use declared::{Declaration, declarations};
use inventory::{Inventory, inventory};
use program::Program;

/// What docker-cli declares, and what docker has.
struct Survey {
    src: PathBuf,
    declared: Vec<Declaration>,
    versions: [String; 3],
    inventory: Inventory,
}

impl Survey {
    fn new() -> Result<Self> {
        let src = project()?.join("crates/docker-cli/src");
        let declared = declarations(&src)?;
        let program = Program::of_prepared_engine()?;
        let versions = program.versions()?;
        let inventory = inventory(&program)?;
        Ok(Self { src, declared, versions, inventory })
    }

    /// The generated files by their paths, formatted.
    fn files(&self) -> Result<BTreeMap<PathBuf, String>> {
        let files = code::files(&self.inventory, &self.declared, &self.versions)?;
        let formatted = files.into_iter().map(|(path, code)| {
            let code = format(&code).with_context(|| path.display().to_string())?;
            Ok((self.src.join(path), code))
        });
        formatted.collect()
    }

    /// Generated files of docker-cli that are not among these, such as those of a group that has gone.
    fn stale(&self, files: &BTreeMap<PathBuf, String>) -> Result<Vec<PathBuf>> {
        let directory = self.src.join("generated");
        let mut stale = Vec::new();
        if directory.is_dir() {
            let cannot_list = || format!("cannot list {}", directory.display());
            for entry in fs::read_dir(&directory).with_context(cannot_list)? {
                let path = entry.with_context(cannot_list)?.path();
                if !files.contains_key(&path) {
                    stale.push(path);
                }
            }
        }
        Ok(stale)
    }

    fn drift(&self) -> Result<Vec<String>> {
        Ok(drift::drift(&self.inventory, &self.declared, major(&self.versions[0])?))
    }
}

/// Updates the generated files of docker-cli.
///
/// # Errors
///
/// If there is no prepared engine, or a declaration by hand does not agree with docker.
pub(crate) fn write() -> Result<()> {
    let survey = Survey::new()?;
    let files = survey.files()?;
    for path in survey.stale(&files)? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        say(&format!("removed {}", path.display()));
    }
    for (path, code) in files {
        if read(&path).as_ref() != Some(&code) {
            let directory = path.parent().unwrap_or(&survey.src);
            fs::create_dir_all(directory)
                .and_then(|()| fs::write(&path, code))
                .with_context(|| format!("cannot write {}", path.display()))?;
            say(&format!("updated {}", path.display()));
        }
    }
    // What remains is in declarations by hand.
    let differences = Survey { declared: declarations(&survey.src)?, ..survey }.drift()?;
    fail_for(&differences)
}

/// Fails if docker has other commands or flags than docker-cli, or a generated file is out of date.
///
/// # Errors
///
/// Also if there is no prepared engine.
pub(crate) fn check() -> Result<()> {
    let survey = Survey::new()?;
    fail_for(&survey.drift()?)?;
    let files = survey.files()?;
    if let Some(path) = survey.stale(&files)?.first() {
        bail!("{} is not generated any more: run `cargo xtask generate`", path.display());
    }
    for (path, code) in files {
        if read(&path).as_ref() != Some(&code) {
            bail!("{} is out of date: run `cargo xtask generate`", path.display());
        }
    }
    Ok(())
}

/// Fails if the parser of the docker in a root file system rejects a flag of docker-cli. Of another docker than that
/// which docker-cli is generated from, only flags that it should have are tried.
///
/// # Errors
///
/// Also if that docker cannot be run.
pub(crate) fn try_flags(root: &Path, is_source: bool) -> Result<()> {
    let declared = declarations(&project()?.join("crates/docker-cli/src"))?;
    let program = Program::of_root(root)?;
    let version = program.version()?;
    let other = if is_source { None } else { Some(inventory(&program)?) };
    let tried = parser::try_flags(&program, &declared, major(&version)?, other.as_ref())?;
    say(&format!("docker {version}: tried {} flags", tried.count));
    if !tried.missing.is_empty() {
        say(&format!("not in this docker: {}", tried.missing.join(", ")));
    }
    for rejection in &tried.rejected {
        say(rejection);
    }
    if !tried.rejected.is_empty() {
        bail!("docker rejects flags of {} commands", tried.rejected.len());
    }
    Ok(())
}

/// The first number of a version: 26 of `26.1.5+dfsg1`.
fn major(version: &str) -> Result<u32> {
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    major.with_context(|| format!("unexpected version of docker: `{version}`"))
}

fn fail_for(differences: &[String]) -> Result<()> {
    for difference in differences {
        say(difference);
    }
    if !differences.is_empty() {
        bail!(
            "docker-cli differs from the docker program in {} places: run `cargo xtask generate`, \
             then adapt the declarations by hand",
            differences.len()
        );
    }
    Ok(())
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// A Rust source as rustfmt writes it.
fn format(code: &str) -> Result<String> {
    let project = project()?;
    duct::cmd!("rustfmt", "--edition", "2024", "--config-path", &project)
        .stdin_bytes(code)
        .read()
        .map(|code| code + "\n")
        .context("rustfmt failed")
}
