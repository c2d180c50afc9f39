//! Running cargo in the project.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::succeed;
use crate::project;
use crate::setup::Missing;

/// Runs a command of cargo, with these variables added to the environment.
pub(crate) fn cargo(words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut command = expression(words)?;
    for (name, value) in environment {
        command = command.env(name, value);
    }
    succeed(&format!("cargo {}", words.join(" ")), &command)
}

/// Runs a command of cargo in another directory than the project's.
pub(crate) fn cargo_in(directory: &Path, words: &[&str]) -> Result<()> {
    succeed(&format!("cargo {}", words.join(" ")), &expression_in(directory, words))
}

/// The standard output of a command of cargo.
pub(crate) fn read_cargo(words: &[&str]) -> Result<String> {
    expression(words)?.read().with_context(|| format!("`cargo {}` failed", words.join(" ")))
}

fn expression(words: &[&str]) -> Result<duct::Expression> {
    Ok(expression_in(&project()?, words))
}

fn expression_in(directory: &Path, words: &[&str]) -> duct::Expression {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    duct::cmd(cargo, words).dir(directory).stdin_null()
}

/// Whether cargo has a command. The program being on the PATH does not show that: rustup puts a proxy
/// there for components that are not installed.
pub(crate) fn has_command(name: &str) -> Result<bool> {
    let version = expression(&[name, "--version"])?.stdout_null().stderr_null();
    Ok(version.unchecked().run().context("cannot run cargo")?.status.success())
}

/// Fails if a component of the toolchain is missing. The toolchain is the user's, so it is not
/// changed.
pub(crate) fn need_component(command: &str, component: &str) -> Result<()> {
    if has_command(command)? {
        return Ok(());
    }
    Err(Missing {
        what: format!("cargo has no `{command}`"),
        remedy: format!("rustup component add {component}"),
    }
    .into())
}
