//! Images kept between runs: an archive of each, created by `docker image save`.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;

use super::{CANCEL_INTERVAL, RunError};
use crate::model::recording::ImageOrigin;
use crate::run::recipe;

/// This user's images.
pub(super) struct ImageCache {
    archives: PathBuf,
}

impl ImageCache {
    pub(super) fn new(cache: &Path) -> Self {
        Self { archives: cache.join("images") }
    }

    /// Locks the creation of archives until the file is closed. Waits for other runs until `give_up` fails.
    pub(super) fn lock(
        &self,
        give_up: impl Fn() -> Result<(), RunError>,
    ) -> Result<File, RunError> {
        fs::create_dir_all(&self.archives).map_err(RunError::io("creating the image cache"))?;
        let locking = || RunError::io("locking the image cache");
        let lock = File::create(self.archives.join(".lock")).map_err(locking())?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => {
                    give_up()?;
                    thread::sleep(CANCEL_INTERVAL);
                }
                Err(TryLockError::Error(error)) => return Err(locking()(error)),
            }
        }
    }

    /// The archive of an image and the image's origin; `None` if there is no archive.
    pub(super) fn archive(
        &self,
        reference: &str,
        recipe: &Path,
    ) -> Result<Option<(PathBuf, ImageOrigin)>, RunError> {
        for origin in [ImageOrigin::Pulled, ImageOrigin::Recipe] {
            let path = self.archive_path(reference, recipe, origin)?;
            if path.is_file() {
                return Ok(Some((path, origin)));
            }
        }
        Ok(None)
    }

    /// The path of an image's archive, whether it exists or not.
    pub(super) fn archive_path(
        &self,
        reference: &str,
        recipe: &Path,
        origin: ImageOrigin,
    ) -> Result<PathBuf, RunError> {
        let kind = match origin {
            ImageOrigin::Pulled => "pulled".to_owned(),
            ImageOrigin::Recipe => recipe::digest(recipe)
                .map_err(RunError::io(format!("reading the recipe {}", recipe.display())))?,
        };
        Ok(self.archives.join(format!("{}-{kind}.tar", file_name(reference))))
    }
}

/// A file name for a reference such as `postgres:15`.
fn file_name(reference: &str) -> String {
    reference.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_")
}

#[cfg(test)]
mod tests;
