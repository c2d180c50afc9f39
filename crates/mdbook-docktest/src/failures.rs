//! What chapters printed that do not hold: kept while a book is served, so that saving one file does
//! not run the chapters again that are wrong for another reason.
//!
//! Such a run is none of the book's recordings, and a later build does not trust it: it lies in the
//! user's cache, and only `mdbook serve` looks there. An author who saves the chapter wants to know
//! whether it holds now: it is run, unless what it has printed is what is expected of it by now.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::inputs::digest;
use crate::recording::RecordingFile;
use crate::recordings;

/// How long a run is kept that nobody asks for.
const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The failed runs of a book.
pub(crate) struct Failures {
    directory: PathBuf,
    book: PathBuf,
    /// When the chapters' files were read.
    read_at: SystemTime,
}

/// A run that failed.
pub(crate) struct Failure {
    pub(crate) file: RecordingFile,
    /// Whether the chapter's file has been saved since.
    pub(crate) is_older_than_chapter: bool,
}

impl Failures {
    /// Those of the book in a directory, whose files have just been read.
    pub(crate) fn new(cache: &Path, book: &Path) -> Self {
        let book = book.canonicalize().unwrap_or_else(|_| book.to_owned());
        Self { directory: cache.join("failures"), book, read_at: SystemTime::now() }
    }

    fn path(&self, chapter: &Path) -> PathBuf {
        let name = self.book.join(chapter);
        self.directory.join(format!("{}.json", digest(name.as_os_str().as_encoded_bytes())))
    }

    /// The last run of a chapter, if that failed.
    pub(crate) fn get(&self, chapter: &Path) -> Option<Failure> {
        let path = self.path(chapter);
        // What cannot be read is made anew.
        let file = recordings::read(&path).ok()??;
        let ran = fs::metadata(&path).and_then(|file| file.modified()).ok()?;
        let saved = fs::metadata(self.book.join(chapter)).and_then(|file| file.modified()).ok()?;
        Some(Failure { file, is_older_than_chapter: saved > ran })
    }

    /// Keeps a run of a chapter that failed.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn keep(&self, chapter: &Path, run: &RecordingFile) -> io::Result<()> {
        let path = self.path(chapter);
        recordings::keep(&path, run)?;
        // Of what was saved while it ran, nothing is known.
        File::options().write(true).open(&path)?.set_modified(self.read_at)?;
        self.remove_old()
    }

    /// Forgets the last run of a chapter, as it holds now.
    pub(crate) fn forget(&self, chapter: &Path) {
        // Most chapters have never failed.
        let _ = fs::remove_file(self.path(chapter));
    }

    fn remove_old(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let age = fs::metadata(&path).and_then(|file| file.modified()).ok();
            if age.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LIFE) {
                // Another process may have done it.
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Extensions, extract};
    use crate::inputs::Inputs;
    use crate::recording::Recording;

    fn run() -> RecordingFile {
        let scenario = extract(Path::new("a.md"), "", Extensions::default());
        RecordingFile::new(&scenario, &Recording::default(), Inputs::default())
    }

    fn at(path: &Path, time: SystemTime) {
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_run_is_known_until_it_is_forgotten_and_grows_old_when_the_chapter_is_saved() {
        let directory = tempfile::tempdir().unwrap();
        let book = directory.path().join("book");
        fs::create_dir(&book).unwrap();
        let chapter = Path::new("a.md");
        fs::write(book.join(chapter), "").unwrap();
        let failures = Failures::new(directory.path(), &book);
        assert!(failures.get(chapter).is_none());
        failures.keep(chapter, &run()).unwrap();
        assert!(!failures.get(chapter).unwrap().is_older_than_chapter);
        assert!(failures.get(Path::new("b.md")).is_none());
        let other_book = Failures::new(directory.path(), directory.path());
        assert!(other_book.get(chapter).is_none());

        let later = SystemTime::now() + Duration::from_secs(1);
        at(&book.join(chapter), later);
        assert!(failures.get(chapter).unwrap().is_older_than_chapter);
        // The same again is not written again, and yet is new.
        let failures = Failures { read_at: later + Duration::from_secs(1), ..failures };
        failures.keep(chapter, &run()).unwrap();
        assert!(!failures.get(chapter).unwrap().is_older_than_chapter);

        failures.forget(chapter);
        assert!(failures.get(chapter).is_none());
    }

    #[test]
    fn what_nobody_asks_for_goes() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a.md"), "").unwrap();
        let failures = Failures::new(directory.path(), directory.path());
        failures.keep(Path::new("a.md"), &run()).unwrap();
        at(&failures.path(Path::new("a.md")), SystemTime::now() - LIFE - Duration::from_secs(1));
        failures.keep(Path::new("b.md"), &run()).unwrap();
        assert!(failures.get(Path::new("a.md")).is_none());
        assert!(failures.path(Path::new("b.md")).exists());
    }
}
