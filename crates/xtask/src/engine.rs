//! The prepared engine: a root file system with Docker Engine 26.1, from Debian 13's packages.
//!
//! The name of its directory is a hash of its definition, so that a changed definition gets a new
//! directory; `current` is a link to the one in use.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use docker_sandbox::{prepared_directory, wait_for_roots};
use sha2::{Digest, Sha256};

use crate::process::{is_root, read, say, succeed};
use crate::setup::Missing;

const SUITE: &str = "trixie";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The engine, slirp4netns for its internet access, and programs that steps of tutorials use.
const PACKAGES: [&str; 22] = [
    "bash",
    "ca-certificates",
    "curl",
    "docker-buildx",
    "docker-cli",
    "docker-compose",
    "docker.io",
    "git",
    "iproute2",
    "iptables",
    "iputils-ping",
    "jq",
    "less",
    "mount",
    "netcat-openbsd",
    "procps",
    "slirp4netns",
    "sudo",
    "tree",
    "unzip",
    "wget",
    "xz-utils",
];

/// Documentation is left out, except licences. So is the address of the mirror: steps can read this
/// file system, and their output is published.
const OPTIONS: [&str; 8] = [
    "--variant=essential",
    "--aptopt=APT::Install-Recommends \"false\"",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--customize-hook=cd \"$1\" && rm -r etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap var/log/apt",
];

/// mmdebstrap mounts the machine's /dev in the new root. In namespaces that end with this process, in
/// whatever way it ends, no mount is left that removing the unfinished directory would descend into.
const SETPRIV_MMDEBSTRAP: [&str; 12] = [
    "--pdeathsig",
    "KILL",
    "unshare",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child=KILL",
    "mmdebstrap",
    "--quiet",
    "--mode=root",
    "--format=directory",
];

/// The arguments of mmdebstrap that determine the content of a root file system.
struct Definition(Vec<String>);

impl Definition {
    fn new(architecture: &str, packages: &[&str]) -> Self {
        let mut words = vec![
            format!("--architectures={architecture}"),
            format!("--include={}", packages.join(",")),
        ];
        words.extend(OPTIONS.map(str::to_owned));
        words.push(SUITE.to_owned());
        Self(words)
    }

    /// A hash in 16 hexadecimal digits, different for each definition.
    fn name(&self) -> String {
        let digest = Sha256::digest(self.0.join("\n"));
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Builds the engine's root file system unless it exists; returns its directory.
pub(crate) fn ensure() -> Result<PathBuf> {
    let engines = prepared_directory().context("there is no home directory: set HOME")?;
    fs::create_dir_all(&engines).with_context(|| format!("cannot create {}", engines.display()))?;
    // A second process waits until the first has built the engine.
    let _lock = wait_for_roots(&engines).context("cannot lock the engines")?;

    let definition = Definition::new(&read("dpkg", &["--print-architecture"])?, &PACKAGES);
    let name = definition.name();
    let directory = engines.join(&name);
    if directory.is_dir() {
        say(&format!("engine: up to date, in {}", directory.display()));
    } else {
        build(&definition, &engines.join(format!("{name}.part")), &directory)?;
    }
    point_current(&engines, &name)?;
    remove_others(&engines, &name)?;
    Ok(directory)
}

fn build(definition: &Definition, part: &Path, directory: &Path) -> Result<()> {
    if !is_root()? {
        return Err(Missing::root().into());
    }
    say(&format!("engine: building a root file system from Debian {SUITE} (about half a minute)"));
    if part.exists() {
        fs::remove_dir_all(part).with_context(|| format!("cannot remove {}", part.display()))?;
    }
    let targets = read(
        "apt-get",
        &[
            "indextargets",
            "--format",
            "$(REPO_URI) $(CODENAME) $(COMPONENT)",
            "Created-By: Packages",
            "Origin: Debian",
        ],
    )?;
    let mirror = mirror(&targets)
        .context("apt has no mirror of Debian: check that `apt-get update` works")?;

    let mut words: Vec<String> = SETPRIV_MMDEBSTRAP.map(str::to_owned).into();
    words.extend(http_settings()?.into_iter().map(|option| format!("--aptopt={option}")));
    words.extend(definition.0.iter().cloned());
    words.push(part.to_string_lossy().into_owned());
    words.push(format!("deb [signed-by={KEYRING}] {mirror} {SUITE} main"));
    succeed("mmdebstrap", &duct::cmd("setpriv", words).stdin_null().stdout_to_stderr())?;
    if !part.join("usr/sbin/dockerd").is_file() {
        bail!("no dockerd in the packages of {SUITE}: they have changed, adapt xtask's engine.rs");
    }
    fs::rename(part, directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    say(&format!("engine: built {}", directory.display()));
    Ok(())
}

/// The first mirror of Debian's main archive in apt's index targets, one per line: URI, codename,
/// component. The archive of security updates does not have a complete suite.
fn mirror(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (uri, codename, component) = (words.next()?, words.next()?, words.next()?);
        (component == "main" && !codename.contains('-')).then_some(uri)
    })
}

/// This machine's settings of apt for HTTP, such as proxies; mmdebstrap does not read them.
fn http_settings() -> Result<Vec<String>> {
    let settings = read(
        "apt-config",
        &["dump", "--format", "%F \"%v\";%n", "Acquire::http", "Acquire::https"],
    )?;
    Ok(settings.lines().filter(|line| !line.ends_with("\"\";")).map(str::to_owned).collect())
}

/// Makes `current` a link to the engine, atomically.
fn point_current(engines: &Path, name: &str) -> Result<()> {
    let current = engines.join("current");
    if fs::read_link(&current).is_ok_and(|target| target == Path::new(name)) {
        return Ok(());
    }
    let new = engines.join("current.part");
    if new.symlink_metadata().is_ok() {
        fs::remove_file(&new).context("cannot remove an unfinished link")?;
    }
    symlink(name, &new)
        .and_then(|()| fs::rename(&new, &current))
        .with_context(|| format!("cannot link {}", current.display()))
}

/// Removes engines of other definitions, and directories of interrupted builds.
fn remove_others(engines: &Path, name: &str) -> Result<()> {
    for entry in fs::read_dir(engines).context("cannot list the engines")? {
        let entry = entry.context("cannot list the engines")?;
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // Also keep the copies of the current one with more packages.
        let file_name = entry.file_name();
        let file_name = file_name.to_string_lossy();
        let is_current = file_name == name || file_name.starts_with(&format!("{name}-"));
        if is_directory && !is_current {
            say(&format!("engine: removing {}", entry.path().display()));
            fs::remove_dir_all(entry.path())
                .with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_main_archive() {
        let targets = "http://a.example/security bookworm-security main\n\
                       http://b.example/debian bookworm-updates main\n\
                       http://b.example/debian bookworm contrib\n\
                       http://b.example/debian bookworm main";
        assert_eq!(mirror(targets), Some("http://b.example/debian"));
        assert_eq!(mirror(""), None);
    }

    #[test]
    fn each_definition_has_its_own_name() {
        let name = |architecture, packages: &[&str]| Definition::new(architecture, packages).name();
        let ours = name("amd64", &["docker.io"]);
        assert_eq!(ours, name("amd64", &["docker.io"]));
        assert_eq!(ours.len(), 16);
        assert_ne!(ours, name("arm64", &["docker.io"]));
        assert_ne!(ours, name("amd64", &["docker.io", "curl"]));
    }

    #[test]
    fn current_is_replaced_and_old_engines_are_removed() {
        let engines = tempfile::tempdir().unwrap();
        let engines = engines.path();
        for name in ["old", "new", "new-tree", "new.part"] {
            fs::create_dir(engines.join(name)).unwrap();
        }
        point_current(engines, "old").unwrap();
        point_current(engines, "new").unwrap();
        remove_others(engines, "new").unwrap();
        assert_eq!(fs::read_link(engines.join("current")).unwrap(), Path::new("new"));
        assert!(engines.join("new").is_dir() && engines.join("new-tree").is_dir());
        assert!(!engines.join("old").exists() && !engines.join("new.part").exists());
    }
}
