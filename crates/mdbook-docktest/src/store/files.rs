//! Reads, writes and removes the files of recordings.
//!
//! A file is replaced atomically, and only if its recording is not equivalent to the old one. A writer
//! locks the directory, so that two builds at the same time do not overwrite each other's files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::book::author;
use crate::store::recording_file::{RecordingFile, RecordingFileError};

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(io::Error),
    /// The file is not a valid recording.
    #[error("{0}")]
    Invalid(#[from] RecordingFileError),
}

impl ReadError {
    /// The line of the error, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Io(_) => 1,
            Self::Invalid(error) => error.line(),
        }
    }
}

/// The result of [`keep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The file was written.
    Written,
    /// The existing file is equivalent and was not written.
    Unchanged,
}

/// Reads a recording; `None` if the file does not exist.
///
/// # Errors
/// If the file cannot be read or is not a valid recording.
pub fn read(path: &Path) -> Result<Option<RecordingFile>, ReadError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(RecordingFile::parse(&text)?)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(ReadError::Io(error)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// What the name of a file begins with that becomes a recording.
const UNFINISHED: &str = ".recording-";

/// Writes a recording, unless the existing one has the same inputs and is equivalent. Files of writers that were killed
/// are removed.
///
/// # Errors
/// Those of the file system.
pub fn keep(path: &Path, recording: &RecordingFile) -> io::Result<Kept> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    author::create_directories(directory)?;
    let lock = File::open(directory)?;
    lock.lock()?;
    remove_unfinished(directory)?;
    if let Ok(Some(old)) = read(path)
        && old.inputs == recording.inputs
        && recording.recorded().is_equivalent_to(old.recorded())
    {
        return Ok(Kept::Unchanged);
    }
    let mut file = NamedTempFile::with_prefix_in(UNFINISHED, directory)?;
    file.write_all(recording.to_text()?.as_bytes())?;
    // tempfile makes files that only their owner can read; a recording is committed like other files.
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    author::give(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(Kept::Written)
}

/// Whoever holds the lock of the directory is its only writer.
fn remove_unfinished(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The recordings below a directory that are not in `claimed`, sorted. Files are selected by name, as
/// their content may be damaged; [`remove`] checks it. Books within the book and symbolic links are not
/// searched. A directory that does not exist has no recordings.
///
/// # Errors
/// Those of the file system.
pub fn unclaimed(directory: &Path, claimed: &BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if !path.join("book.toml").is_file() {
                    directories.push(path);
                }
            } else if is_recording_name(&path) && !claimed.contains(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Drops the recordings that can be those of another book: the directory of the recordings is also beside
/// other directories than the book's sources, such as a translation, and one of them has a chapter of that
/// name.
///
/// # Errors
/// Those of the file system.
pub fn drop_those_of_others(
    unclaimed: &mut Vec<PathBuf>,
    directory: &Path,
    sources: &Path,
) -> io::Result<()> {
    if unclaimed.is_empty() {
        return Ok(());
    }
    let sources = sources.canonicalize()?;
    let mut others = Vec::new();
    for entry in fs::read_dir(directory.join(".."))? {
        let path = entry?.path().canonicalize();
        others.extend(path.ok().filter(|path| !path.starts_with(&sources)));
    }
    unclaimed.retain(|recording| {
        let name = recording.strip_prefix(directory).unwrap_or(recording);
        let chapter = name.with_extension("");
        !others.iter().any(|other| other.join(&chapter).is_file())
    });
    Ok(())
}

fn is_recording_name(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b".md.json")
}

/// Removes a recording, and directories that become empty, up to `directory`.
///
/// # Errors
/// Those of the file system. [`ReadError::Invalid`] if the file is not a valid recording: it is kept.
pub fn remove(path: &Path, directory: &Path) -> Result<(), ReadError> {
    read(path)?;
    fs::remove_file(path).map_err(ReadError::Io)?;
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != directory);
    // Fails for a directory that is not empty.
    parents.map_while(|parent| fs::remove_dir(parent).ok()).for_each(drop);
    Ok(())
}
