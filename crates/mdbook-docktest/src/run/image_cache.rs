//! What is kept of images between runs: an archive of each, as `docker image save` makes it; and for
//! each set of images that chapters begin with, an engine's own files of them (*store*), which are
//! there in a part of the time that it takes to load the archives.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use docker_sandbox::{EngineRoot, ProcessEngine};

use super::{CANCEL_INTERVAL, RunError};
use crate::model::recording::ImageOrigin;
use crate::run::recipe;
use crate::text::digest::digest;

/// How long a store is kept that nobody begins with.
const STORE_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The images of this user.
pub(super) struct ImageCache {
    archives: PathBuf,
    stores: PathBuf,
    /// The root that engines start from: their daemon's files are for daemons of the same version.
    root: PathBuf,
}

impl ImageCache {
    pub(super) fn new(cache: &Path, root: &EngineRoot) -> Self {
        let directory = root.directory();
        let root = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        Self { archives: cache.join("images"), stores: cache.join("stores"), root }
    }

    /// Takes the lock of those who make archives, for as long as the file lives; `give_up` fails when
    /// that is not worth waiting for any more.
    pub(super) fn lock(
        &self,
        give_up: impl Fn() -> Result<(), RunError>,
    ) -> Result<File, RunError> {
        fs::create_dir_all(&self.archives).map_err(RunError::io("making the image cache"))?;
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

    /// The archive of an image, if there is one, and where the image came from.
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

    /// Where the archive of an image is kept.
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

    /// Where the store of a set of images is, whether there is one or not; none if there can be none
    /// yet.
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
            // So that it is known when it was last of use; if it cannot be, it is made again some day.
            let _ = directory.set_modified(SystemTime::now());
        }
        Some(store)
    }

    /// What tells one daemon from another that has taken its place.
    fn daemon(&self) -> Option<(u64, i64, u64)> {
        let places = ["usr/sbin/dockerd", "usr/bin/dockerd", "usr/local/bin/dockerd"];
        let daemon = places.iter().find_map(|path| fs::metadata(self.root.join(path)).ok())?;
        Some((daemon.len(), daemon.mtime(), daemon.ino()))
    }

    /// Keeps the images of an engine that has these and no others. That is for later runs: what goes
    /// wrong with it is nothing to this one.
    pub(super) fn keep_store(&self, wanted: &[(&str, &Path)], engine: &ProcessEngine) {
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
        if engine.keep_images(&copy).is_ok() {
            // Somebody else may have been faster.
            let _ = fs::rename(copy, store);
        }
    }

    /// Removes a store that does not hold what it should.
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

/// `postgres:15` as a file's name.
fn file_name(reference: &str) -> String {
    reference.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_")
}
