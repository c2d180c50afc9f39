//! What has to be on the machine, and getting it there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{is_installed, is_root, say};

/// Something is missing, and we cannot get it.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {remedy}")]
pub(crate) struct Missing {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Missing {
    /// We are not root.
    pub(crate) fn root() -> Self {
        let remedy = "run it as root, for example with `sudo --preserve-env=PATH`".to_owned();
        Self { what: "the engine needs root".to_owned(), remedy }
    }
}

/// A program on the PATH or a file, and the Debian package that it is in.
pub(crate) type Needed = (&'static str, &'static str);

/// What has to be there for everything but the tests of pages.
pub(crate) const ENGINE: &[Needed] = &[
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("pivot_root", "util-linux"),
    ("mount", "mount"),
    ("find", "findutils"),
    ("tar", "tar"),
    ("dpkg-deb", "dpkg"),
    ("mmdebstrap", "mmdebstrap"),
    // libFuzzer is written in C++.
    ("c++", "g++"),
    // Older keyrings lack the keys of the release that the engine is made of.
    ("/usr/share/keyrings/debian-archive-trixie-automatic.gpg", "debian-archive-keyring"),
];

/// What has to be there for the tests of pages.
pub(crate) const BROWSER: &[Needed] = &[
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("pdftotext", "poppler-utils"),
    ("pip3", "python3-pip"),
];

/// Installs what is missing of what is needed.
///
/// # Errors
/// [`Missing`], with what to do, where this is not Debian or we are not root.
pub(crate) fn ensure(needed: &[&[Needed]]) -> Result<()> {
    let packages = missing_packages(needed, is_there);
    if packages.is_empty() && has_package_lists() {
        return Ok(());
    }
    if !is_installed("apt-get") {
        return Err(Missing {
            what: format!("missing: {}", packages.join(", ")),
            remedy: "this set-up knows Debian only; install these by hand".to_owned(),
        }
        .into());
    }
    let commands = commands(&packages);
    if !is_root()? {
        return Err(Missing {
            what: "packages have to be installed first".to_owned(),
            remedy: format!("sudo sh -c '{commands}'"),
        }
        .into());
    }
    say(&format!("installing what is missing: {commands}"));
    let output = duct::cmd!("sh", "-c", &commands)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .context("cannot run `sh`")?;
    if !output.status.success() {
        bail!("it failed:\n{}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

/// What to type so that `packages` are there. Lists are fetched in any case: old ones name versions
/// that mirrors have dropped.
fn commands(packages: &[&str]) -> String {
    let update = "apt-get update";
    if packages.is_empty() {
        return update.to_owned();
    }
    format!("{update} && apt-get install --yes --no-install-recommends {}", packages.join(" "))
}

fn is_there(needed: &str) -> bool {
    if needed.starts_with('/') { Path::new(needed).exists() } else { is_installed(needed) }
}

fn missing_packages(needed: &[&[Needed]], is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<&str> = needed
        .iter()
        .copied()
        .flatten()
        .filter(|(needed, _)| !is_there(needed))
        .map(|(_, package)| *package)
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Whether apt knows any package: the recipes and the engine ask it where its mirrors are.
fn has_package_lists() -> bool {
    let Ok(entries) = fs::read_dir("/var/lib/apt/lists") else { return !is_installed("apt-get") };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_asked_for_once() {
        assert_eq!(
            missing_packages(&[ENGINE], |needed| needed == "tar" || needed == "find"),
            ["debian-archive-keyring", "dpkg", "g++", "mmdebstrap", "mount", "util-linux"]
        );
        assert_eq!(
            missing_packages(&[&[("tar", "tar")], BROWSER], |needed| needed == "pip3"),
            ["chromium", "chromium-driver", "poppler-utils", "tar"]
        );
        assert!(missing_packages(&[ENGINE, BROWSER], |_| true).is_empty());
    }

    #[test]
    fn the_command_can_be_typed_as_it_is() {
        assert_eq!(commands(&[]), "apt-get update");
        assert_eq!(
            commands(&["mmdebstrap", "mount"]),
            "apt-get update && apt-get install --yes --no-install-recommends mmdebstrap mount"
        );
    }
}
