//! The prepared root file system of each suite, and the version of Docker Engine in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Suite;

/// The package of the engine.
const PACKAGE: &str = "Package: docker.io";

/// The prepared root file system of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteRoot {
    /// The suite.
    pub suite: Suite,
    /// The link that leads to it.
    pub path: PathBuf,
    /// The version that its Docker Engine reports: `26.1.5+dfsg1`.
    pub version: String,
}

/// Returns the root file systems that are prepared, from the oldest suite. `engines` is the directory of prepared
/// roots: see [`crate::prepared_directory`].
///
/// # Errors
/// When the list of packages of one cannot be read, or does not have the engine.
pub fn suite_roots(engines: &Path) -> io::Result<Vec<SuiteRoot>> {
    let mut roots = Vec::new();
    for suite in Suite::ALL {
        let path = engines.join(suite.link());
        if !path.is_dir() {
            continue;
        }
        let status = path.join("var/lib/dpkg/status");
        let packages = fs::read_to_string(&status)?;
        let no_engine = || io::Error::other(format!("no `docker.io` in {}", status.display()));
        let version = installed_version(&packages).ok_or_else(no_engine)?;
        roots.push(SuiteRoot { suite, path, version: version.to_owned() });
    }
    Ok(roots)
}

/// The upstream version of the engine in dpkg's list of packages, without Debian's epoch and revision
/// (deb-version(7)).
fn installed_version(packages: &str) -> Option<&str> {
    let mut paragraphs = packages.split("\n\n");
    let package = paragraphs.find(|paragraph| paragraph.lines().next() == Some(PACKAGE))?;
    let version = package.lines().find_map(|line| line.strip_prefix("Version: "))?;
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    Some(version.rsplit_once('-').map_or(version, |(upstream, _)| upstream))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Makes a root file system with these packages.
    fn prepare(engines: &Path, suite: Suite, packages: &str) {
        let root = engines.join(format!("root-{suite}"));
        fs::create_dir_all(root.join("var/lib/dpkg")).unwrap();
        fs::write(root.join("var/lib/dpkg/status"), packages).unwrap();
        symlink(&root, engines.join(suite.link())).unwrap();
    }

    #[test]
    fn the_prepared_suites_are_listed_with_their_engines() {
        let engines = tempfile::tempdir().unwrap();
        let engines = engines.path();
        assert_eq!(suite_roots(engines).unwrap(), []);
        let trixie = "Package: docker-cli\nVersion: 1-1\n\nPackage: docker.io\nStatus: install ok installed\n\
                      Source: docker.io (26.1.5+dfsg1-9)\nVersion: 26.1.5+dfsg1-9+deb13u1+b1\n\nPackage: git\n";
        prepare(engines, Suite::Trixie, trixie);
        prepare(engines, Suite::Bookworm, "Package: docker.io\nVersion: 1:20.10.24+dfsg1-1\n");
        // Removed by hand.
        symlink("none", engines.join(Suite::Sid.link())).unwrap();
        let root = |suite: Suite, version: &str| SuiteRoot {
            suite,
            path: engines.join(suite.link()),
            version: version.to_owned(),
        };
        let expected =
            [root(Suite::Bookworm, "20.10.24+dfsg1"), root(Suite::Trixie, "26.1.5+dfsg1")];
        assert_eq!(suite_roots(engines).unwrap(), expected);
    }

    #[test]
    fn a_root_without_an_engine_is_an_error() {
        let engines = tempfile::tempdir().unwrap();
        prepare(engines.path(), Suite::Trixie, "Package: git\nVersion: 1\n");
        let error = suite_roots(engines.path()).unwrap_err().to_string();
        assert!(error.starts_with("no `docker.io` in "), "{error}");
    }
}
