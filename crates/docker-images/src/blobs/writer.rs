//! Writing blobs so that a file with a digest for its name is always complete, also after a crash.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{BlobError, Blobs, io_error};
use crate::digest::{Digest, Hasher};

/// What the names of unfinished files begin with.
const UNFINISHED: &str = ".new-";

/// A blob being written, to an unfinished file next to the others: dropped, it is removed.
pub struct BlobWriter {
    blobs: Blobs,
    /// Locked as long as it is open: see [`Blobs::remove_unfinished`].
    file: NamedTempFile,
    hasher: Hasher,
    written: u64,
}

impl Blobs {
    /// Begins a blob.
    ///
    /// # Errors
    ///
    /// The file or its directory cannot be created.
    pub fn writer(&self) -> Result<BlobWriter, BlobError> {
        let folder = self.folder();
        fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
        loop {
            let file = tempfile::Builder::new()
                .prefix(UNFINISHED)
                // As other files: the default is for secrets.
                .permissions(Permissions::from_mode(0o644))
                .tempfile_in(&folder)
                .map_err(io_error("create a file in", &folder))?;
            file.as_file().lock().map_err(io_error("lock", file.path()))?;
            let links = file.as_file().metadata().map_err(io_error("read", file.path()))?.nlink();
            // Another process may have taken it for a leftover before it was locked.
            if links > 0 {
                return Ok(BlobWriter {
                    blobs: self.clone(),
                    file,
                    hasher: Hasher::default(),
                    written: 0,
                });
            }
        }
    }

    /// Writes a blob with this content, and returns its digest.
    ///
    /// # Errors
    ///
    /// A file operation failed.
    pub fn insert(&self, content: &[u8]) -> Result<Digest, BlobError> {
        let mut writer = self.writer()?;
        writer.write_all(content).map_err(|source| writer.failed(source))?;
        writer.commit(None)
    }

    /// Removes the unfinished files of processes that were killed; those of live ones are locked.
    ///
    /// # Errors
    ///
    /// A file operation failed.
    pub fn remove_unfinished(&self) -> Result<(), BlobError> {
        self.for_each_unfinished(|path| remove_if_there(path).map_err(io_error("remove", path)))
    }

    /// The files that [`Self::remove_unfinished`] removes.
    ///
    /// # Errors
    ///
    /// A file operation failed.
    pub fn unfinished(&self) -> Result<Vec<PathBuf>, BlobError> {
        let mut found = Vec::new();
        self.for_each_unfinished(|path| {
            found.push(path.to_owned());
            Ok(())
        })?;
        Ok(found)
    }

    /// Calls `act` with each unfinished file of a process that was killed, while the file is locked.
    fn for_each_unfinished(
        &self,
        mut act: impl FnMut(&Path) -> Result<(), BlobError>,
    ) -> Result<(), BlobError> {
        let folder = self.folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(io_error("read", &folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(io_error("read", &folder))?;
            if !entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                continue;
            }
            let path = entry.path();
            let file = match File::open(&path) {
                // It was finished or removed in the meantime.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                file => file.map_err(io_error("open", &path))?,
            };
            match file.try_lock() {
                Ok(()) => act(&path)?,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => {
                    return Err(BlobError::Io { action: "lock", path, source });
                }
            }
        }
        Ok(())
    }
}

impl BlobWriter {
    /// How much was written so far, in bytes.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The error of a failed write.
    pub(crate) fn failed(&self, source: io::Error) -> BlobError {
        io_error("write", self.file.path())(source)
    }

    /// Finishes the blob: when this returns it is on disk. It replaces one with the same digest, which may
    /// have been damaged.
    ///
    /// # Errors
    ///
    /// [`BlobError::WrongDigest`] if another digest was expected; a file operation failed. The
    /// unfinished file is removed in each case.
    pub fn commit(self, expected: Option<&Digest>) -> Result<Digest, BlobError> {
        let Self { blobs, file, hasher, .. } = self;
        let found = hasher.finish();
        if let Some(expected) = expected.filter(|expected| **expected != found) {
            return Err(BlobError::WrongDigest { expected: *expected, found });
        }
        file.as_file().sync_all().map_err(io_error("write", file.path()))?;
        let path = blobs.path(&found);
        file.persist(&path).map_err(|error| io_error("write", &path)(error.error))?;
        let folder = blobs.folder();
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(io_error("write", &folder))?;
        Ok(found)
    }
}

impl Write for BlobWriter {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let length = self.file.as_file_mut().write(content)?;
        self.hasher.update(&content[..length]);
        self.written += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn store() -> (tempfile::TempDir, Blobs) {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path());
        (directory, blobs)
    }

    fn names(blobs: &Blobs) -> Vec<String> {
        let entries = fs::read_dir(blobs.folder()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_unfinished_blob_is_not_there_and_goes_when_dropped() {
        let (_directory, blobs) = store();
        let mut writer = blobs.writer().unwrap();
        writer.write_all(b"layer").unwrap();
        assert_eq!(writer.written(), 5);
        assert!(!blobs.contains(&Digest::of(b"layer")));
        assert!(matches!(&names(&blobs)[..], [name] if name.starts_with(".new-")));
        drop(writer);
        assert!(names(&blobs).is_empty());
    }

    #[test]
    fn another_digest_than_expected_is_an_error_that_leaves_nothing() {
        let (_directory, blobs) = store();
        let mut writer = blobs.writer().unwrap();
        writer.write_all(b"lay").unwrap();
        let (expected, found) = (Digest::of(b"layer"), Digest::of(b"lay"));
        assert_eq!(
            writer.commit(Some(&expected)).unwrap_err().to_string(),
            format!("expected {expected}, but the content has the digest {found}")
        );
        assert!(names(&blobs).is_empty());
    }

    #[test]
    fn only_leftovers_that_no_process_writes_are_removed() {
        let (_directory, blobs) = store();
        let mut writer = blobs.writer().unwrap();
        fs::write(blobs.folder().join(".new-killed"), b"half").unwrap();
        fs::write(blobs.folder().join("other"), b"").unwrap();
        assert_eq!(blobs.unfinished().unwrap(), [blobs.folder().join(".new-killed")]);
        blobs.remove_unfinished().unwrap();
        let left = names(&blobs);
        assert_eq!(left.len(), 2);
        assert!(!left.contains(&".new-killed".to_owned()));
        writer.write_all(b"layer").unwrap();
        let digest = writer.commit(Some(&Digest::of(b"layer"))).unwrap();
        assert_eq!(names(&blobs), [digest.hex(), "other".to_owned()]);
    }

    #[test]
    fn a_blob_can_be_read_by_whoever_reads_other_files() {
        let (_directory, blobs) = store();
        let digest = blobs.insert(b"layer").unwrap();
        let other = blobs.folder().join("other");
        fs::write(&other, b"").unwrap();
        let mode = |path| fs::metadata(path).unwrap().mode();
        assert_eq!(mode(blobs.path(&digest)), mode(other));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn content_is_the_same_in_whatever_parts_it_is_written(parts: Vec<Vec<u8>>) {
            let (_directory, blobs) = store();
            let mut writer = blobs.writer().unwrap();
            for part in &parts {
                writer.write_all(part).unwrap();
            }
            let digest = writer.commit(None).unwrap();
            prop_assert_eq!(digest, Digest::of(&parts.concat()));
            prop_assert_eq!(blobs.read(&digest).unwrap(), parts.concat());
        }
    }
}
