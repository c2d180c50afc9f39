//! The directory of a book's recordings: inside the book, beside its sources, and not in another book.

use std::path::{self, Path, PathBuf};

use mdbook_preprocessor::config::Config;

use crate::book::lexical_path::normalized;

/// The directory of the recordings of the book in `root`. `set` is the setting `recordings`;
/// `is_rewritten` says whether each build by `mdbook serve` writes recordings.
///
/// # Errors
/// A message if the settings are not valid, with the remedy.
pub(super) fn recordings_directory(
    set: Option<&Path>,
    config: &Config,
    root: &Path,
    is_rewritten: bool,
) -> Result<PathBuf, String> {
    let sources = &config.book.src;
    let directory = match set {
        None => {
            let sources = within(root, sources).unwrap_or_default();
            let beside = sources.parent().filter(|beside| !is_in_other_book(root, beside));
            beside.unwrap_or(Path::new("")).join("recordings")
        }
        Some(set) => {
            let set = within(root, set).ok_or(
                "`recordings` is outside of the book, where another book could use it too: \
                 choose a directory in the book",
            )?;
            if is_in_other_book(root, &set) {
                return Err(format!(
                    "`recordings` is in another book, {}: choose a directory of this book",
                    set.display()
                ));
            }
            set
        }
    };
    let directory = root.join(directory);
    let (watched, book) = (normal(&root.join(sources)), normal(root));
    if !normal(&directory).starts_with(&watched) {
        return Ok(directory);
    }
    // If the sources are the book's own directory, nothing in the book is beside them. After recordings
    // were written, `mdbook serve` builds the book once more, which writes nothing.
    if !book.starts_with(&watched) {
        return Err(format!(
            "`recordings` is inside the source directory, which `mdbook serve` watches: every build \
             would trigger the next; choose a directory beside {}",
            sources.display()
        ));
    }
    if is_rewritten {
        return Err("`run = \"always\"` writes recordings in every build, and they are inside the source \
                    directory, which `mdbook serve` watches: every build would trigger the next; set \
                    `run = \"stale\"`"
            .to_owned());
    }
    Ok(directory)
}

/// A path in book.toml, relative to the book's directory; `None` if it is outside of the book.
fn within(root: &Path, path: &Path) -> Option<PathBuf> {
    let full = normal(&root.join(path));
    let inner = full.strip_prefix(normal(root)).ok();
    // `root` can contain symbolic links that an absolute path does not.
    let real = || full.strip_prefix(root.canonicalize().ok()?).ok();
    inner.or_else(real).map(Path::to_owned)
}

/// Whether a directory of the book in `root` is part of a book inside it.
fn is_in_other_book(root: &Path, directory: &Path) -> bool {
    let inner = directory.ancestors().filter(|inner| !inner.as_os_str().is_empty());
    inner.map(|inner| root.join(inner).join("book.toml")).any(|book_toml| book_toml.is_file())
}

/// The absolute path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    // It fails only if the current directory does not exist.
    let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    normalized(&path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn directory(src: &str, set: Option<&str>, is_rewritten: bool) -> Result<PathBuf, String> {
        let config = format!("[book]\nsrc = {src:?}").parse::<Config>().unwrap();
        recordings_directory(set.map(Path::new), &config, Path::new("/a/book"), is_rewritten)
    }

    #[test]
    fn recordings_are_beside_the_sources_and_in_the_book() {
        for (src, expected) in [
            ("src", "/a/book/recordings"),
            ("./src/", "/a/book/recordings"),
            ("course/src", "/a/book/course/recordings"),
            ("/a/book/course/src", "/a/book/course/recordings"),
            (".", "/a/book/recordings"),
            ("", "/a/book/recordings"),
            ("./", "/a/book/recordings"),
            ("src/..", "/a/book/recordings"),
            ("../elsewhere", "/a/book/recordings"),
            ("..", "/a/book/recordings"),
            ("/elsewhere/src", "/a/book/recordings"),
        ] {
            assert_eq!(directory(src, None, false).unwrap(), Path::new(expected), "{src:?}");
        }
    }

    #[test]
    fn another_directory_must_be_in_the_book() {
        for (src, set, expected) in [
            ("src", "proof", "/a/book/proof"),
            ("src", "./a/../proof/", "/a/book/proof"),
            ("src", "/a/book/proof", "/a/book/proof"),
            ("src", ".", "/a/book"),
            (".", "proof", "/a/book/proof"),
        ] {
            assert_eq!(directory(src, Some(set), false).unwrap(), Path::new(expected), "{set:?}");
        }
        for set in ["../proof", "..", "/proof", "proof/../../book-2"] {
            let error = directory("src", Some(set), false).unwrap_err();
            assert!(error.ends_with("choose a directory in the book"), "{set:?}: {error}");
        }
    }

    #[test]
    fn a_watched_directory_is_refused_if_another_is_possible() {
        for set in ["src", "src/recordings", "x/../src/recordings", "/a/book/src"] {
            let error = directory("src", Some(set), false).unwrap_err();
            assert!(error.ends_with("choose a directory beside src"), "{set:?}: {error}");
        }
        assert_eq!(directory("src", None, true).unwrap(), Path::new("/a/book/recordings"));
        for (src, set) in [(".", None), ("..", None), (".", Some("proof"))] {
            let error = directory(src, set, true).unwrap_err();
            assert!(error.ends_with("set `run = \"stale\"`"), "{src:?}: {error}");
        }
    }

    #[test]
    fn a_book_inside_the_book_has_its_own_recordings() {
        let book = tempfile::tempdir().unwrap();
        fs::create_dir(book.path().join("inner")).unwrap();
        fs::write(book.path().join("inner/book.toml"), "").unwrap();
        let config = "[book]\nsrc = \"inner/src\"".parse::<Config>().unwrap();
        let directory = |set| recordings_directory(set, &config, book.path(), false);
        assert_eq!(directory(None).unwrap(), book.path().join("recordings"));
        let error = directory(Some(Path::new("inner/proof"))).unwrap_err();
        assert!(error.contains("in another book, inner/proof"), "{error}");
    }
}
