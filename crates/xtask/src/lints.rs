//! Checks of the sources that run no test.

use anyhow::{Result, bail};

use crate::cargo::{cargo, need_component};
use crate::failures::failures;
use crate::process::succeed;
use crate::sources::{Source, sources};
use crate::{
    dependencies, docker_commands, french, generate, packages, project, public_api, words,
    workflows,
};

/// What shellcheck does not report. Comments in a recipe belong to its digest, so that a directive in
/// one would make recordings stale.
const NO_SHELLCHECK: [&str; 2] = [
    // A `$` in single quotes: on purpose, it is for another program (apt, psql).
    "SC2016",
    // A sourced file that is not known before: the recipes run the files of their users.
    "SC1090",
];

/// A check's name and the check.
type Check = (&'static str, fn() -> Result<()>);

/// Runs all checks; fails if one of them failed.
pub(crate) fn run() -> Result<()> {
    // The fast ones first.
    let checks: [Check; 12] = [
        ("words", words::check),
        ("French", french::check),
        ("shellcheck", shellcheck),
        ("workflows", workflows::check),
        ("rules for dependencies", dependencies::check_rules),
        ("Rust version of dependencies", dependencies::check_rust_version),
        ("generated parts of the guide", generate::check),
        ("docker-cli's commands", docker_commands::check),
        ("clippy", clippy),
        ("rustdoc", rustdoc),
        // Clippy has compiled what they depend on.
        ("packages", packages::check),
        ("public interfaces", public_api::check),
    ];
    let failed = failures(checks.into_iter().map(|(name, check)| (name, check())))?;
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Checks all shell files of the repository.
fn shellcheck() -> Result<()> {
    let project = project()?;
    let sources = sources(&project)?;
    let files: Vec<&Source> = sources.iter().filter(|source| source.is_shell()).collect();
    if files.is_empty() {
        bail!("no shell files found in {}", project.display());
    }
    let exclude = format!("--exclude={}", NO_SHELLCHECK.join(","));
    let options = [exclude, "--".to_owned()].into_iter().map(Into::into);
    let words = options.chain(files.iter().map(|file| file.path.clone().into_os_string()));
    succeed("shellcheck", &duct::cmd("shellcheck", words).dir(project).stdin_null())
}

fn clippy() -> Result<()> {
    need_component("clippy", "clippy")?;
    let words = ["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
    cargo(&words, &[])
}

fn rustdoc() -> Result<()> {
    let words = ["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"];
    cargo(&words, &[("RUSTDOCFLAGS", "--deny warnings")])
}
