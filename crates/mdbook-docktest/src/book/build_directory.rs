//! The directory that mdBook empties before it writes pages.

use std::path::{Component, Path, PathBuf};

use mdbook_preprocessor::config::Config;

/// A book whose sources would be deleted by building it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the sources in {} lie inside of the build directory {}, which mdBook empties: \
     set `build.build-dir` in book.toml to another directory, for example \"target/book\"",
    .sources.display(), .build.display()
)]
pub(crate) struct SourcesInBuildDirectory {
    sources: PathBuf,
    build: PathBuf,
}

/// Refuses a book whose sources lie where mdBook empties the directory before it writes. `config` is
/// that of the book in `root`.
///
/// # Errors
/// If so.
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

/// The path without `.` and `..`. Links are followed where the path exists.
fn normal(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
