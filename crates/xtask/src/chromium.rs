//! Running Chromium without a window.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::succeed;

/// Opens a page, and does what the flags say.
///
/// # Errors
/// When Chromium is not installed, or fails.
pub(crate) fn chromium(page: &Path, flags: &[String]) -> Result<()> {
    // Its own profile: another Chromium may be running.
    let profile = tempfile::tempdir().context("cannot create a temporary directory")?;
    let own = [
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
        // Time in the page for its scripts and fonts, in milliseconds.
        "--virtual-time-budget=20000".to_owned(),
    ];
    let url = format!("file://{}", page.display());
    let words = own.iter().chain(flags).chain([&url]);
    // It reports on services that a machine without a desktop does not have.
    let run = duct::cmd("chromium", words).stdin_null().stdout_null().stderr_null();
    succeed("chromium", &run)
}
