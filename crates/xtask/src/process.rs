//! Running programs, and saying so.

use std::ffi::OsStr;
use std::io::{self, Write};

use anyhow::{Context, Result, bail};

/// Tells something on standard error.
pub(crate) fn say(line: &str) {
    // Nobody who could be told listens any more.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Runs an expression that is called `what` to its end; its status must be 0.
pub(crate) fn succeed(what: &str, expression: &duct::Expression) -> Result<()> {
    let output = expression.unchecked().run().with_context(|| format!("cannot run `{what}`"))?;
    if !output.status.success() {
        bail!("`{what}` failed: {}", output.status);
    }
    Ok(())
}

/// What a program prints on standard output, without the line's end.
pub(crate) fn read(program: &str, arguments: &[&str]) -> Result<String> {
    duct::cmd(program, arguments)
        .stdin_null()
        .read()
        .with_context(|| format!("`{program} {}` failed", arguments.join(" ")))
}

/// Whether we are root.
pub(crate) fn is_root() -> Result<bool> {
    Ok(read("id", &["-u"])? == "0")
}

/// Whether a program is on the PATH.
pub(crate) fn is_installed(program: impl AsRef<OsStr>) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program.as_ref()).is_file())
}
