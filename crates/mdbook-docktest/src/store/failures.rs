//! Failed runs, kept while a book is served: saving one file does not run the failed chapters of other
//! files again.
//!
//! A failed run is not one of the book's recordings, and no other build uses it. It is in the user's
//! cache, for the `mdbook serve` that made it: a problem with the machine may be solved by the time the
//! next one starts. A chapter runs again when its author saves it, unless its last output meets the new
//! expectations.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::report::Chapter;
use crate::store::recording_file::RecordingFile;
use crate::text::digest::digest;

mod session;

pub(crate) use session::Session;

/// The failed runs of a book.
pub(crate) struct Failures {
    /// The directory for all sessions.
    all: PathBuf,
    session: Session,
    book: PathBuf,
}

/// The failed runs that are kept in a cache, in a directory for each session, and whether the session is
/// over.
///
/// # Errors
/// When the directory cannot be listed.
pub(crate) fn kept_failures(cache: &Path) -> io::Result<Vec<(PathBuf, bool)>> {
    let entries = match fs::read_dir(cache.join("failures")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let kept = entries.map(|entry| {
        let entry = entry?;
        let session = Session::from_name(&entry.file_name());
        Ok((entry.path(), session.is_none_or(|session| session.is_over())))
    });
    kept.collect()
}

/// A run that failed.
pub(crate) struct Failure {
    pub(crate) file: RecordingFile,
    /// The chapter that was run.
    pub(crate) chapter: Edition,
}

/// A version of a chapter: another one after each save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edition {
    /// A digest of its text, with what it includes.
    text: String,
    /// When its file was saved, since the epoch.
    saved: Option<Duration>,
}

/// The form of a file.
#[derive(Serialize, Deserialize)]
struct Document {
    chapter: Edition,
    /// The text of a recording's file.
    run: String,
}

impl Failures {
    /// The failed runs of a session for the book in a directory. Those of sessions that are over are
    /// removed.
    pub(crate) fn new(cache: &Path, book: &Path, session: Session) -> Self {
        let all = cache.join("failures");
        for (path, is_over) in kept_failures(cache).unwrap_or_default() {
            if is_over {
                // Another process may remove it at the same time.
                let _ =
                    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
        }
        let book = book.canonicalize().unwrap_or_else(|_| book.to_owned());
        Self { all, session, book }
    }

    fn path(&self, chapter: &Path) -> PathBuf {
        let chapter = self.book.join(chapter);
        // Another version of this program may judge the same run otherwise.
        let name = [env!("CARGO_PKG_VERSION").as_bytes(), chapter.as_os_str().as_encoded_bytes()];
        self.all.join(self.session.name()).join(format!("{}.json", digest(&name.join(&0))))
    }

    /// The version of a chapter that is on the disk now.
    pub(crate) fn edition(&self, chapter: &Chapter) -> Edition {
        let file = fs::metadata(self.book.join(&chapter.path));
        let saved = file.and_then(|file| file.modified()).ok();
        let saved = saved.and_then(|saved| saved.duration_since(UNIX_EPOCH).ok());
        Edition { text: digest(chapter.text().as_bytes()), saved }
    }

    /// The last run of a chapter, if that failed.
    pub(crate) fn get(&self, chapter: &Path) -> Option<Failure> {
        // A file that cannot be read is the same as none.
        let text = fs::read(self.path(chapter)).ok()?;
        let Document { chapter, run } = serde_json::from_slice(&text).ok()?;
        Some(Failure { file: RecordingFile::parse(&run).ok()?, chapter })
    }

    /// Keeps a failed run of a chapter. `edition` is the version that ran.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn keep(
        &self,
        chapter: &Path,
        edition: &Edition,
        run: &RecordingFile,
    ) -> io::Result<()> {
        let path = self.path(chapter);
        let directory = self.all.join(self.session.name());
        // The output has not been reviewed, and may contain secrets.
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        let document = Document { chapter: edition.clone(), run: run.to_text()? };
        // tempfile makes files that only their owner can read.
        let mut file = NamedTempFile::new_in(directory)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.persist(path)?;
        Ok(())
    }

    /// Forgets the last run of a chapter.
    pub(crate) fn forget(&self, chapter: &Path) {
        // Most chapters have no failed run.
        let _ = fs::remove_file(self.path(chapter));
    }
}

#[cfg(test)]
mod tests;
