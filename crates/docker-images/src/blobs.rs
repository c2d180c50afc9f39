//! Blobs on disk, each in a file named after its digest.

mod writer;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::digest::{Digest, Hasher};

pub use writer::BlobWriter;

/// How much is read at a time to compute a digest, in bytes.
const CHUNK: usize = 128 << 10;

/// Blobs in a directory: `sha256/<64 hexadecimal digits>`. Nothing is created before the first blob is
/// written, so a directory that cannot be written to can be read from.
#[derive(Debug, Clone)]
pub struct Blobs {
    directory: PathBuf,
}

/// Why a blob that was there before cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// There is no file.
    #[error("missing")]
    Missing,
    /// The file has another size, in bytes.
    #[error("{found} bytes instead of {expected}")]
    WrongSize {
        /// What it should have.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// The content is not what the name says.
    #[error("its content has the digest {found}")]
    WrongDigest {
        /// The digest of what is there.
        found: Digest,
    },
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(io::Error),
}

/// Why a blob cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It was there before, and is missing or damaged.
    #[error("blob {digest} is damaged: {damage}")]
    Damaged {
        /// Which.
        digest: Digest,
        /// What is wrong with it.
        damage: Damage,
    },
    /// What was written is not what was expected.
    #[error("expected {expected}, but the content has the digest {found}")]
    WrongDigest {
        /// What was expected.
        expected: Digest,
        /// The digest of what was written.
        found: Digest,
    },
    /// A file operation failed.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// What was being done: `create`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Blobs {
    /// The blobs in this directory, which need not exist.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The file that has the blob, or would have it.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.folder().join(digest.hex())
    }

    /// Whether there is a file for the blob. It may be damaged: see [`Self::check_size`] and
    /// [`Self::verify`].
    pub fn contains(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// The content of the blob, verified.
    ///
    /// # Errors
    ///
    /// [`BlobError::Damaged`] if it is missing, cannot be read, or is not what its digest says.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let damaged = |damage| BlobError::Damaged { digest: *digest, damage };
        let content = fs::read(self.path(digest)).map_err(|error| damaged(damage_of(error)))?;
        let found = Digest::of(&content);
        if found == *digest { Ok(content) } else { Err(damaged(Damage::WrongDigest { found })) }
    }

    /// The blob's file, open for reading. Its content is not verified.
    ///
    /// # Errors
    ///
    /// [`BlobError::Damaged`] if it is missing or cannot be opened.
    pub fn open(&self, digest: &Digest) -> Result<File, BlobError> {
        File::open(self.path(digest))
            .map_err(|error| BlobError::Damaged { digest: *digest, damage: damage_of(error) })
    }

    /// Checks without reading it that the blob is there and has this size, in bytes.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check_size(&self, digest: &Digest, expected: u64) -> Result<(), Damage> {
        let found = fs::metadata(self.path(digest)).map_err(damage_of)?.len();
        if found == expected { Ok(()) } else { Err(Damage::WrongSize { expected, found }) }
    }

    /// Reads the whole blob, and checks that it is what its digest says.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn verify(&self, digest: &Digest) -> Result<(), Damage> {
        let mut file = File::open(self.path(digest)).map_err(damage_of)?;
        let mut hasher = Hasher::default();
        let mut chunk = vec![0; CHUNK];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => hasher.update(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(damage_of(error)),
            }
        }
        let found = hasher.finish();
        if found == *digest { Ok(()) } else { Err(Damage::WrongDigest { found }) }
    }

    /// The digests of all blobs, in no particular order.
    pub fn digests(&self) -> Vec<Digest> {
        let files = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let digest = |file: fs::DirEntry| {
            let name = file.file_name().into_string().ok()?;
            format!("sha256:{name}").parse().ok()
        };
        files.filter_map(digest).collect()
    }

    /// Removes the blob. A blob that is not there is removed already.
    ///
    /// # Errors
    ///
    /// The file cannot be removed.
    pub fn remove(&self, digest: &Digest) -> Result<(), BlobError> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(BlobError::Io { action: "remove", path, source })
            }
            _ => Ok(()),
        }
    }

    fn folder(&self) -> PathBuf {
        self.directory.join("sha256")
    }
}

fn damage_of(error: io::Error) -> Damage {
    match error.kind() {
        io::ErrorKind::NotFound => Damage::Missing,
        _ => Damage::Unreadable(error),
    }
}

fn io_error<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> BlobError + 'a {
    move |source| BlobError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs_with(content: &[u8]) -> (tempfile::TempDir, Blobs, Digest) {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path().join("blobs"));
        let digest = blobs.insert(content).unwrap();
        (directory, blobs, digest)
    }

    #[test]
    fn a_blob_is_in_the_file_named_after_its_digest() {
        let (directory, blobs, digest) = blobs_with(b"layer");
        let path = directory.path().join("blobs/sha256").join(digest.hex());
        assert_eq!(blobs.path(&digest), path);
        assert_eq!(fs::read(path).unwrap(), b"layer");
        assert!(blobs.contains(&digest));
        assert_eq!(blobs.read(&digest).unwrap(), b"layer");
        let mut content = String::new();
        blobs.open(&digest).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "layer");
        blobs.verify(&digest).unwrap();
        blobs.check_size(&digest, 5).unwrap();
        fs::write(directory.path().join("blobs/sha256/other"), "").unwrap();
        assert_eq!(blobs.digests(), [digest]);
    }

    #[test]
    fn damage_is_noticed() {
        let (_directory, blobs, digest) = blobs_with(b"layer");
        fs::write(blobs.path(&digest), b"lay3r").unwrap();
        let found = Digest::of(b"lay3r");
        let message = format!("its content has the digest {found}");
        assert_eq!(blobs.verify(&digest).unwrap_err().to_string(), message);
        assert_eq!(
            blobs.read(&digest).unwrap_err().to_string(),
            format!("blob {digest} is damaged: {message}")
        );
        fs::write(blobs.path(&digest), b"").unwrap();
        assert_eq!(blobs.check_size(&digest, 5).unwrap_err().to_string(), "0 bytes instead of 5");
        blobs.remove(&digest).unwrap();
        blobs.remove(&digest).unwrap();
        assert!(!blobs.contains(&digest));
        assert!(matches!(blobs.verify(&digest), Err(Damage::Missing)));
        assert!(matches!(blobs.check_size(&digest, 5), Err(Damage::Missing)));
        let error = blobs.open(&digest).unwrap_err().to_string();
        assert_eq!(error, format!("blob {digest} is damaged: missing"));
        fs::create_dir(blobs.path(&digest)).unwrap();
        assert!(matches!(blobs.verify(&digest), Err(Damage::Unreadable(_))));
    }

    #[test]
    fn a_damaged_blob_is_replaced() {
        let (_directory, blobs, digest) = blobs_with(b"layer");
        fs::write(blobs.path(&digest), b"lay").unwrap();
        blobs.insert(b"layer").unwrap();
        blobs.verify(&digest).unwrap();
    }

    #[test]
    fn reading_creates_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path().join("blobs"));
        assert!(!blobs.contains(&Digest::of(b"")));
        assert!(blobs.read(&Digest::of(b"")).is_err());
        blobs.remove_unfinished().unwrap();
        assert!(!directory.path().join("blobs").exists());
    }
}
