//! Root file systems with more Debian packages than the prepared one.
//!
//! Each set of packages has a copy of its own, which is made once. It is a prepared root like any other,
//! and lies beside them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::prepared::wait_for_roots;
use crate::root::check_system;
use crate::{EngineRoot, Error};

const SCRIPT: &str = include_str!("packages.sh");

/// The arguments of `setpriv` that run what follows them in namespaces that end with this process, in whatever way it
/// ends.
pub(crate) const IN_NAMESPACES: [&str; 8] = [
    "--pdeathsig",
    "KILL",
    "unshare",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child=KILL",
];

impl EngineRoot {
    /// Returns a root that also has these Debian packages, without those that they recommend. `engines`
    /// is the directory of prepared roots (see [`crate::prepared_directory`]). `announce` is called if
    /// the packages have to be installed first, which needs `apt` and root.
    ///
    /// # Errors
    /// When the root is the machine's own, whose packages the author installs; when a package does not
    /// exist, or cannot be downloaded or installed.
    pub fn with_packages(
        &self,
        packages: &[String],
        engines: &Path,
        announce: impl FnOnce(),
    ) -> Result<Self, Error> {
        let mut packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        packages.sort_unstable();
        packages.dedup();
        let installed = installed(self.directory());
        packages.retain(|package| !installed.contains(*package));
        if packages.is_empty() {
            return Ok(self.clone());
        }
        check_system()?;
        let Self::Prepared(base) = self else {
            let packages = packages.iter().map(|package| (*package).to_owned()).collect();
            return Err(Error::PackagesOfMachine { packages });
        };
        let base = fs::canonicalize(base)
            .map_err(Error::io(format!("reading the root file system {}", base.display())))?;
        let directory = engines.join(name(&base, &packages)?);
        if directory.is_dir() {
            return Ok(Self::Prepared(directory));
        }
        fs::create_dir_all(engines)
            .map_err(Error::io(format!("creating the directory {}", engines.display())))?;
        // A second process waits until the first has installed them.
        let lock = wait_for_roots(engines)
            .map_err(Error::io(format!("locking the directory {}", engines.display())))?;
        if !directory.is_dir() {
            announce();
            install(&base, &packages, engines, &directory)?;
        }
        drop(lock);
        Ok(Self::Prepared(directory))
    }
}

/// The packages that are installed in a root, as far as dpkg knows.
fn installed(root: &Path) -> BTreeSet<String> {
    let status = fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap_or_default();
    let field = |stanza: &str, name: &str| {
        stanza.lines().find_map(|line| Some(line.strip_prefix(name)?.to_owned()))
    };
    let is_installed = |stanza: &&str| {
        field(stanza, "Status: ").is_some_and(|status| status.ends_with(" installed"))
    };
    let stanzas = status.split("\n\n").filter(is_installed);
    stanzas.filter_map(|stanza| field(stanza, "Package: ")).collect()
}

/// The name of a root's copy with these packages. It begins with the name of the root.
fn name(base: &Path, packages: &[&str]) -> Result<OsString, Error> {
    let status = base.join("var/lib/dpkg/status");
    // A root can be made again in the same directory.
    let installed = fs::read(&status)
        .map_err(Error::io(format!("reading the packages of a root, {}", status.display())))?;
    let mut hash = Sha256::new();
    hash.update(installed);
    packages.iter().for_each(|package| hash.update(format!("\n{package}")));
    let digits: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mut name = base.file_name().unwrap_or_default().to_owned();
    name.push(format!("-{digits}"));
    Ok(name)
}

/// Copies a root, and installs packages in the copy.
fn install(base: &Path, packages: &[&str], engines: &Path, directory: &Path) -> Result<(), Error> {
    let failed = |reason: String| Error::PackagesNotInstalled {
        packages: packages.iter().map(|package| (*package).to_owned()).collect(),
        reason,
    };
    // What a kill leaves is listed as another root, and removed as such.
    let part = tempfile::Builder::new()
        .prefix("packages-")
        .tempdir_in(engines)
        .map_err(Error::io(format!("creating a directory in {}", engines.display())))?;
    let (root, work) = (part.path().join("root"), part.path().join("work"));
    fs::create_dir(&work).map_err(Error::io("creating a directory for packages"))?;
    let copied = duct::cmd!("cp", "-a", "--reflink=auto", base, &root);
    run(&copied).map_err(&failed)?;

    let mut words: Vec<OsString> = IN_NAMESPACES.map(OsString::from).into();
    words.extend(["sh", "-c", SCRIPT, "install-packages"].map(OsString::from));
    words.extend([root.clone().into(), work.into()]);
    words.extend(packages.iter().map(OsString::from));
    run(&duct::cmd("setpriv", words)).map_err(&failed)?;
    fs::rename(&root, directory)
        .map_err(Error::io(format!("creating the directory {}", directory.display())))
}

/// Runs a command; the error is the line of its output that says most.
fn run(command: &duct::Expression) -> Result<(), String> {
    let output = command.stdin_null().stderr_to_stdout().stdout_capture().unchecked().run();
    let output = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err("`setpriv` not found".to_owned());
        }
        Err(error) => return Err(error.to_string()),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let error = lines.clone().find_map(|line| line.strip_prefix("E: "));
    Err(error.or_else(|| lines.next_back()).unwrap_or("no output").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with a root `base` that has no packages.
    fn engines() -> (tempfile::TempDir, EngineRoot) {
        let engines = tempfile::tempdir().unwrap();
        let base = engines.path().join("base");
        fs::create_dir_all(base.join("var/lib/dpkg")).unwrap();
        fs::write(base.join("var/lib/dpkg/status"), "").unwrap();
        (engines, EngineRoot::Prepared(base))
    }

    fn words(packages: &[&str]) -> Vec<String> {
        packages.iter().map(|package| (*package).to_owned()).collect()
    }

    #[test]
    fn without_packages_the_root_is_the_same() {
        let (engines, base) = engines();
        let same = base.with_packages(&[], engines.path(), || panic!("nothing to install"));
        assert_eq!(same.unwrap(), base);
    }

    #[test]
    fn a_root_with_these_packages_is_used_again_in_any_order_and_until_the_base_changes() {
        let (engines, base) = engines();
        let known = engines.path().join(name(base.directory(), &["a", "b"]).unwrap());
        fs::create_dir(&known).unwrap();
        for same in [&["a", "b"][..], &["b", "a", "b"]] {
            let found = base.with_packages(&words(same), engines.path(), || panic!("installed"));
            assert_eq!(found.unwrap(), EngineRoot::Prepared(known.clone()));
        }
        fs::write(base.directory().join("var/lib/dpkg/status"), "Package: new\n").unwrap();
        assert_ne!(known.file_name(), Some(&*name(base.directory(), &["a", "b"]).unwrap()));
    }

    #[test]
    fn installed_packages_are_not_installed_again() {
        let (engines, base) = engines();
        let status = "Package: tree\nStatus: install ok installed\n\n\
                      Package: nmap\nStatus: deinstall ok config-files\n";
        fs::write(base.directory().join("var/lib/dpkg/status"), status).unwrap();
        let same = base.with_packages(&words(&["tree"]), engines.path(), || panic!("installed"));
        assert_eq!(same.unwrap(), base);
        assert_eq!(installed(base.directory()), BTreeSet::from(["tree".to_owned()]));
    }

    #[test]
    fn the_packages_of_the_machine_are_the_authors() {
        let (engines, _) = engines();
        let error = EngineRoot::Machine
            .with_packages(&words(&["no-such"]), engines.path(), || ())
            .unwrap_err();
        assert!(error.to_string().contains("`no-such`"), "{error}");
    }

    #[test]
    fn what_is_unfinished_is_removed() {
        let (engines, base) = engines();
        let mut announced = false;
        let error = base
            .with_packages(&words(&["no-such-package"]), engines.path(), || announced = true)
            .unwrap_err();
        assert!(announced && error.to_string().contains("`no-such-package`"), "{error}");
        let left: Vec<_> =
            fs::read_dir(engines.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
