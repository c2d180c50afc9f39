//! Running programs, and messages.

use std::ffi::OsStr;
use std::io::{self, Write};

use anyhow::{Context, Result, bail};

/// Prints a line to standard error.
pub(crate) fn say(line: &str) {
    // If standard error is closed, there is nowhere to report that.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Runs an expression to its end. `what` names it in messages.
///
/// # Errors
/// When it cannot be started, or its exit status is not 0.
pub(crate) fn succeed(what: &str, expression: &duct::Expression) -> Result<()> {
    let output = expression.unchecked().run().with_context(|| format!("cannot run `{what}`"))?;
    if !output.status.success() {
        bail!("`{what}` failed: {}", output.status);
    }
    Ok(())
}

/// The standard output of a program, without trailing line ends.
///
/// # Errors
/// When it cannot be started, or its exit status is not 0.
pub(crate) fn read(program: &str, arguments: &[&str]) -> Result<String> {
    duct::cmd(program, arguments)
        .stdin_null()
        .read()
        .with_context(|| format!("`{program} {}` failed", arguments.join(" ")))
}

/// Whether this process is root.
pub(crate) fn is_root() -> Result<bool> {
    Ok(read("id", &["-u"])? == "0")
}

/// Whether a program is on the PATH.
pub(crate) fn is_installed(program: impl AsRef<OsStr>) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program.as_ref()).is_file())
}
