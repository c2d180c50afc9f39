//! The prepared root file systems of engines: which there are, and removing them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The link to the root file system that engines are started from.
pub(crate) const CURRENT: &str = "current";

/// A lock on this file is held while a root file system is prepared.
const LOCK: &str = ".lock";

/// A prepared root file system, or an unfinished one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedRoot {
    /// Its directory.
    pub path: PathBuf,
    /// Whether engines are started from it by default.
    pub is_current: bool,
    /// The links that lead to it: `current`, and one by the name of its suite.
    links: Vec<PathBuf>,
}

impl PreparedRoot {
    /// Whether a link leads to it: it is the current one, or the one of a suite.
    pub fn is_linked(&self) -> bool {
        !self.links.is_empty()
    }

    /// Whether it is a copy of another one, with more packages: see [`crate::EngineRoot::with_packages`].
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        let name = |root: &Self| root.path.file_name().map(|name| name.as_encoded_bytes().to_vec());
        let (Some(name), Some(other)) = (name(self), name(other)) else { return false };
        name.strip_prefix(&*other).is_some_and(|rest| rest.starts_with(b"-"))
    }

    /// Whether an engine runs from it. `false` if this process may not read it.
    pub fn is_in_use(&self) -> bool {
        File::open(&self.path)
            .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Removes it, unless an engine runs from it. To be called with the lock of [`lock_roots`]. Returns
    /// whether it is removed.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove(&self) -> io::Result<bool> {
        let lock = File::open(&self.path)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(false),
            // On a file system without locks, no engine can say that it uses one.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        // Moved away first, so that no engine starts from a part of it. What a kill leaves is listed as
        // another root file system.
        let engines = self.path.parent().unwrap_or(&self.path);
        let grave = tempfile::Builder::new().prefix("removed-").tempdir_in(engines)?;
        fs::rename(&self.path, grave.path().join("root"))?;
        drop(lock);
        // Those that lead to another one by now stay.
        for link in self.links.iter().filter(|link| link.is_symlink() && !link.exists()) {
            fs::remove_file(link)?;
        }
        grave.close()?;
        Ok(true)
    }
}

/// The root file systems in [`crate::prepared_directory`], sorted by name; none if there is no such
/// directory.
///
/// # Errors
/// When the directory cannot be listed.
pub fn prepared_roots(engines: &Path) -> io::Result<Vec<PreparedRoot>> {
    let entries = match fs::read_dir(engines) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let (mut roots, mut links) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            roots.push(PreparedRoot { path, is_current: false, links: Vec::new() });
        } else if kind.is_symlink() {
            links.push(path);
        }
    }
    links.sort();
    for link in links {
        // One that leads nowhere belongs to none.
        let Ok(target) = fs::canonicalize(&link) else { continue };
        let is_target = |root: &&mut PreparedRoot| {
            fs::canonicalize(&root.path).is_ok_and(|path| path == target)
        };
        if let Some(root) = roots.iter_mut().find(is_target) {
            root.is_current |= link.file_name().is_some_and(|name| name == CURRENT);
            root.links.push(link);
        }
    }
    roots.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(roots)
}

/// Locks the directory of the root file systems, until the file is closed: none is prepared meanwhile.
/// Returns `None` if one is being prepared now.
///
/// # Errors
/// When the lock file cannot be written.
pub fn lock_roots(engines: &Path) -> io::Result<Option<File>> {
    let lock = File::create(engines.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// As [`lock_roots`], but waits while a root is being prepared.
///
/// # Errors
/// When the lock file cannot be written.
pub(crate) fn wait_for_roots(engines: &Path) -> io::Result<File> {
    let lock = File::create(engines.join(LOCK))?;
    lock.lock()?;
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::EngineRoot;

    fn fixture() -> tempfile::TempDir {
        let engines = tempfile::tempdir().unwrap();
        for name in ["old", "new", "stopped.part"] {
            fs::create_dir_all(engines.path().join(name).join("usr/sbin")).unwrap();
        }
        for (root, link) in [("new", CURRENT), ("new", "suite-trixie"), ("old", "suite-bookworm")] {
            symlink(root, engines.path().join(link)).unwrap();
        }
        symlink("none", engines.path().join("suite-sid")).unwrap();
        engines
    }

    fn names(roots: &[PreparedRoot]) -> Vec<&str> {
        roots.iter().map(|root| root.path.file_name().unwrap().to_str().unwrap()).collect()
    }

    #[test]
    fn root_file_systems_are_listed_and_removed() {
        let directory = fixture();
        let engines = directory.path();
        assert_eq!(prepared_roots(&engines.join("none")).unwrap(), []);
        let roots = prepared_roots(engines).unwrap();
        assert_eq!(names(&roots), ["new", "old", "stopped.part"]);
        let current: Vec<bool> = roots.iter().map(|root| root.is_current).collect();
        assert_eq!(current, [true, false, false]);
        let linked: Vec<bool> = roots.iter().map(PreparedRoot::is_linked).collect();
        assert_eq!(linked, [true, true, false]);
        assert!(roots[1].remove().unwrap() && roots[2].remove().unwrap());
        assert!(engines.join("suite-bookworm").symlink_metadata().is_err());
        assert_eq!(names(&prepared_roots(engines).unwrap()), ["new"]);
        assert!(engines.join(CURRENT).is_dir());
        assert!(roots[0].remove().unwrap());
        assert_eq!(prepared_roots(engines).unwrap(), []);
        for link in [CURRENT, "suite-trixie"] {
            assert!(engines.join(link).symlink_metadata().is_err());
        }
    }

    #[test]
    fn a_link_that_leads_to_another_root_by_now_stays() {
        let directory = fixture();
        let engines = directory.path();
        let old = prepared_roots(engines).unwrap().remove(1);
        let link = engines.join("suite-bookworm");
        fs::remove_file(&link).unwrap();
        symlink("new", &link).unwrap();
        assert!(old.remove().unwrap());
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("new"));
    }

    #[test]
    fn a_copy_begins_with_the_name_of_its_root() {
        let root = |name: &str| PreparedRoot {
            path: Path::new("engines").join(name),
            is_current: false,
            links: Vec::new(),
        };
        assert!(root("1f-2e").is_copy_of(&root("1f")));
        assert!(!root("1f").is_copy_of(&root("1f")));
        assert!(!root("1f2e").is_copy_of(&root("1f")));
    }

    #[test]
    fn a_root_file_system_in_use_stays_also_if_the_engine_knows_it_by_the_link() {
        let directory = fixture();
        let engines = directory.path();
        let roots = prepared_roots(engines).unwrap();
        let in_use = EngineRoot::Prepared(engines.join(CURRENT)).lock().unwrap();
        let uses: Vec<bool> = roots.iter().map(PreparedRoot::is_in_use).collect();
        assert_eq!(uses, [true, false, false]);
        assert!(!roots[0].remove().unwrap());
        assert_eq!(prepared_roots(engines).unwrap(), roots);
        drop(in_use);
        assert!(!roots[0].is_in_use() && roots[0].remove().unwrap());
    }

    #[test]
    fn the_directory_is_locked_once() {
        let directory = fixture();
        let lock = lock_roots(directory.path()).unwrap();
        assert!(lock.is_some());
        assert!(lock_roots(directory.path()).unwrap().is_none());
        drop(lock);
        assert!(lock_roots(directory.path()).unwrap().is_some());
        lock_roots(&directory.path().join("none")).unwrap_err();
    }
}
