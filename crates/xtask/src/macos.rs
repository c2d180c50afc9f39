//! Whether the program compiles for macOS, as far as another system can say.

use std::path::Path;

use anyhow::{Context, Result};

use crate::cargo::{cargo, need_component};
use crate::project;
use crate::setup::Missing;

/// The other target of macOS differs only in its processor.
const TARGET: &str = "x86_64-apple-darwin";

/// Type-checks the program and the libraries.
pub(crate) fn check() -> Result<()> {
    need_component("clippy", "clippy")?;
    need_target()?;
    let project = project()?;
    // Nothing is linked, so the compiler and the archiver of the cryptography's C code, which are those of Apple, need not do
    // anything. `ring` looks for Apple's headers, too: any directory will do.
    let environment = [
        ("CC_x86_64_apple_darwin", "true"),
        ("AR_x86_64_apple_darwin", "true"),
        ("SDKROOT", project.to_str().context("the path of the project is not UTF-8")?),
    ];
    let words = ["clippy", "--locked", "--target", TARGET, "--package", "mdbook-docktest"];
    let libraries =
        ["docker-cli", "docker-images", "docker-sandbox"].map(|library| ["--package", library]);
    let deny = ["--", "--deny", "warnings"];
    cargo(&[&words[..], libraries.as_flattened(), &deny].concat(), &environment)
}

/// Fails if the toolchain has no standard library for the target. The toolchain is the user's, so it is not changed.
fn need_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let words = ["--print", "target-libdir", "--target", TARGET];
    let directory = duct::cmd(rustc, words).dir(project()?).read().context("cannot run rustc")?;
    if Path::new(&directory).is_dir() {
        return Ok(());
    }
    Err(Missing {
        what: format!("rustc has no standard library for `{TARGET}`"),
        remedy: format!("rustup target add {TARGET}"),
    }
    .into())
}
