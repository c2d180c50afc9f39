//! What the tests of pages need that Debian does not have: axe-core.

use std::fs;

use anyhow::{Context, Result, bail};
use docker_sandbox::cache_directory;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::process::{say, succeed};

/// A package of the Python index that has axe-core in it as Deque publishes it: getting that from its
/// own index takes a package manager that comes with four hundred others.
const PACKAGE: &str = "axe-playwright-python==0.1.8";

/// axe-core 4.12.1 in that package.
const FILE: &str = "axe_playwright_python/axe.min.js";

/// Whatever the index gives, nothing else is run.
const SHA256: &str = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc";

/// Gets axe-core unless it is there.
pub(crate) fn ensure_axe() -> Result<()> {
    let cache = cache_directory().context("there is no home directory: set HOME")?;
    let directory = cache.join("axe-core");
    let kept = directory.join("axe.min.js");
    if fs::read(&kept).is_ok_and(|bytes| is_axe(&bytes)) {
        return Ok(());
    }
    say(&format!("axe-core: getting it from {PACKAGE}"));
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    // In the same file system, so that it is moved as a whole.
    let unpacked = TempDir::new_in(&directory).context("cannot make a temporary directory")?;
    // No dependencies, and nothing that would have to be built: no code of the package runs.
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
        unpacked.path(),
        PACKAGE
    );
    succeed("pip3 install", &pip.stdin_null().stdout_to_stderr())?;
    let file = unpacked.path().join(FILE);
    let bytes = fs::read(&file).with_context(|| format!("{PACKAGE} has no {FILE}"))?;
    if !is_axe(&bytes) {
        bail!("{FILE} in {PACKAGE} is not the file whose checksum we know");
    }
    fs::rename(&file, &kept).with_context(|| format!("cannot write {}", kept.display()))
}

fn is_axe(bytes: &[u8]) -> bool {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digest == SHA256
}
