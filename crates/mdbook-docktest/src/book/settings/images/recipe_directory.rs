//! The directory of a recipe: it exists, and an image can be built from it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::text::nearest::nearest;

/// The path of a recipe's directory. `set` is its path in book.toml, which is relative to `root`.
///
/// It may be outside of the book, so that several books can share it.
///
/// # Errors
/// A message with a remedy if it is not the directory of a recipe.
pub(super) fn recipe_directory(image: &str, set: &Path, root: &Path) -> Result<PathBuf, String> {
    let recipe = format!("the recipe `{}` of image `{image}`", set.display());
    let directory = root.join(set);
    if set.as_os_str().is_empty() {
        return Err(format!(
            "the recipe of image `{image}` is empty: write its directory, or `true` to take the image \
             from a registry"
        ));
    }
    let metadata = fs::metadata(&directory).map_err(|error| match neighbour(set, root) {
        _ if error.kind() != io::ErrorKind::NotFound => format!("{recipe} cannot be read: {error}"),
        Some(near) => format!("{recipe} does not exist: did you mean `{}`?", near.display()),
        None => format!("{recipe} does not exist: create the directory with a `Dockerfile`"),
    })?;
    if !metadata.is_dir() {
        let parent = set.parent().filter(|parent| !parent.as_os_str().is_empty());
        return Err(match parent {
            Some(parent) => {
                format!("{recipe} is a file: use its directory, `{}`", parent.display())
            }
            None => format!("{recipe} is a file: move it to a directory of its own"),
        });
    }
    if contains(&directory, root) {
        return Err(format!(
            "{recipe} contains the whole book: choose a directory that has only the recipe"
        ));
    }
    // `prepare` runs first, and may write the `Dockerfile`.
    match fs::metadata(directory.join("prepare")) {
        Ok(prepare) if prepare.is_file() && prepare.permissions().mode() & 0o111 == 0 => {
            let path = set.join("prepare");
            Err(format!(
                "`prepare` in {recipe} is not executable: run `chmod +x {}`",
                path.display()
            ))
        }
        Ok(prepare) if prepare.is_file() => Ok(directory),
        _ if directory.join("Dockerfile").is_file() => Ok(directory),
        _ => Err(format!("{recipe} has no `Dockerfile`: add one")),
    }
}

/// Whether the book is in the recipe's directory. Then each new recording would change the recipe.
fn contains(directory: &Path, root: &Path) -> bool {
    match (directory.canonicalize(), root.canonicalize()) {
        (Ok(directory), Ok(root)) => root.starts_with(directory),
        _ => false,
    }
}

/// A directory with a similar name beside a missing one.
fn neighbour(missing: &Path, root: &Path) -> Option<PathBuf> {
    let name = missing.file_name()?.to_str()?;
    let beside = missing.parent()?;
    let entries = fs::read_dir(root.join(beside)).ok()?.flatten();
    let directories = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        directories.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    nearest(name, names).map(|near| beside.join(near))
}
