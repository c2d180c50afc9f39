//! The files of recordings: read, kept and removed.
//!
//! A file is written in whole or not at all, and only if it says something new. Who writes holds a
//! lock on the directory, so that two builds at once do not undo each other's work.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::store::recording_file::{RecordingFile, RecordingFileError};

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The system refused.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
    /// It is no recording.
    #[error("it is no recording: {0}")]
    NoRecording(#[from] RecordingFileError),
}

impl Unreadable {
    /// The line that it is about, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Io(_) => 1,
            Self::NoRecording(error) => error.line(),
        }
    }
}

/// What became of a recording's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// There was none, or another one.
    Written,
    /// The one that is there says the same.
    AsItWas,
}

/// Reads a recording; none if there is no such file.
///
/// # Errors
/// If there is one, and it is no recording.
pub fn read(path: &Path) -> Result<Option<RecordingFile>, Unreadable> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(RecordingFile::parse(&text)?)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(Unreadable::Io(error)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Keeps a recording, unless the one that is there was made with the same inputs and says the same.
///
/// # Errors
/// Those of the file system.
pub fn keep(path: &Path, recording: &RecordingFile) -> io::Result<Kept> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let lock = File::open(directory)?;
    lock.lock()?;
    if let Ok(Some(old)) = read(path)
        && old.inputs == recording.inputs
        && recording.recorded().is_equivalent_to(old.recorded())
    {
        return Ok(Kept::AsItWas);
    }
    let mut file = NamedTempFile::with_prefix_in(".recording-", directory)?;
    file.write_all(recording.to_text()?.as_bytes())?;
    // tempfile keeps its files from others; this one is to be committed like its neighbours.
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(Kept::Written)
}

/// The recordings below a directory that are none of these, in order. They are told by their names,
/// as they may be torn: whether one can be removed, [`remove`] says. Those of a book within the book
/// are its own; what a link leads to is not below the directory.
///
/// # Errors
/// Those of the file system; a directory that is not there has none.
pub fn others(directory: &Path, known: &BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
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
            } else if is_name_of_recording(&path) && !known.contains(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_name_of_recording(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b".md.json")
}

/// Removes a recording, and directories that are empty then, up to that of all recordings.
///
/// # Errors
/// Those of the file system, and if the file is no recording: then it stays.
pub fn remove(path: &Path, directory: &Path) -> Result<(), Unreadable> {
    read(path)?;
    fs::remove_file(path).map_err(Unreadable::Io)?;
    let above = path.ancestors().skip(1).take_while(|above| *above != directory);
    // One that is not empty stays.
    above.map_while(|empty| fs::remove_dir(empty).ok()).for_each(drop);
    Ok(())
}
