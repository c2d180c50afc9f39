//! The programs that the project needs, and installing them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{is_installed, is_root, say};

/// Something is missing, and cannot be installed by us.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {remedy}")]
pub(crate) struct Missing {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

/// A program on the PATH or an absolute path, and the Debian package that contains it.
pub(crate) type Needed = (&'static str, &'static str);

/// For everything but lints and the tests of pages.
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
    // Older keyrings do not contain the keys of the release that the engine is built from.
    ("/usr/share/keyrings/debian-archive-trixie-automatic.gpg", "debian-archive-keyring"),
];

/// For the end-to-end tests, beside what the engine needs: registries in a network of their own, and users who are not
/// root.
pub(crate) const END_TO_END: &[Needed] = &[
    ("curl", "curl"),
    ("docker-registry", "docker-registry"),
    ("groff", "groff-base"),
    ("ip", "iproute2"),
    ("newuidmap", "uidmap"),
    ("useradd", "passwd"),
];

/// For a book as a PDF, and for pictures.
pub(crate) const PDF: &[Needed] = &[("chromium", "chromium"), ("pdfinfo", "poppler-utils")];

/// For lints.
pub(crate) const LINTS: &[Needed] = &[
    ("git", "git"),
    ("shellcheck", "shellcheck"),
    ("hunspell", "hunspell"),
    ("/usr/share/hunspell/fr_FR.dic", "hunspell-fr"),
    // For checks of workflows.
    ("node", "nodejs"),
    ("npm", "npm"),
    ("pip3", "python3-pip"),
];

/// For the tests of pages.
pub(crate) const BROWSER: &[Needed] = &[
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("pdftotext", "poppler-utils"),
    ("pip3", "python3-pip"),
];

/// Installs the packages of `needed` whose programs are missing.
///
/// # Errors
/// [`Missing`], with the remedy, on other systems than Debian, or if this process is not root.
pub(crate) fn ensure(needed: &[&[Needed]]) -> Result<()> {
    let packages = missing_packages(needed, is_present);
    if packages.is_empty() && has_package_lists() {
        return Ok(());
    }
    if !is_installed("apt-get") {
        return Err(Missing {
            what: format!("missing: {}", packages.join(", ")),
            remedy: "only Debian is supported; install these yourself".to_owned(),
        }
        .into());
    }
    let commands = commands(&packages);
    if !is_root()? {
        return Err(Missing {
            what: "packages must be installed first".to_owned(),
            remedy: format!("sudo sh -c '{commands}'"),
        }
        .into());
    }
    say(&format!("installing missing packages: {commands}"));
    let output = duct::cmd!("sh", "-c", &commands)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .context("cannot run `sh`")?;
    if !output.status.success() {
        bail!("`{commands}` failed:\n{}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

/// The commands that install `packages`. Package lists are always updated: old ones name versions that
/// mirrors do not have any more.
fn commands(packages: &[&str]) -> String {
    let update = "apt-get update";
    if packages.is_empty() {
        return update.to_owned();
    }
    format!("{update} && apt-get install --yes --no-install-recommends {}", packages.join(" "))
}

fn is_present(needed: &str) -> bool {
    if needed.starts_with('/') { Path::new(needed).exists() } else { is_installed(needed) }
}

fn missing_packages(needed: &[&[Needed]], is_present: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<&str> = needed
        .iter()
        .copied()
        .flatten()
        .filter(|(needed, _)| !is_present(needed))
        .map(|(_, package)| *package)
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Whether apt has package lists: the recipes and the engine need them to find a mirror.
fn has_package_lists() -> bool {
    let Ok(entries) = fs::read_dir("/var/lib/apt/lists") else { return !is_installed("apt-get") };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_listed_once() {
        assert_eq!(
            missing_packages(&[ENGINE], |needed| needed == "tar" || needed == "find"),
            ["debian-archive-keyring", "dpkg", "g++", "mmdebstrap", "mount", "util-linux"]
        );
        assert_eq!(
            missing_packages(&[&[("tar", "tar")], BROWSER], |needed| needed == "pip3"),
            ["chromium", "chromium-driver", "poppler-utils", "tar"]
        );
        assert_eq!(
            missing_packages(&[LINTS], |_| false),
            ["git", "hunspell", "hunspell-fr", "nodejs", "npm", "python3-pip", "shellcheck"]
        );
        assert!(missing_packages(&[ENGINE, BROWSER, LINTS], |_| true).is_empty());
    }

    #[test]
    fn the_commands_are_one_line() {
        assert_eq!(commands(&[]), "apt-get update");
        assert_eq!(
            commands(&["mmdebstrap", "mount"]),
            "apt-get update && apt-get install --yes --no-install-recommends mmdebstrap mount"
        );
    }
}
