//! Recipes: directories from which images are built if no registry provides them.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::text::digest::hexadecimal;

/// A digest of the names, contents and permission to execute of a directory's files, in 16 hexadecimal
/// digits.
pub(crate) fn digest(directory: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files_below(directory)? {
        let content = fs::read(&file)?;
        let name = file.strip_prefix(directory).unwrap_or(&file);
        hash.update(name.as_os_str().as_encoded_bytes());
        hash.update([0, u8::from(fs::metadata(&file)?.permissions().mode() & 0o100 != 0)]);
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    Ok(hexadecimal(&hash.finalize()[..8]))
}

/// The name under which the images of a recipe are kept: its directory, the same wherever a book is run from.
pub(crate) fn source(directory: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(directory)
}

/// Copies the files of a recipe to a directory.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in files_below(from)? {
        let target = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, target)?;
    }
    Ok(())
}

/// All files in a directory and below, sorted.
fn files_below(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() { directories.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
