use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::process::id;
use std::time::SystemTime;

use super::*;
use crate::book::chapters::Source;
use crate::book::settings::Settings;
use crate::extract::Extensions;
use crate::model::recording::Recording;
use crate::store::inputs::Inputs;

const CHAPTER: &str = "a.md";

fn chapter(text: &str) -> Chapter {
    let source = Source {
        is_preprocessed: false,
        path: CHAPTER.into(),
        text: text.into(),
        extensions: Extensions::default(),
        only_at: None,
        recording: PathBuf::new(),
    };
    Chapter::read(source, &Settings::default()).unwrap()
}

fn run() -> RecordingFile {
    RecordingFile::new(chapter("").scenario().unwrap(), &Recording::default(), Inputs::default())
}

fn session() -> Session {
    Session::from_pid(id()).unwrap()
}

#[test]
fn a_run_belongs_to_its_session_and_book_until_it_is_forgotten() {
    let cache = tempfile::tempdir().unwrap();
    let path = Path::new(CHAPTER);
    let failures = Failures::new(cache.path(), Path::new("/book"), session());
    assert!(failures.get(path).is_none());
    let edition = failures.edition(&chapter(""));
    failures.keep(path, &edition, &run()).unwrap();
    assert_eq!(failures.get(path).unwrap().chapter, edition);
    assert!(failures.get(Path::new("b.md")).is_none());
    let other_book = Failures::new(cache.path(), Path::new("/other"), session());
    assert!(other_book.get(path).is_none());
    let other_session = Session::from_name("1-2".as_ref()).unwrap();
    assert!(Failures::new(cache.path(), Path::new("/book"), other_session).get(path).is_none());
    failures.forget(path);
    assert!(failures.get(path).is_none());
}

#[test]
fn each_save_makes_another_edition_even_with_an_earlier_time() {
    let book = tempfile::tempdir().unwrap();
    let file = book.path().join(CHAPTER);
    fs::write(&file, "one").unwrap();
    let failures = Failures::new(book.path(), book.path(), session());
    let edition = failures.edition(&chapter("one"));
    assert_eq!(failures.edition(&chapter("one")), edition);
    assert_ne!(failures.edition(&chapter("two")), edition);
    let before = SystemTime::now() - Duration::from_secs(3600);
    File::options().write(true).open(&file).unwrap().set_modified(before).unwrap();
    assert_ne!(failures.edition(&chapter("one")), edition);
}

#[test]
fn runs_of_sessions_that_are_over_are_removed() {
    let cache = tempfile::tempdir().unwrap();
    let (over, living) = (Session::from_name("1-2".as_ref()).unwrap(), session());
    for session in [&over, &living] {
        let failures = Failures::new(cache.path(), Path::new("/book"), session.clone());
        let edition = failures.edition(&chapter(""));
        failures.keep(Path::new(CHAPTER), &edition, &run()).unwrap();
    }
    fs::write(cache.path().join("failures/0a1b.json"), "").unwrap();
    Failures::new(cache.path(), Path::new("/book"), living.clone());
    let left = fs::read_dir(cache.path().join("failures")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [living.name().as_str()]);
}

#[test]
fn only_the_user_can_read_a_run() {
    let cache = tempfile::tempdir().unwrap();
    let failures = Failures::new(cache.path(), Path::new("/book"), session());
    let edition = failures.edition(&chapter(""));
    failures.keep(Path::new(CHAPTER), &edition, &run()).unwrap();
    let file = failures.path(Path::new(CHAPTER));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
}
