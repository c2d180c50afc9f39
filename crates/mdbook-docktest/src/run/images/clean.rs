//! Removing everything from the cache that is not in use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use docker_cli::Canceller;

use super::cache::{ImageCache, Part};
use crate::run::{RunError, disk_usage};

/// A number of things, and their size.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) count: usize,
    pub(crate) bytes: u64,
}

/// What was removed from a cache, or would be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    pub(crate) images: Amount,
    /// The images that a running program uses: they stay. Layers that they share with others count here.
    pub(crate) in_use: Amount,
    /// What belongs to no image: unfinished files of killed runs, and parts of images that are forgotten.
    pub(crate) remains: Amount,
    /// What earlier runs have found out about the images of chapters.
    pub(crate) learned: Amount,
    /// What could not be removed, and why.
    pub(crate) failures: Vec<String>,
}

impl Amount {
    /// Adds one thing.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// Removes everything from the cache in a directory, which need not exist, except the images in use. If
/// another run has locked it, calls `waiting` once, and waits. `is_dry_run` changes nothing, and does not
/// wait.
///
/// # Errors
/// When the cache cannot be read or locked, a variable that limits it is invalid, or `canceller` is
/// cancelled.
pub(crate) fn clean_images(
    directory: &Path,
    is_dry_run: bool,
    waiting: impl Fn(),
    canceller: &Canceller,
) -> Result<Cleaned, RunError> {
    let cache = ImageCache::new(directory)?;
    let reading = || RunError::io(format!("reading the image cache `{}`", directory.display()));
    if !fs::exists(directory).map_err(reading())? {
        return Ok(Cleaned::default());
    }
    cache.index.check_readable().map_err(reading())?;
    let lock = match is_dry_run {
        true => None,
        false => Some(cache.lock(waiting, canceller)?),
    };
    let mut cleaned = Cleaned::default();
    let mut failures = Vec::new();
    cleaned.remains = remains(&cache, is_dry_run && cache.is_locked());
    let learned = files(&cache.learned());
    learned.iter().for_each(|file| cleaned.learned.add(disk_usage(file)));

    let mut kept = BTreeMap::new();
    let mut removed = BTreeMap::new();
    for entry in cache.index.entries() {
        let parts = entry.image.as_ref().map(|image| cache.parts(image)).unwrap_or_default();
        let is_removed = if is_dry_run { Ok(!entry.is_in_use()) } else { entry.remove() };
        match is_removed {
            Ok(true) => {
                cleaned.images.count += 1;
                removed.extend(parts);
            }
            Ok(false) => {
                cleaned.in_use.count += 1;
                kept.extend(parts);
            }
            Err(error) => {
                failures.push(format!("removing an image in `{}`: {error}", directory.display()));
                kept.extend(parts);
            }
        }
    }
    removed.retain(|part: &Part, _| !kept.contains_key(part));
    cleaned.images.bytes = removed.values().sum();
    cleaned.in_use.bytes = kept.values().sum();

    if lock.is_some() {
        let mut failed = |message| failures.push(message);
        cache.remove_leftovers(&mut failed);
        cache.remove_unreferenced(&mut failed);
        for file in learned {
            if let Err(error) = fs::remove_file(&file) {
                failed(format!("removing `{}`: {error}", file.display()));
            }
        }
    }
    cleaned.failures = failures;
    Ok(cleaned)
}

/// What belongs to no image.
fn remains(cache: &ImageCache, is_being_changed: bool) -> Amount {
    let mut remains = Amount::default();
    // What another run is just adding does not remain.
    if is_being_changed {
        return remains;
    }
    let unfinished = cache.blobs.unfinished().unwrap_or_default();
    let unfinished = unfinished.into_iter().chain(cache.store.unfinished().unwrap_or_default());
    for path in unfinished.chain(cache.unfinished()) {
        remains.add(disk_usage(&path));
    }
    let (images, blobs) = cache.unreferenced();
    for digest in blobs {
        remains.add(disk_usage(&cache.blobs.path(&digest)));
    }
    for image in images {
        let size = cache.store.size([&image]).unwrap_or_default();
        remains.add(size);
    }
    remains
}

/// The files in a directory, which need not exist.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use docker_images::{Digest, FetchedBlob, KeptImage, Origin};

    use super::*;

    /// Keeps an image with a blob of its own and one that all have.
    fn keep(cache: &ImageCache, name: &str) -> KeptImage {
        let insert = |content: &str| FetchedBlob {
            digest: cache.blobs.insert(content.as_bytes()).unwrap(),
            size: content.len() as u64,
        };
        let blobs = vec![insert(name), insert("common")];
        let digest = blobs[0].digest;
        let image = KeptImage {
            reference: name.to_owned(),
            origin: Origin::Registry,
            digest,
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            manifest: digest,
            id: digest,
            blobs,
        };
        cache.index.keep(&name.parse().unwrap(), &image).unwrap();
        image
    }

    fn amount(count: usize, bytes: u64) -> Amount {
        Amount { count, bytes }
    }

    #[test]
    fn all_is_removed_except_images_in_use_and_what_they_share() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().join("images");
        let clean =
            |is_dry_run| clean_images(&directory, is_dry_run, || {}, &Canceller::new()).unwrap();
        assert_eq!(clean(false), Cleaned::default());
        assert!(!directory.exists());

        let cache = ImageCache::new(&directory).unwrap();
        let used = keep(&cache, "used:1");
        let free = keep(&cache, "free:latest");
        cache.blobs.insert(b"forgotten").unwrap();
        fs::create_dir_all(cache.learned()).unwrap();
        fs::write(cache.learned().join("chapter"), "used:1\n").unwrap();
        let in_use = cache.index.find(&"used:1".parse().unwrap(), None).unwrap();
        let forgotten = disk_usage(&cache.blobs.path(&Digest::of(b"forgotten")));
        let expected = Cleaned {
            images: amount(1, 11),
            in_use: amount(1, 6 + 6),
            remains: amount(1, forgotten),
            learned: amount(1, disk_usage(&cache.learned())),
            failures: Vec::new(),
        };
        assert_eq!(clean(true), expected);
        assert!(cache.check_sizes(&free).is_ok() && cache.learned().join("chapter").exists());
        assert_eq!(clean(false), expected);
        assert!(cache.check_sizes(&used).is_ok());
        assert_eq!(cache.blobs.digests().len(), 2);
        assert!(!cache.learned().join("chapter").exists());
        drop(in_use);
        assert_eq!(clean(false).images, amount(1, 12));
        assert_eq!(cache.blobs.digests(), []);
    }

    #[test]
    fn what_another_run_is_adding_does_not_remain() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ImageCache::new(directory.path()).unwrap();
        let lock = cache.lock(|| {}, &Canceller::new()).unwrap();
        let adding = cache.temporary().unwrap();
        fs::write(adding.path().join("file"), "layer").unwrap();
        let remains = || {
            clean_images(directory.path(), true, || {}, &Canceller::new()).unwrap().remains.count
        };
        assert_eq!(remains(), 0);
        drop(lock);
        assert_eq!(remains(), 1);
    }
}
