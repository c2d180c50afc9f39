//! The images of this user, on disk: what registries and recipes gave, and its unpacked layers.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt;
use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use docker_cli::Canceller;
use docker_images::{
    Blobs, Candidate, Damage, Digest, FetchedBlob, Index, KeptImage, Limits, to_remove,
};
use docker_sandbox::{EngineImage, ImageStore};

use crate::run::{CANCEL_INTERVAL, RunError};
use crate::text::duration::parse_duration;
use crate::text::size::parse_size;

/// The variables that set how much is kept.
const SIZE_VARIABLE: &str = "MDBOOK_DOCKTEST_CACHE_SIZE";
const AGE_VARIABLE: &str = "MDBOOK_DOCKTEST_CACHE_AGE";

/// What the names of unfinished directories begin with.
const NEW: &str = "new-";

/// The file whose lock serializes changes.
const LOCK: &str = ".lock";

/// How often runs that add nothing look for what is too old.
const TIDY_INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// The images of this user.
pub(crate) struct ImageCache {
    directory: PathBuf,
    /// Manifests, configurations and compressed layers.
    pub(super) blobs: Blobs,
    /// What each reference stands for.
    pub(super) index: Index,
    /// Unpacked layers. They can be made again from the blobs.
    pub(super) store: ImageStore,
    limits: Limits,
}

/// What an image consists of on disk: images share these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Blob(Digest),
    Layer(docker_sandbox::Digest),
}

/// A blob that is not as it was kept.
#[derive(Debug)]
pub(super) struct DamagedBlob {
    digest: Digest,
    damage: Damage,
}

impl fmt::Display for DamagedBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blob {}: {}", self.digest, self.damage)
    }
}

impl ImageCache {
    /// The images below a directory, which need not exist.
    ///
    /// # Errors
    /// When a variable that sets a limit is invalid.
    pub(crate) fn new(directory: &Path) -> Result<Self, RunError> {
        Ok(Self {
            directory: directory.to_owned(),
            blobs: Blobs::new(directory.join("blobs")),
            index: Index::new(directory.join("references")),
            store: ImageStore::new(directory.join("unpacked")),
            limits: limits(|name| env::var(name).ok())?,
        })
    }

    /// Locks the cache for adding images and for removing some, until the file is closed. If another run has
    /// locked it, calls `waiting` once, and waits.
    ///
    /// # Errors
    /// When the lock file cannot be written, and when the run is cancelled.
    pub(super) fn lock(&self, waiting: impl Fn(), canceller: &Canceller) -> Result<File, RunError> {
        let path = self.lock_file();
        let locking = || RunError::io(format!("locking the image cache `{}`", path.display()));
        self.create_directory().map_err(locking())?;
        let lock = File::create(&path).map_err(locking())?;
        let mut is_waiting = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => {
                    if !is_waiting {
                        waiting();
                    }
                    is_waiting = true;
                    if canceller.is_cancelled() {
                        return Err(RunError::Cancelled);
                    }
                    thread::sleep(CANCEL_INTERVAL);
                }
                Err(TryLockError::Error(error)) => return Err(locking()(error)),
            }
        }
    }

    /// The directory of what runs find out about the images of chapters: see [`super::learned`].
    pub(super) fn learned(&self) -> PathBuf {
        self.directory.join("learned")
    }

    /// Whether another run is adding images or removing some. Nothing is written.
    pub(super) fn is_locked(&self) -> bool {
        File::open(self.lock_file())
            .is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Creates the directory. Images may be from private registries, and have programs that run as root
    /// whoever starts them: they are not for other users of the machine.
    fn create_directory(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        if fs::metadata(&self.directory)?.permissions().mode() & 0o077 == 0 {
            return Ok(());
        }
        fs::set_permissions(&self.directory, Permissions::from_mode(0o700))
    }

    fn lock_file(&self) -> PathBuf {
        self.directory.join(LOCK)
    }

    /// A new directory on the cache's file system. It is removed when it is dropped, or by a later run.
    pub(super) fn temporary(&self) -> io::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(NEW).tempdir_in(&self.directory)
    }

    /// Checks that an image is unpacked, and that nothing was changed since.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn check_unpacked(&self, image: &KeptImage) -> Result<(), docker_sandbox::Damage> {
        self.store.check(&unpacked_id(&image.id))
    }

    /// The unpacked images that have a layer in common with any of these.
    pub(super) fn unpacked_similar<'a>(
        &self,
        images: impl IntoIterator<Item = &'a KeptImage>,
    ) -> Vec<EngineImage> {
        let blobs: BTreeSet<Digest> =
            images.into_iter().flat_map(|image| &image.blobs).map(|blob| blob.digest).collect();
        let kept = self.index.entries().into_iter().filter_map(|entry| entry.image);
        kept.filter(|image| image.blobs.iter().any(|blob| blobs.contains(&blob.digest)))
            .filter(|image| self.check_unpacked(image).is_ok())
            .map(|image| EngineImage { id: unpacked_id(&image.id), names: Vec::new() })
            .collect()
    }

    /// The directory on disk.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// How much is kept.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// These blobs with their sizes.
    pub(super) fn sizes(
        &self,
        blobs: impl IntoIterator<Item = Digest>,
    ) -> io::Result<Vec<FetchedBlob>> {
        let blob = |digest: Digest| {
            let size = fs::metadata(self.blobs.path(&digest))?.len();
            Ok(FetchedBlob { digest, size })
        };
        blobs.into_iter().map(blob).collect()
    }

    /// Checks that all blobs of an image are there, with their sizes.
    ///
    /// # Errors
    /// The first that is not.
    pub(super) fn check_sizes(&self, image: &KeptImage) -> Result<(), DamagedBlob> {
        check_each(image, |blob| self.blobs.check_size(&blob.digest, blob.size))
    }

    /// Reads all blobs of an image, and checks that they are what their digests say.
    ///
    /// # Errors
    /// The first that is not.
    pub(super) fn check_contents(&self, image: &KeptImage) -> Result<(), DamagedBlob> {
        // What is seen without reading comes first.
        self.check_sizes(image)?;
        check_each(image, |blob| self.blobs.verify(&blob.digest))
    }

    /// Removes the blobs of an image that are not what their digests say.
    pub(super) fn remove_damaged_blobs(&self, image: &KeptImage) {
        for blob in &image.blobs {
            if self.blobs.verify(&blob.digest).is_err() {
                // What cannot be removed cannot be fetched again either, which is reported.
                let _ = self.blobs.remove(&blob.digest);
            }
        }
    }

    /// As [`Self::tidy`], if no run has added or removed anything for a day. To be called without the lock.
    pub(super) fn tidy_if_due(&self) {
        let path = self.lock_file();
        let last = fs::metadata(&path).and_then(|about| about.modified());
        if !last.is_ok_and(|last| last.elapsed().is_ok_and(|time| time > TIDY_INTERVAL)) {
            return;
        }
        // Creating it again sets its time. Another run that has locked it tidies as well.
        if let Ok(lock) = File::create(&path)
            && lock.try_lock().is_ok()
        {
            self.tidy();
        }
    }

    /// Removes leftovers of killed runs, images beyond the limits, and what belongs to no image any more. To
    /// be called with the lock.
    pub(super) fn tidy(&self) {
        // What cannot be removed now is tried again by a later run.
        self.remove_leftovers(&mut drop);
        let (useless, entries): (Vec<_>, Vec<_>) =
            self.index.entries().into_iter().partition(|entry| {
                entry.image.is_none() || entry.is_replaced && !entry.is_in_use()
            });
        for entry in useless {
            let _ = entry.remove();
        }
        let candidates: Vec<Candidate<Part>> = entries
            .iter()
            .map(|entry| Candidate {
                last_used: entry.last_used,
                is_in_use: entry.is_in_use(),
                parts: entry.image.as_ref().map(|image| self.parts(image)).unwrap_or_default(),
            })
            .collect();
        for index in to_remove(&candidates, self.limits, SystemTime::now()) {
            // An image that is in use by now stays.
            let _ = entries[index].remove();
        }
        self.remove_unreferenced(&mut drop);
    }

    pub(super) fn parts(&self, image: &KeptImage) -> BTreeMap<Part, u64> {
        let blobs = image.blobs.iter().map(|blob| (Part::Blob(blob.digest), blob.size));
        // An image that is not unpacked has no layers.
        let layers = self.store.layer_sizes(&unpacked_id(&image.id)).unwrap_or_default();
        let layers = layers.into_iter().map(|(layer, size)| (Part::Layer(layer), size));
        blobs.chain(layers).collect()
    }

    /// Directories that are being written, or were when their run was killed.
    pub(super) fn unfinished(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let is_new = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(NEW);
        entries.filter(is_new).map(|entry| entry.path()).collect()
    }

    /// Removes what killed runs have left. Calls `failed` for what cannot be removed. To be called with the
    /// lock.
    pub(super) fn remove_leftovers(&self, failed: &mut dyn FnMut(String)) {
        if let Err(error) = self.blobs.remove_unfinished() {
            failed(error.to_string());
        }
        if let Err(error) = self.store.remove_unfinished() {
            failed(error.to_string());
        }
        for path in self.unfinished() {
            if let Err(error) = fs::remove_dir_all(&path) {
                failed(format!("removing `{}`: {error}", path.display()));
            }
        }
    }

    /// Removes blobs and unpacked images that no reference needs. Calls `failed` for what cannot be removed.
    /// To be called with the lock.
    pub(super) fn remove_unreferenced(&self, failed: &mut dyn FnMut(String)) {
        let (images, blobs) = self.unreferenced();
        for id in images {
            if let Err(error) = self.store.remove(&id) {
                failed(error.to_string());
            }
        }
        for digest in blobs {
            if let Err(error) = self.blobs.remove(&digest) {
                failed(error.to_string());
            }
        }
    }

    /// The unpacked images and the blobs that no reference needs.
    pub(super) fn unreferenced(&self) -> (Vec<docker_sandbox::Digest>, Vec<Digest>) {
        let images: Vec<KeptImage> =
            self.index.entries().into_iter().filter_map(|entry| entry.image).collect();
        let ids: BTreeSet<_> = images.iter().map(|image| unpacked_id(&image.id)).collect();
        let unpacked = self.store.images().unwrap_or_default();
        let needed: BTreeSet<_> =
            images.iter().flat_map(|image| &image.blobs).map(|blob| blob.digest).collect();
        let blobs = self.blobs.digests();
        (
            unpacked.into_iter().filter(|id| !ids.contains(id)).collect(),
            blobs.into_iter().filter(|digest| !needed.contains(digest)).collect(),
        )
    }
}

fn check_each(
    image: &KeptImage,
    check: impl Fn(&FetchedBlob) -> Result<(), Damage>,
) -> Result<(), DamagedBlob> {
    let check = |blob: &FetchedBlob| {
        check(blob).map_err(|damage| DamagedBlob { digest: blob.digest, damage })
    };
    image.blobs.iter().try_for_each(check)
}

/// The two crates have a type of their own for the same.
pub(super) fn unpacked_id(id: &Digest) -> docker_sandbox::Digest {
    id.to_string().parse().unwrap_or_else(|_| unreachable!("both are SHA-256"))
}

/// Reads the limits from the environment.
fn limits(variable: impl Fn(&str) -> Option<String>) -> Result<Limits, RunError> {
    let mut limits = Limits::default();
    if let Some(text) = variable(SIZE_VARIABLE) {
        limits.size = parse_size(&text).ok_or_else(|| RunError::Variable {
            name: SIZE_VARIABLE,
            message: format!("invalid size `{text}`: use e.g. `10g` or `500m`"),
        })?;
    }
    if let Some(text) = variable(AGE_VARIABLE) {
        limits.age = parse_age(&text).ok_or_else(|| RunError::Variable {
            name: AGE_VARIABLE,
            message: format!("invalid age `{text}`: use e.g. `30d`"),
        })?;
    }
    Ok(limits)
}

fn parse_age(text: &str) -> Option<Duration> {
    match text.strip_suffix('d') {
        Some(days) => Some(Duration::from_secs(days.parse::<u64>().ok()?.checked_mul(24 * 3600)?)),
        None => parse_duration(text),
    }
}

#[cfg(test)]
mod tests;
