//! Which repository the current directory is in.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::report::github::Checkout;

/// The repository of the current directory: what a workflow of GitHub has checked out, if that contains it, else the
/// nearest one. Without a repository, the directory is taken for its root.
pub(super) fn checkout() -> Result<Checkout> {
    let directory = env::current_dir().context("cannot find the current directory")?;
    let workspace = env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let workspace = workspace.and_then(|workspace| workspace.canonicalize().ok());
    let contains = |root: &PathBuf| directory.starts_with(root);
    let is_root = |directory: &&Path| directory.join(".git").exists();
    let root = workspace
        .filter(contains)
        .or_else(|| directory.ancestors().find(is_root).map(Path::to_owned))
        .unwrap_or_else(|| directory.clone());
    Ok(Checkout { root, directory })
}
