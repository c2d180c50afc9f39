//! What has to be on the machine, and getting it there.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};

use crate::process::{is_installed, read, say, succeed};

/// Something has to be installed, and we cannot do it.
#[derive(Debug)]
pub(crate) struct Missing {
    what: String,
    remedy: String,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Missing {}

/// What has to be there: a program on the PATH or a file, and the Debian package that it is in.
const NEEDED: [(&str, &str); 10] = [
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("pivot_root", "util-linux"),
    ("mount", "mount"),
    ("find", "findutils"),
    ("tar", "tar"),
    ("dpkg-deb", "dpkg"),
    ("mmdebstrap", "mmdebstrap"),
    ("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"),
];

/// Installs what is missing.
///
/// # Errors
/// [`Missing`], with what to do, where this is not Debian or we are not root.
pub(crate) fn ensure() -> Result<()> {
    let packages = missing_packages(is_there);
    let lists = has_package_lists();
    if packages.is_empty() && lists {
        return Ok(());
    }
    let install = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    let commands = match (lists, packages.is_empty()) {
        (false, true) => "apt-get update".to_owned(),
        (false, false) => format!("apt-get update && {install}"),
        (true, _) => install,
    };
    if !is_installed("apt-get") {
        return Err(anyhow!(Missing {
            what: format!("missing: {}", packages.join(", ")),
            remedy: "this set-up knows Debian only; install these by hand".to_owned(),
        }));
    }
    if read("id", &["-u"])? != "0" {
        return Err(anyhow!(Missing {
            what: "this needs to be run as root, and packages are to be installed first".to_owned(),
            remedy: format!("sudo sh -c '{commands}'"),
        }));
    }
    say(&format!("installing what is missing: {commands}"));
    let shell = duct::cmd!("sh", "-c", &commands)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin_null()
        .stdout_to_stderr();
    succeed(&commands, &shell)
}

fn is_there(needed: &str) -> bool {
    if needed.starts_with('/') { Path::new(needed).exists() } else { is_installed(needed) }
}

fn missing_packages(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<&str> = NEEDED
        .iter()
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
            missing_packages(|needed| needed == "tar" || needed == "find"),
            ["debian-archive-keyring", "dpkg", "mmdebstrap", "mount", "util-linux"]
        );
        assert!(missing_packages(|_| true).is_empty());
    }
}
