//! The directories that this user's engines and images are kept in.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::sudo::{SudoUser, sudo_user};

/// The directory of this user's prepared root file systems: see [`crate::prepare()`]. Each has a subdirectory;
/// `current` is a link to the one that engines start from by default. `None` without a home directory.
pub fn prepared_directory() -> Option<PathBuf> {
    Some(cache_directory()?.join("engines"))
}

/// The directory of this user's engines and images: `mdbook-docktest` in `$XDG_CACHE_HOME`, or in
/// `~/.cache` if that is not set (XDG Base Directory Specification). `None` without a home directory.
///
/// Under sudo, this user is root: a directory that sudo has left to be that of the user who has called it, as with
/// `sudo -E`, is not used, as they could not write there any more.
pub fn cache_directory() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = caches(absolute("XDG_CACHE_HOME"), absolute("HOME"), sudo_user())?;
    Some(caches.join("mdbook-docktest"))
}

/// Returns the ID of the user who owns a cache, if that is not the user of this process. Files there, of images and of
/// prepared roots, belong to users that this process does not know or may not become.
pub fn foreign_owner(cache: &Path) -> Option<u32> {
    let owner = fs::metadata(cache).ok()?.uid();
    (owner != rustix::process::geteuid().as_raw()).then_some(owner)
}

/// The directory of all caches.
fn caches(
    caches: Option<PathBuf>,
    home: Option<PathBuf>,
    caller: Option<SudoUser>,
) -> Option<PathBuf> {
    let is_ours = |path: &PathBuf| !caller.is_some_and(|caller| belongs_to(path, caller));
    if let Some(caches) = caches.filter(is_ours) {
        return Some(caches);
    }
    let home = match home {
        Some(home) if is_ours(&home) => home,
        Some(_) => home_of_root(&fs::read_to_string("/etc/passwd").unwrap_or_default()),
        None => return None,
    };
    Some(home.join(".cache"))
}

/// Whether a directory belongs to a user, or would if it existed.
fn belongs_to(directory: &Path, user: SudoUser) -> bool {
    let mut existing = directory.ancestors().filter_map(|path| fs::metadata(path).ok());
    existing.next().is_some_and(|about| about.uid() == user.uid)
}

/// The home directory of root in a text like /etc/passwd (passwd(5)).
fn home_of_root(passwd: &str) -> PathBuf {
    let home = passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        matches!(fields[..], [_, _, "0", ..]).then(|| fields.get(5).copied()).flatten()
    });
    home.filter(|home| home.starts_with('/')).unwrap_or("/root").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_cache_is_not_in_the_home_of_the_user_who_has_called_sudo() {
        let directory = tempfile::tempdir().unwrap();
        let home = Some(directory.path().to_owned());
        let owner = fs::metadata(directory.path()).unwrap().uid();
        let caller = |uid| Some(SudoUser { uid, gid: 0 });
        let below = |name: &str| Some(directory.path().join(name));
        assert_eq!(caches(None, home.clone(), None), below(".cache"));
        assert_eq!(caches(below("own"), home.clone(), None), below("own"));
        assert_eq!(caches(None, None, None), None);
        assert_eq!(caches(below("own"), home.clone(), caller(owner + 1)), below("own"));
        assert_eq!(caches(None, home.clone(), caller(owner + 1)), below(".cache"));
        let root = home_of_root(&fs::read_to_string("/etc/passwd").unwrap()).join(".cache");
        assert_eq!(caches(None, home.clone(), caller(owner)), Some(root.clone()));
        assert_eq!(caches(below("a/b"), home, caller(owner)), Some(root));
    }

    #[test]
    fn a_cache_that_another_user_has_made_is_foreign() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(foreign_owner(&directory.path().join("none")), None);
        assert_eq!(foreign_owner(directory.path()), None);
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(directory.path(), Some(47_112), None).unwrap();
            assert_eq!(foreign_owner(directory.path()), Some(47_112));
        }
    }

    #[test]
    fn the_home_of_root_is_that_of_the_user_with_the_id_0() {
        let passwd = "ann:x:1000:0:Ann:/home/ann:/bin/sh\nroot:x:0:0:root:/var/root:/bin/sh\n";
        assert_eq!(home_of_root(passwd), Path::new("/var/root"));
        assert_eq!(home_of_root(""), Path::new("/root"));
    }
}
