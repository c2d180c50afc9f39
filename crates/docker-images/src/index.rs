//! Which images are kept, and what each consists of: a file for each reference.
//!
//! A file says when its image was last used (its time of modification), and that it is in use (a shared
//! lock): both work without writing to it, so that a directory that cannot be written to can be used. If
//! it is replaced while it is in use, it stays under another name, so that what it names stays, too.

use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Digest, FetchedBlob, Reference};

/// The references in a directory, which need not exist.
#[derive(Debug, Clone)]
pub struct Index {
    directory: PathBuf,
}

/// What is kept for a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptImage {
    /// The reference, complete: see [`Reference`].
    pub reference: String,
    /// Where the image comes from.
    pub origin: Origin,
    /// What the reference stands for: the digest of a list of manifests, or of one.
    pub digest: Digest,
    /// The media type of what has this digest.
    pub media_type: String,
    /// The digest of the manifest for this machine's platform.
    pub manifest: Digest,
    /// The digest of the image's configuration, which is the image's ID.
    pub id: Digest,
    /// All blobs, with manifests and configuration.
    pub blobs: Vec<FetchedBlob>,
}

/// Where a kept image comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Origin {
    /// From the registry that the reference names.
    Registry,
    /// From the store of a Docker, which had it from the registry that the reference names, or had built it.
    Docker {
        /// The ID that it has there.
        id: Box<str>,
        /// The digest that the registry knows it by; `None` if it was built there.
        digest: Option<Box<str>>,
    },
    /// Built on this machine.
    Recipe {
        /// The directory of the recipe.
        directory: PathBuf,
        /// A digest of the recipe's files.
        digest: String,
    },
}

/// A kept image in use. Until it is dropped, no other process removes it.
#[derive(Debug)]
pub struct InUse {
    /// What is kept.
    pub image: KeptImage,
    _lock: File,
}

/// A reference in the index.
#[derive(Debug)]
pub struct IndexEntry {
    /// What is kept; `None` if the file is damaged.
    pub image: Option<KeptImage>,
    /// When it was last used.
    pub last_used: SystemTime,
    /// Whether the reference stands for another image by now. This one is there only for those that use it.
    pub is_replaced: bool,
    path: PathBuf,
}

impl KeptImage {
    /// Whether the blobs include those that are named: otherwise the description is damaged.
    fn is_consistent(&self) -> bool {
        let has = |digest: &Digest| self.blobs.iter().any(|blob| blob.digest == *digest);
        has(&self.digest) && has(&self.manifest) && has(&self.id)
    }
}

impl Index {
    /// The references in this directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// Finds what is kept for a reference from a registry, or made by the recipe in a directory (of
    /// whatever content), and records the use. Returns `None` if there is nothing, or it is damaged.
    pub fn find(&self, reference: &Reference, recipe: Option<&Path>) -> Option<InUse> {
        let path = self.path(reference, recipe);
        let file = loop {
            let file = File::open(&path).ok()?;
            file.lock_shared().ok()?;
            // It may have been replaced or removed before it was locked.
            if fs::metadata(&path).ok()?.ino() == file.metadata().ok()?.ino() {
                break file;
            }
        };
        let image: KeptImage = serde_json::from_reader(BufReader::new(&file)).ok()?;
        if image.reference != reference.to_string() || !image.is_consistent() {
            return None;
        }
        // On a read-only file system it counts as unused: nothing is removed there either.
        let _ = file.set_modified(SystemTime::now());
        Some(InUse { image, _lock: file })
    }

    /// The file about a reference and source, as in [`Self::find`], if it is there but damaged.
    pub fn damaged(&self, reference: &Reference, recipe: Option<&Path>) -> Option<PathBuf> {
        let path = self.path(reference, recipe);
        let is_valid = read(&path).is_some_and(|image| image.reference == reference.to_string());
        (path.exists() && !is_valid).then_some(path)
    }

    /// Keeps an image, in place of what was kept for the same reference and source.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, reference: &Reference, image: &KeptImage) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let recipe = match &image.origin {
            Origin::Registry | Origin::Docker { .. } => None,
            Origin::Recipe { directory, .. } => Some(directory.as_path()),
        };
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.directory)?;
        serde_json::to_writer_pretty(&mut file, image)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        let path = self.path(reference, recipe);
        // Locked until it is replaced, so that nobody begins to use it meanwhile.
        let _replaced = set_aside(&path)?;
        file.persist(path)?;
        File::open(&self.directory)?.sync_all()
    }

    /// What is kept for a reference, whatever it comes from: what was used last.
    pub fn latest(&self, reference: &Reference) -> Option<KeptImage> {
        let reference = reference.to_string();
        let entries = self.entries().into_iter().filter(|entry| !entry.is_replaced);
        let kept = entries.filter_map(|entry| Some((entry.last_used, entry.image?)));
        let kept = kept.filter(|(_, image)| image.reference == reference);
        kept.max_by_key(|(last_used, _)| *last_used).map(|(_, image)| image)
    }

    /// All references, in no particular order, also those that are replaced.
    pub fn entries(&self) -> Vec<IndexEntry> {
        let files = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let entry = |file: fs::DirEntry| {
            let path = file.path();
            let is_entry = path.extension().is_some_and(|extension| extension == "json");
            let last_used = file.metadata().ok()?.modified().ok()?;
            let is_replaced = path.file_stem()?.as_encoded_bytes().contains(&b'.');
            is_entry.then(|| IndexEntry { image: read(&path), last_used, is_replaced, path })
        };
        files.filter_map(entry).collect()
    }

    /// Checks that this process may read all references. Otherwise those that it may not read seem to be
    /// damaged, or not to be there.
    ///
    /// # Errors
    /// When the directory or a file in it cannot be read.
    pub fn check_readable(&self) -> io::Result<()> {
        let is_absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let files = match fs::read_dir(&self.directory) {
            Err(error) if is_absent(&error) => return Ok(()),
            files => files?,
        };
        for file in files {
            match File::open(file?.path()) {
                // It was removed in the meantime.
                Err(error) if is_absent(&error) => {}
                result => drop(result?),
            }
        }
        Ok(())
    }

    fn path(&self, reference: &Reference, recipe: Option<&Path>) -> PathBuf {
        let mut key = reference.to_string().into_bytes();
        if let Some(recipe) = recipe {
            key.push(0);
            key.extend(recipe.as_os_str().as_encoded_bytes());
        }
        self.directory.join(format!("{}.json", Digest::of(&key).hex()))
    }
}

impl IndexEntry {
    /// Forgets the image, unless it is in use. Returns whether it is forgotten.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self) -> io::Result<bool> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(error),
        };
        if file.try_lock().is_err() {
            return Ok(false);
        }
        fs::remove_file(&self.path)?;
        Ok(true)
    }

    /// Whether the image is in use.
    pub fn is_in_use(&self) -> bool {
        File::open(&self.path).is_ok_and(|file| file.try_lock().is_err())
    }
}

fn read(path: &Path) -> Option<KeptImage> {
    let image: KeptImage = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    image.is_consistent().then_some(image)
}

/// Gives a file that is to be replaced a second name if it is in use. If it is not, returns it locked.
fn set_aside(path: &Path) -> io::Result<Option<File>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.try_lock().is_ok() {
        return Ok(Some(file));
    }
    let aside = path.with_extension(format!("{}.json", file.metadata()?.ino()));
    match fs::hard_link(path, aside) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn image(reference: &str, origin: Origin) -> KeptImage {
        let digest = Digest::of(reference.as_bytes());
        KeptImage {
            reference: reference.to_owned(),
            origin,
            digest,
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            manifest: digest,
            id: digest,
            blobs: vec![FetchedBlob { digest, size: 6 }],
        }
    }

    fn recipe(directory: &str, digest: &str) -> Origin {
        Origin::Recipe { directory: directory.into(), digest: digest.to_owned() }
    }

    fn fixture() -> (tempfile::TempDir, Index, Reference) {
        let directory = tempfile::tempdir().unwrap();
        let index = Index::new(directory.path().join("references"));
        (directory, index, "alpine".parse().unwrap())
    }

    #[test]
    fn an_image_is_found_by_reference_and_source() {
        let (_directory, index, alpine) = fixture();
        assert!(index.find(&alpine, None).is_none());
        let pulled = image("alpine:latest", Origin::Registry);
        let built = image("alpine:latest", recipe("/book/images/alpine", "1"));
        index.keep(&alpine, &pulled).unwrap();
        index.keep(&alpine, &built).unwrap();
        assert_eq!(index.find(&alpine, None).unwrap().image, pulled);
        let directory = Path::new("/book/images/alpine");
        assert_eq!(index.find(&alpine, Some(directory)).unwrap().image, built);
        assert!(index.find(&alpine, Some(Path::new("/other"))).is_none());
        assert!(index.find(&"alpine:3".parse().unwrap(), None).is_none());
    }

    #[test]
    fn an_image_in_use_is_not_removed() {
        let (_directory, index, alpine) = fixture();
        index.keep(&alpine, &image("alpine:latest", Origin::Registry)).unwrap();
        let entry = || index.entries().pop().unwrap();
        let first = index.find(&alpine, None).unwrap();
        let second = index.find(&alpine, None).unwrap();
        drop(first);
        assert!(entry().is_in_use() && !entry().remove().unwrap());
        drop(second);
        let removed = entry();
        assert!(!removed.is_in_use() && removed.remove().unwrap() && removed.remove().unwrap());
        assert!(index.entries().is_empty());
    }

    #[test]
    fn a_directory_that_cannot_be_read_differs_from_an_empty_one() {
        let (directory, index, alpine) = fixture();
        index.check_readable().unwrap();
        index.keep(&alpine, &image("alpine:latest", Origin::Registry)).unwrap();
        index.check_readable().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        Index::new(file).check_readable().unwrap_err();
    }

    #[test]
    fn an_image_that_is_replaced_while_it_is_in_use_stays_until_it_is_not() {
        let (_directory, index, alpine) = fixture();
        let [one, two, six] =
            ["1", "2", "6"].map(|digest| image("alpine:latest", recipe("/r", digest)));
        index.keep(&alpine, &one).unwrap();
        let in_use = index.find(&alpine, Some(Path::new("/r"))).unwrap();
        index.keep(&alpine, &two).unwrap();
        assert_eq!(index.find(&alpine, Some(Path::new("/r"))).unwrap().image, two);
        assert_eq!(index.latest(&alpine), Some(two));
        let replaced = || {
            let entries = index.entries().into_iter();
            entries.filter(|entry| entry.is_replaced).collect::<Vec<IndexEntry>>()
        };
        assert_eq!(replaced()[0].image.as_ref(), Some(&one));
        assert!(replaced()[0].is_in_use() && !replaced()[0].remove().unwrap());
        drop(in_use);
        assert!(replaced()[0].remove().unwrap());
        // One that is not in use is replaced at once.
        index.keep(&alpine, &six).unwrap();
        assert_eq!((index.entries().len(), replaced().len()), (1, 0));
    }

    #[test]
    fn a_use_is_recorded() {
        let (_directory, index, alpine) = fixture();
        index.keep(&alpine, &image("alpine:latest", Origin::Registry)).unwrap();
        let path = index.entries()[0].path.clone();
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        File::open(&path).unwrap().set_modified(long_ago).unwrap();
        assert_eq!(index.entries()[0].last_used, long_ago);
        index.find(&alpine, None).unwrap();
        assert!(index.entries()[0].last_used > long_ago);
        let built = image("alpine:latest", recipe("/r", "1"));
        index.keep(&alpine, &built).unwrap();
        File::open(&path).unwrap().set_modified(long_ago).unwrap();
        assert_eq!(index.latest(&alpine), Some(built));
        assert_eq!(index.latest(&"other".parse().unwrap()), None);
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let (_directory, index, alpine) = fixture();
        index.keep(&alpine, &image("alpine:latest", Origin::Registry)).unwrap();
        let entry = index.entries().pop().unwrap();
        let content = fs::read_to_string(&entry.path).unwrap();
        for damaged in ["", &content[..80], &content.replace("alpine:latest", "alpine:lates\u{1}")]
        {
            fs::write(&entry.path, damaged).unwrap();
            assert!(index.find(&alpine, None).is_none(), "{damaged}");
            assert_eq!(index.damaged(&alpine, None).as_ref(), Some(&entry.path), "{damaged}");
        }
        // A digit of a digest.
        let id = content.find("\"id\"").unwrap() + 20;
        let mut other = content.clone().into_bytes();
        other[id] = if other[id] == b'0' { b'1' } else { b'0' };
        fs::write(&entry.path, &other).unwrap();
        assert!(index.find(&alpine, None).is_none());
        assert_eq!(index.damaged(&alpine, None).as_ref(), Some(&entry.path));
        fs::write(&entry.path, &content).unwrap();
        assert!(index.find(&alpine, None).is_some());
        assert_eq!(index.damaged(&alpine, None), None);
        assert_eq!(index.damaged(&alpine, Some(Path::new("/recipe"))), None);
        fs::write(&entry.path, "").unwrap();
        assert_eq!(index.entries()[0].image, None);
        assert!(index.entries()[0].remove().unwrap());
    }
}
