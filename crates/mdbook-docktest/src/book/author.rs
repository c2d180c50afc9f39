//! The files that this program writes for the author. Under `sudo`, they belong to the user who has called it, who
//! could not edit or remove them otherwise.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{fchown, lchown};
use std::path::Path;

use docker_sandbox::sudo_user;

/// Gives a file that this program has just written to its author. Pipes and devices stay as they are.
pub(crate) fn give(file: &File) -> io::Result<()> {
    match sudo_user() {
        Some(user) if file.metadata()?.is_file() => fchown(file, Some(user.uid), Some(user.gid)),
        _ => Ok(()),
    }
}

/// Creates a directory and its parents, as far as they are missing.
pub(crate) fn create_directories(directory: &Path) -> io::Result<()> {
    let Some(user) = sudo_user() else { return fs::create_dir_all(directory) };
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let missing: Vec<&Path> = directory.ancestors().take_while(is_missing).collect();
    fs::create_dir_all(directory)?;
    missing.into_iter().try_for_each(|path| lchown(path, Some(user.uid), Some(user.gid)))
}

/// Creates a file, or empties it.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let file = File::create(path)?;
    give(&file)?;
    Ok(file)
}
