//! The chapter whose runs are ended, and what they must leave whole.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use mdbook_docktest::internal::RecordingFile;
use testsuite::{Book, is_running, marker};

use crate::MDBOOK;

/// Longer than a run takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Pages of an earlier edition. The last one is of a chapter that is gone.
const OLD_PAGES: [&str; 4] = ["index.html", "lab.html", "css/general.css", "gone.html"];

/// Without a search index, which has all words of the pages, and whose name is in each of them.
const CONFIG: &str = "[book]\ntitle = \"Test\"\nsrc = \"src\"\n\n[build]\nbuild-dir = \"html\"\n\n\
                      [output.html.search]\nenable = false\n";

/// What a page says that is built with a run, and one that is built from the recording of that run.
const ORIGINS: [&str; 2] = [
    "from a run while this page was built",
    "from a recording; nothing was run to build this page",
];

/// The path of each file in a directory, and its content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What changes when a file is written: its name, its size and its time.
type State = (OsString, u64, SystemTime);

/// A chapter, and the pages and the recording of an earlier edition.
pub(super) struct Chapter {
    pub(super) book: Book,
    /// By which the processes of its last step are recognised.
    pub(super) sleep: String,
    pub(super) pauses: bool,
    recording: Vec<u8>,
    recordings: Vec<State>,
    pages: Files,
}

impl Chapter {
    /// A chapter whose last step pauses a container, or not, and ends after a time, or never.
    pub(super) fn new(book: Book, old: &[u8], pauses: bool, length: Option<Duration>) -> Self {
        let sleep = marker();
        let pause = if pauses { "docker pause app || true" } else { "true" };
        let end = match length {
            Some(length) => format!("timeout {} sleep {sleep} || true", length.as_secs_f64()),
            None => format!("sleep {sleep}"),
        };
        let book = book
            .config(CONFIG)
            .step("docker network create web")
            .step(
                "docker run -d --name app --network web -p 8080:80 -v data:/data alpine sleep 600",
            )
            .step(&format!("setsid -f sleep {sleep}; {pause}; {end}"));
        save(&book.recording("lab.md"), old);
        let html = book.path().join("html");
        OLD_PAGES.iter().for_each(|page| save(&html.join(page), b"old"));
        let (recordings, pages) = (states(&book), files(&html));
        Self { book, sleep, pauses, recording: old.to_owned(), recordings, pages }
    }

    /// Waits until the last step runs, or has run.
    pub(super) fn until_last_step(&self) {
        let patience = Duration::from_millis(20);
        until("the last step", patience, || is_running(&self.sleep) || self.is_being_recorded());
    }

    /// Waits until a recording begins to be written.
    pub(super) fn until_recording(&self) {
        until("a recording", Duration::from_micros(100), || self.is_being_recorded());
    }

    fn is_being_recorded(&self) -> bool {
        states(&self.book) != self.recordings
    }

    /// Checks that the recording is the old one or a complete new one. Returns whether it is new.
    #[track_caller]
    pub(super) fn has_whole_recording(&self) -> bool {
        let recording = fs::read(self.book.recording("lab.md")).unwrap();
        if recording == self.recording {
            return false;
        }
        let text = String::from_utf8(recording).unwrap();
        // Its text ends with a checksum.
        RecordingFile::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let recording: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(recording["steps"].as_array().unwrap().len(), 3, "{text}");
        true
    }

    /// The files beside the recording, which a killed writer can leave.
    pub(super) fn unfinished(&self) -> Vec<OsString> {
        let names = states(&self.book).into_iter().map(|(name, ..)| name);
        names.filter(|name| name != "lab.md.json").collect()
    }

    /// Checks that no page has been touched.
    #[track_caller]
    pub(super) fn has_old_pages(&self) {
        assert!(files(&self.html()) == self.pages, "other pages");
    }

    /// Checks that the pages are the old ones or, if the chapter has a new recording, new ones. That is what mdBook then
    /// writes: it removes all files and makes new ones, one after another. If it was itself ended, there are files of which
    /// each is complete, except that on which it worked.
    #[track_caller]
    pub(super) fn has_whole_pages(&self, mdbook_was_ended: bool) {
        let now = files(&self.html());
        if now == self.pages {
            return;
        }
        assert!(self.has_whole_recording(), "new pages without a new recording");
        let new = self.build_in("reference");
        if mdbook_was_ended {
            let is_whole = |(path, content): &(&PathBuf, &Vec<u8>)| {
                self.pages.get(*path) == Some(content)
                    || new.get(*path).is_some_and(|new| *new == replayed(content))
            };
            let cut: Vec<_> = now.iter().filter(|file| !is_whole(file)).collect();
            let is_cut = |(path, content): &(&PathBuf, &Vec<u8>)| {
                new.get(*path).is_some_and(|whole| whole.starts_with(&replayed(content)))
            };
            assert!(cut.len() <= 1 && cut.iter().all(is_cut), "half a page: {:?}", paths(&cut));
            println!("mdBook was ended when {} of {} files were there", now.len(), new.len());
        } else {
            let differ =
                now.iter().filter(|(path, content)| new.get(*path) != Some(&replayed(content)));
            let differ: Vec<_> = differ.collect();
            assert!(differ.is_empty() && now.len() == new.len(), "{:?}", paths(&differ));
        }
        assert!(self.build_in("html") == new, "the next build does not make all pages");
    }

    /// What mdBook makes of the recording, in this directory.
    fn build_in(&self, directory: &str) -> Files {
        let build = self.book.to_build(MDBOOK).env("MDBOOK_BUILD__BUILD_DIR", directory);
        // It is replayed.
        build.env("DOCKER_HOST", "unix:///nowhere").run().exits(0);
        files(&self.book.path().join(directory))
    }

    fn html(&self) -> PathBuf {
        self.book.path().join("html")
    }
}

fn paths<'a>(files: &[(&'a PathBuf, &Vec<u8>)]) -> Vec<&'a Path> {
    files.iter().map(|(path, _)| path.as_path()).collect()
}

fn until(what: &str, pause: Duration, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(pause);
    }
}

/// The files in the directory of the recordings.
fn states(book: &Book) -> Vec<State> {
    let entries = fs::read_dir(book.path().join("recordings")).unwrap().flatten();
    let mut states: Vec<State> = entries
        .filter_map(|entry| {
            // It can be gone by now.
            let state = entry.metadata().ok()?;
            Some((entry.file_name(), state.len(), state.modified().unwrap()))
        })
        .collect();
    states.sort();
    states
}

fn save(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A page as it would be if it had been built from the recording.
fn replayed(page: &[u8]) -> Vec<u8> {
    let [run, recording] = ORIGINS;
    match std::str::from_utf8(page) {
        Ok(text) => text.replace(run, recording).into_bytes(),
        Err(_) => page.to_owned(),
    }
}

/// All files below a directory.
fn files(directory: &Path) -> Files {
    let mut found = Files::new();
    add_files(directory, Path::new(""), &mut found);
    found
}

fn add_files(root: &Path, below: &Path, found: &mut Files) {
    for entry in fs::read_dir(root.join(below)).unwrap().map(Result::unwrap) {
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            add_files(root, &path, found);
        } else {
            found.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}
