//! The directory that mdBook empties before it writes pages.

use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::Config;

use super::lexical_path::normalized;

/// A build would delete the sources of the book.
#[derive(Debug, thiserror::Error)]
#[error(
    "the sources in {} are inside the build directory {}, which mdBook empties: \
     set `build.build-dir` in book.toml to another directory, e.g. \"target/book\"",
    .sources.display(), .build.display()
)]
pub(crate) struct SourcesInBuildDirectory {
    sources: PathBuf,
    build: PathBuf,
}

/// Checks that the sources of the book in `root` are not inside the directory that mdBook empties before
/// it writes pages.
///
/// # Errors
/// If they are inside it.
pub(crate) fn check_build_directory(
    root: &Path,
    config: &Config,
) -> Result<(), SourcesInBuildDirectory> {
    let sources = normal(&root.join(&config.book.src));
    let build = normal(&root.join(&config.build.build_dir));
    if sources.starts_with(&build) {
        return Err(SourcesInBuildDirectory { sources, build });
    }
    Ok(())
}

/// The path without `.` and `..`, with symbolic links resolved if it exists.
fn normal(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    normalized(path)
}
