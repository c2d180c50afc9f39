//! Writes the author's files: atomically, and only if they have not changed since they were read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::book::author;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("{} has changed since it was read: nothing was written; try again", .0.display())]
    Changed(PathBuf),
    #[error("cannot write {}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Reads a file that is about to be rewritten.
pub(crate) fn read_again(path: &Path) -> Result<String, WriteError> {
    fs::read_to_string(path).map_err(|source| WriteError::Io { path: path.to_owned(), source })
}

/// Replaces the content of a file, if that is still `old`. Keeps symbolic links and permissions.
pub(crate) fn replace(path: &Path, old: impl AsRef<[u8]>, new: &str) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    if fs::read(path).map_err(failed)? != old.as_ref() {
        return Err(WriteError::Changed(path.to_owned()));
    }
    write(path, new).map_err(failed)
}

/// Creates a file and its parent directories. Fails if the file exists.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), WriteError> {
    let create = || {
        let directory = path.parent().unwrap_or(Path::new("/"));
        author::create_directories(directory)?;
        // The default for a new file, which the umask reduces.
        let permissions = fs::Permissions::from_mode(0o666);
        let mut new = Builder::new().permissions(permissions).tempfile_in(directory)?;
        new.write_all(text.as_bytes())?;
        author::give(new.as_file())?;
        new.as_file().sync_all()?;
        new.persist_noclobber(path)?;
        Ok(())
    };
    create().map_err(|source| WriteError::Io { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let file = path.canonicalize()?;
    let directory = file.parent().unwrap_or(Path::new("/"));
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(fs::metadata(&file)?.permissions())?;
    author::give(new.as_file())?;
    new.as_file().sync_all()?;
    new.persist(&file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn replacing_a_file_keeps_its_permissions_and_links() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("a.md"), directory.path().join("b.md"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.md", &link).unwrap();
        replace(&link, "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn a_new_file_has_default_permissions_and_replaces_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let (file, other) = (directory.path().join("a/b/c.css"), directory.path().join("other"));
        create(&file, "new").unwrap();
        fs::write(&other, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&other));
        create(&file, "newer").unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn a_file_is_read_without_changes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.md");
        fs::write(&file, "\u{feff}a\r\n").unwrap();
        assert_eq!(read_again(&file).unwrap(), "\u{feff}a\r\n");
        let gone = read_again(&directory.path().join("b.md")).unwrap_err().to_string();
        assert!(gone.contains("b.md: No such file"), "{gone}");
    }

    #[test]
    fn a_changed_file_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.md");
        fs::write(&file, "newer").unwrap();
        let error = replace(&file, "old", "new").unwrap_err().to_string();
        assert!(error.ends_with("nothing was written; try again"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    }
}
