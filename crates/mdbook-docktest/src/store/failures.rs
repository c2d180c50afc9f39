//! What chapters printed that do not hold: kept while a book is served, so that saving one file does
//! not run the chapters again that are wrong for another reason.
//!
//! Such a run is none of the book's recordings, and no other build trusts it: it lies in the user's
//! cache, and only the `mdbook serve` that made it looks there. What was wrong with the machine may be
//! mended when the next one is started. An author who saves the chapter wants to know whether it holds
//! now: it is run, unless what it has printed is what is expected of it by now.

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
    /// Those of all sessions.
    all: PathBuf,
    session: Session,
    book: PathBuf,
}

/// A run that failed.
pub(crate) struct Failure {
    pub(crate) file: RecordingFile,
    /// The chapter that was run.
    pub(crate) chapter: Edition,
}

/// What tells a chapter from itself after it was saved.
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
    /// Those of the book in a directory, as a session knows them. What other sessions have left is
    /// removed once they are over.
    pub(crate) fn new(cache: &Path, book: &Path, session: Session) -> Self {
        let all = cache.join("failures");
        // There may be none yet.
        for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
            if Session::named(&entry.file_name()).is_none_or(|other| other.is_over()) {
                let path = entry.path();
                // Another process may do it at the same time.
                let _ =
                    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
        }
        let book = book.canonicalize().unwrap_or_else(|_| book.to_owned());
        Self { all, session, book }
    }

    fn path(&self, chapter: &Path) -> PathBuf {
        let chapter = self.book.join(chapter);
        // Another version of this program may see other things in the same run.
        let name = [env!("CARGO_PKG_VERSION").as_bytes(), chapter.as_os_str().as_encoded_bytes()];
        self.all.join(self.session.name()).join(format!("{}.json", digest(&name.join(&0))))
    }

    /// A chapter as it is now.
    pub(crate) fn edition(&self, chapter: &Chapter) -> Edition {
        let file = fs::metadata(self.book.join(&chapter.path));
        let saved = file.and_then(|file| file.modified()).ok();
        let saved = saved.and_then(|saved| saved.duration_since(UNIX_EPOCH).ok());
        Edition { text: digest(chapter.text().as_bytes()), saved }
    }

    /// The last run of a chapter, if that failed.
    pub(crate) fn get(&self, chapter: &Path) -> Option<Failure> {
        // What cannot be read is made anew.
        let text = fs::read(self.path(chapter)).ok()?;
        let Document { chapter, run } = serde_json::from_slice(&text).ok()?;
        Some(Failure { file: RecordingFile::parse(&run).ok()?, chapter })
    }

    /// Keeps a run of a chapter that failed; `edition` is the chapter from before the run.
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
        // Nobody has reviewed what is printed there: it may be a secret.
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        let document = Document { chapter: edition.clone(), run: run.to_text()? };
        // Readable by nobody else, as tempfile makes its files.
        let mut file = NamedTempFile::new_in(directory)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.persist(path)?;
        Ok(())
    }

    /// Forgets the last run of a chapter.
    pub(crate) fn forget(&self, chapter: &Path) {
        // Most chapters have never failed.
        let _ = fs::remove_file(self.path(chapter));
    }
}

#[cfg(test)]
mod tests;
