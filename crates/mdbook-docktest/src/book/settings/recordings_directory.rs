//! Where a book's recordings lie: in the book, beside its sources, and in no other book.

use std::path::{self, Component, Path, PathBuf};

use mdbook_preprocessor::config::Config;

/// The directory of the recordings of the book in `root`, for which its table names `set`. `is_rewritten`
/// says whether `mdbook serve` writes recordings each time that it builds the book.
///
/// # Errors
/// Why it cannot be the one that is named, and what to do.
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
                "`recordings` lies outside of the book, where another book may have its own: \
                 choose a directory in the book",
            )?;
            if is_in_other_book(root, &set) {
                return Err(format!(
                    "`recordings` lies in another book, {}: choose a directory of this one",
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
    // A book whose sources are its own directory has no place beside them. `mdbook serve` builds it
    // once more after recordings were written, and then comes to rest, as nothing new is written.
    if !book.starts_with(&watched) {
        return Err(format!(
            "`recordings` lies in the sources, which `mdbook serve` watches: it would never come to \
             rest; choose a directory beside {}",
            sources.display()
        ));
    }
    if is_rewritten {
        return Err("`run = \"always\"` writes recordings again and again, in sources that \
                    `mdbook serve` watches: it would never come to rest; set `run = \"stale\"`"
            .to_owned());
    }
    Ok(directory)
}

/// The way from a book's directory to a path in its book.toml; none if that leads out of the book.
fn within(root: &Path, path: &Path) -> Option<PathBuf> {
    let full = normal(&root.join(path));
    let inner = full.strip_prefix(normal(root)).ok();
    // An absolute path need not go by the links by which the book was reached.
    let real = || full.strip_prefix(root.canonicalize().ok()?).ok();
    inner.or_else(real).map(Path::to_owned)
}

/// Whether a directory of the book in `root` is one of a book within it.
fn is_in_other_book(root: &Path, directory: &Path) -> bool {
    let inner = directory.ancestors().filter(|inner| !inner.as_os_str().is_empty());
    inner.map(|inner| root.join(inner).join("book.toml")).any(|book_toml| book_toml.is_file())
}

/// The path from the root, without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    // It fails only where there is no current directory.
    let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn directory(src: &str, set: Option<&str>, is_rewritten: bool) -> Result<PathBuf, String> {
        let config = format!("[book]\nsrc = {src:?}").parse::<Config>().unwrap();
        recordings_directory(set.map(Path::new), &config, Path::new("/a/book"), is_rewritten)
    }

    #[test]
    fn they_lie_beside_the_sources_and_in_the_book() {
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
    fn another_directory_is_one_of_the_book() {
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
    fn what_mdbook_serve_watches_is_refused_where_there_is_another_place() {
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
    fn a_book_within_the_book_has_its_own() {
        let book = tempfile::tempdir().unwrap();
        fs::create_dir(book.path().join("inner")).unwrap();
        fs::write(book.path().join("inner/book.toml"), "").unwrap();
        let config = "[book]\nsrc = \"inner/src\"".parse::<Config>().unwrap();
        let of = |set| recordings_directory(set, &config, book.path(), false);
        assert_eq!(of(None).unwrap(), book.path().join("recordings"));
        let error = of(Some(Path::new("inner/proof"))).unwrap_err();
        assert!(error.contains("in another book, inner/proof"), "{error}");
    }
}
