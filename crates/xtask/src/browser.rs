//! axe-core, which the tests of pages need and Debian does not package.

use std::fs;

use anyhow::{Context, Result, bail};
use docker_sandbox::cache_directory;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::process::{say, succeed};

/// A package of the Python index that contains axe-core as Deque publishes it. Installing it from npm
/// would need npm, which depends on four hundred Debian packages.
const PACKAGE: &str = "axe-playwright-python==0.1.8";

/// axe-core 4.12.1 in that package.
const FILE: &str = "axe_playwright_python/axe.min.js";

/// The checksum of that file: nothing else is run, whatever the index provides.
const SHA256: &str = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc";

/// Downloads axe-core, unless this user's cache has it.
pub(crate) fn ensure_axe() -> Result<()> {
    let cache = cache_directory().context("there is no home directory: set HOME")?;
    let directory = cache.join("axe-core");
    let kept = directory.join("axe.min.js");
    if fs::read(&kept).is_ok_and(|bytes| is_axe(&bytes)) {
        return Ok(());
    }
    say(&format!("axe-core: downloading {PACKAGE}"));
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    // In the same file system, so that the file is renamed, which is atomic.
    let unpacked = TempDir::new_in(&directory).context("cannot create a temporary directory")?;
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
        unpacked.path(),
        PACKAGE
    );
    succeed("pip3 install", &pip.stdin_null().stdout_to_stderr())?;
    let file = unpacked.path().join(FILE);
    let bytes = fs::read(&file).with_context(|| format!("{PACKAGE} has no {FILE}"))?;
    if !is_axe(&bytes) {
        bail!("wrong checksum of {FILE} in {PACKAGE}: expected {SHA256}");
    }
    fs::rename(&file, &kept).with_context(|| format!("cannot write {}", kept.display()))
}

fn is_axe(bytes: &[u8]) -> bool {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digest == SHA256
}
