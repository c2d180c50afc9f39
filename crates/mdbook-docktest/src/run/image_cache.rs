//! Images kept between runs: an archive of each, created by `docker image save`; and for each set of
//! images that chapters start with, a copy of an engine's own files (*store*), with which an engine starts
//! in a fraction of the time that loading the archives takes.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use docker_sandbox::EngineRoot;

use super::{CANCEL_INTERVAL, RunError};
use crate::model::recording::ImageOrigin;
use crate::run::recipe;
use crate::text::digest::digest;

/// How long a store is kept after its last use.
const STORE_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// This user's images.
pub(super) struct ImageCache {
    archives: PathBuf,
    stores: PathBuf,
    /// The root file system of the engines: a store is only for the same daemon.
    root: PathBuf,
}

impl ImageCache {
    pub(super) fn new(cache: &Path, root: &EngineRoot) -> Self {
        let directory = root.directory();
        let root = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        Self { archives: cache.join("images"), stores: cache.join("stores"), root }
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

    /// The path of the store for a set of images, whether it exists or not; `None` for an empty set, or if
    /// an image has no archive yet.
    pub(super) fn store(&self, wanted: &[(&str, &Path)]) -> Option<PathBuf> {
        if wanted.is_empty() {
            return None;
        }
        let mut key = format!("{:?} {:?}", self.root, self.daemon());
        for (reference, recipe) in wanted {
            let (archive, _) = self.archive(reference, recipe).ok()??;
            let about = fs::metadata(&archive).ok()?;
            key += &format!(" {reference} {archive:?} {} {:?}", about.len(), about.modified().ok());
        }
        let store = self.stores.join(digest(key.as_bytes()));
        if let Ok(directory) = File::open(&store) {
            // Records the last use. If that fails, the store is removed too early and created again.
            let _ = directory.set_modified(SystemTime::now());
        }
        Some(store)
    }

    /// What distinguishes a daemon from its successor after an update.
    fn daemon(&self) -> Option<(u64, i64, u64)> {
        let places = ["usr/sbin/dockerd", "usr/bin/dockerd", "usr/local/bin/dockerd"];
        let daemon = places.iter().find_map(|path| fs::metadata(self.root.join(path)).ok())?;
        Some((daemon.len(), daemon.mtime(), daemon.ino()))
    }

    /// Keeps the images of an engine that has exactly these; `keep_images` copies them. They are for later
    /// runs, so errors are ignored.
    pub(super) fn keep_store(
        &self,
        wanted: &[(&str, &Path)],
        keep_images: &dyn Fn(&Path) -> Result<(), docker_sandbox::Error>,
    ) {
        let Some(store) = self.store(wanted).filter(|store| !store.exists()) else { return };
        self.remove_old_stores();
        if fs::create_dir_all(&self.stores).is_err() {
            return;
        }
        let Ok(unfinished) = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.stores)
        else {
            return;
        };
        let copy = unfinished.path().join("store");
        if keep_images(&copy).is_ok() {
            // Fails if another run has created it meanwhile.
            let _ = fs::rename(copy, store);
        }
    }

    /// Removes a store that lacks an image.
    pub(super) fn remove_store(&self, wanted: &[(&str, &Path)]) {
        if let Some(store) = self.store(wanted) {
            let _ = fs::remove_dir_all(store);
        }
    }

    fn remove_old_stores(&self) {
        let old = |path: &Path| {
            let age = fs::metadata(path).and_then(|about| about.modified()).ok()?.elapsed().ok()?;
            (age > STORE_LIFE).then_some(())
        };
        for entry in fs::read_dir(&self.stores).into_iter().flatten().flatten() {
            if old(&entry.path()).is_some() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// A file name for a reference such as `postgres:15`.
fn file_name(reference: &str) -> String {
    reference.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_")
}

#[cfg(test)]
mod tests;
