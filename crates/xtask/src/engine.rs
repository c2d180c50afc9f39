//! The prepared engine: a root file system with Docker Engine from Debian's packages.
//!
//! It is a directory of its own in [`docker_sandbox::prepared_directory`], named after a hash of
//! its definition; `current` next to it is a link to the one in use. It is built under another
//! name and moved into place, so that whatever has a hash for a name is whole. Everything that
//! changes the directory does so under a lock.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, bail};
use duct::cmd;
use sha2::{Digest, Sha256};

use crate::apt;
use crate::setup::Missing;

/// Debian 13 has Docker Engine 26.1. Debian 12's is 20.10, for which `docker volume prune` still
/// means every unused volume.
const SUITE: &str = "trixie";

const PACKAGES: &[&str] = &[
    "bash",
    "ca-certificates",
    "curl",
    "docker-cli",
    "docker.io",
    "iproute2",
    "iptables",
    "mount",
    "procps",
    "slirp4netns",
];

/// No manuals, no translations; licences stay. No trace of where the packages came from either:
/// steps can read this file system, and pages are published.
const OPTIONS: &[&str] = &[
    "--variant=essential",
    "--aptopt=APT::Install-Recommends \"false\"",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--customize-hook=cd \"$1\" && rm -r etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap var/log/apt",
];

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The link to the root file system in use; docker-sandbox looks for it.
const CURRENT: &str = "current";
const LOCK: &str = "lock";

/// What a root file system is made of, as arguments of mmdebstrap.
struct Definition(Vec<String>);

impl Definition {
    fn new(architecture: &str, packages: &[&str]) -> Self {
        let mut arguments = vec![
            format!("--architectures={architecture}"),
            format!("--include={}", packages.join(",")),
        ];
        arguments.extend(OPTIONS.iter().map(ToString::to_string));
        arguments.push(SUITE.to_owned());
        Self(arguments)
    }

    /// A name for what comes out of it, short enough to read.
    fn name(&self) -> String {
        let digest = Sha256::digest(self.0.join("\n"));
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Makes the root file system, unless it is there.
pub(crate) fn prepare() -> Result<()> {
    let directory = docker_sandbox::prepared_directory()
        .context("there is no place for the engine: set HOME or XDG_CACHE_HOME")?;
    let in_directory = || format!("preparing the engine in {}", directory.display());
    fs::create_dir_all(&directory).with_context(in_directory)?;
    let _lock = lock(&directory).with_context(in_directory)?;

    let definition = Definition::new(&apt::architecture()?, PACKAGES);
    let name = definition.name();
    let root = directory.join(&name);
    if root.is_dir() {
        eprintln!("engine: {} is up to date", root.display());
    } else {
        build(&definition, &directory, &root)?;
        eprintln!("engine: {} is ready", root.display());
    }
    make_current(&directory, &name).with_context(in_directory)?;
    remove_others(&directory, &name).with_context(in_directory)
}

/// Waits until no other process changes what is in `directory`, and keeps others out for as long
/// as the file is open.
fn lock(directory: &Path) -> Result<File> {
    let file = File::create(directory.join(LOCK))?;
    if file.try_lock().is_err() {
        eprintln!("engine: waiting for another process that prepares it");
        file.lock()?;
    }
    Ok(file)
}

fn build(definition: &Definition, directory: &Path, root: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        bail!(Missing("preparing and running the engine needs root: run this as root".to_owned()));
    }
    let archive = apt::debian_archive()?.context("apt has no index of Debian's archive")?;
    eprintln!("engine: making {} from Debian's packages, in about half a minute", root.display());

    let unfinished = tempfile::Builder::new().prefix("unfinished-").tempdir_in(directory)?;
    // mmdebstrap mounts the machine's /dev inside. In namespaces that end with this process,
    // nothing of that can be left behind, for a removal to walk into.
    let mut words: Vec<String> =
        "setpriv --pdeathsig KILL unshare --mount --pid --mount-proc --fork --kill-child=KILL \
         mmdebstrap --quiet --mode=root --format=directory"
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect();
    words.extend(apt::way_out()?.into_iter().map(|setting| format!("--aptopt={setting}")));
    words.extend(definition.0.iter().cloned());
    let built = unfinished.path().join("root");
    words.push(built.to_str().context("the cache directory's name is not Unicode")?.to_owned());
    words.push(format!("deb [signed-by={KEYRING}] {archive} {SUITE} main"));
    let output = cmd(&words[0], &words[1..])
        .env("LC_ALL", "C.UTF-8")
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .context("`setpriv` could not be started")?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stdout);
        bail!("mmdebstrap could not make the engine ({}):\n{log}", output.status);
    }
    fs::rename(&built, root)?;
    Ok(())
}

/// Points `current` to `name`, without a moment in which there is none.
fn make_current(directory: &Path, name: &str) -> std::io::Result<()> {
    let current = directory.join(CURRENT);
    if fs::read_link(&current).is_ok_and(|target| target == Path::new(name)) {
        return Ok(());
    }
    let next = directory.join("next");
    match fs::remove_file(&next) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => symlink(name, &next)?,
    }
    fs::rename(next, current)
}

/// Removes earlier root file systems, and what stopped builds have left.
fn remove_others(directory: &Path, name: &str) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if [CURRENT, LOCK, name].iter().any(|kept| entry.file_name() == *kept) {
            continue;
        }
        eprintln!("engine: removing {}", entry.path().display());
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_definition_has_another_name() {
        let name = |architecture, packages: &[&str]| Definition::new(architecture, packages).name();
        let ours = name("amd64", &["docker.io"]);
        assert_eq!(ours, name("amd64", &["docker.io"]));
        assert_eq!(ours.len(), 16);
        assert_ne!(ours, name("arm64", &["docker.io"]));
        assert_ne!(ours, name("amd64", &["docker.io", "curl"]));
    }

    #[test]
    fn current_is_a_relative_link_that_can_be_replaced() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["first", "second", "second"] {
            make_current(directory.path(), name).unwrap();
            assert_eq!(fs::read_link(directory.path().join(CURRENT)).unwrap(), Path::new(name));
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_the_one_in_use_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["old", "unfinished-1/root", "used"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), path("next")).unwrap();
        fs::write(path(LOCK), "").unwrap();
        make_current(directory.path(), "used").unwrap();

        remove_others(directory.path(), "used").unwrap();

        let entries = fs::read_dir(directory.path()).unwrap();
        let mut left: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [CURRENT, LOCK, "used"]);
        assert!(elsewhere.path().exists());
    }
}
