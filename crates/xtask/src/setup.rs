//! What the tasks need on the machine, and how it gets there.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use duct::cmd;

use crate::apt;

/// Something is missing that this program may not install. The message says how to get it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Missing(pub(crate) String);

/// How it shows that a package is there.
enum Evidence {
    Program(&'static str),
    File(&'static str),
}

use Evidence::{File, Program};

/// Debian's packages that the engine, the image recipes and the tests rely on.
const NEEDS: &[(Evidence, &str)] = &[
    (Program("mmdebstrap"), "mmdebstrap"),
    // Keyrings from before August 2025 do not have the key that signs Debian 13.
    (File("/usr/share/keyrings/debian-archive-trixie-automatic.gpg"), "debian-archive-keyring"),
    (Program("unshare"), "util-linux"),
    (Program("nsenter"), "util-linux"),
    (Program("setpriv"), "util-linux"),
    (Program("pivot_root"), "util-linux"),
    (Program("mount"), "mount"),
    (Program("tar"), "tar"),
];

impl Evidence {
    fn is_there(&self) -> bool {
        match self {
            File(path) => Path::new(path).exists(),
            Program(name) => {
                let path = env::var_os("PATH").unwrap_or_default();
                env::split_paths(&path).any(|directory| directory.join(name).is_file())
            }
        }
    }
}

/// Installs what is missing, as root on Debian; else says which command does.
pub(crate) fn install_missing() -> Result<()> {
    let packages = missing_packages(Evidence::is_there);
    let debian = fs::read_to_string("/etc/os-release").is_ok_and(|release| is_debian(&release));
    let lists = debian && apt::debian_archive()?.is_some();
    if packages.is_empty() && lists {
        return Ok(());
    }
    if !debian {
        let packages = packages.join(", ");
        let what = if packages.is_empty() { String::new() } else { format!(": {packages}") };
        return Err(
            Missing(format!("this machine is not Debian's: use Debian 12 or 13{what}")).into()
        );
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Missing(format!("run this first, as root: {}", commands(&packages))).into());
    }

    eprintln!("set-up: {}", commands(&packages));
    // Third parties' archives may fail here; whether Debian's answered shows below.
    let _ = cmd!("apt-get", "-qq", "update").stdout_to_stderr().run();
    ensure!(
        apt::debian_archive()?.is_some(),
        Missing("apt knows no archive of Debian: add one to its sources".to_owned())
    );
    if !packages.is_empty() {
        let install = ["-qq", "-y", "--no-install-recommends", "install"];
        cmd("apt-get", install.iter().chain(&packages))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin_null()
            .stdout_to_stderr()
            .run()
            .context("apt-get could not install what is missing")?;
    }
    Ok(())
}

fn missing_packages(is_there: impl Fn(&Evidence) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<_> =
        NEEDS.iter().filter(|(evidence, _)| !is_there(evidence)).map(|(_, name)| *name).collect();
    packages.dedup();
    packages
}

/// What to type so that `packages` are there. Lists are fetched anew each time: old ones name
/// versions that mirrors no longer have.
fn commands(packages: &[&str]) -> String {
    let update = "apt-get update";
    if packages.is_empty() {
        return update.to_owned();
    }
    format!("{update} && apt-get install -y --no-install-recommends {}", packages.join(" "))
}

fn is_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| line.trim() == "ID=debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_once_however_many_of_its_programs_are_missing() {
        let without_util_linux =
            |evidence: &Evidence| !matches!(evidence, Program("unshare" | "nsenter" | "mount"));
        assert_eq!(missing_packages(without_util_linux), ["util-linux", "mount"]);
    }

    #[test]
    fn the_command_says_all_there_is_to_type() {
        assert_eq!(commands(&[]), "apt-get update");
        assert_eq!(
            commands(&["mmdebstrap", "mount"]),
            "apt-get update && apt-get install -y --no-install-recommends mmdebstrap mount"
        );
    }

    #[test]
    fn debian_is_told_from_what_derives_from_it() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!is_debian("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
    }
}
