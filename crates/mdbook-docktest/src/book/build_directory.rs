//! The directory that mdBook empties before it writes pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::Config;
use serde::de::IgnoredAny;

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

/// The directory of the pages, relative to the book. With several renderers, mdBook gives each one of its own.
pub(crate) fn pages_directory(config: &Config) -> PathBuf {
    let built = &config.build.build_dir;
    let outputs: Result<BTreeMap<String, IgnoredAny>, _> = config.outputs();
    let has_several = outputs.is_ok_and(|outputs| outputs.len() > 1);
    if has_several { built.join("html") } else { built.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_a_directory_of_their_own_beside_other_renderers() {
        let pages = |text: &str| pages_directory(&text.parse().unwrap());
        assert_eq!(pages(""), Path::new("book"));
        let book = "[build]\nbuild-dir = \"target/book\"\n[output.html]\n";
        assert_eq!(pages(book), Path::new("target/book"));
        let renderers = "[output.markdown]\n[output.epub]\noptional = true\n";
        assert_eq!(pages(&format!("{book}{renderers}")), Path::new("target/book/html"));
    }
}
