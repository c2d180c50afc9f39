//! `record` writes recordings, and `record --check` reports whether they are current.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;
use testsuite::{Book, Outcome, Program, program};

use crate::MDBOOK;

fn record(book: &Book) -> Outcome {
    book.command(["record", "--format", "json"]).run()
}

/// Checks the recordings without a PATH, so that nothing can be run.
fn check(book: &Book) -> Outcome {
    book.command(["record", "--check", "--format", "json"]).env("PATH", "/nowhere").run()
}

/// A book with a recorded chapter.
fn recorded() -> Book {
    let book = Book::new().step("echo one").step("echo two");
    record(&book).exits(0);
    book
}

fn content_and_time(path: &PathBuf) -> (String, SystemTime) {
    (fs::read_to_string(path).unwrap(), fs::metadata(path).unwrap().modified().unwrap())
}

#[test]
fn what_a_killed_writer_left_beside_a_recording_is_removed() {
    let book = recorded().step("echo three");
    let left = book.recording("lab.md").with_file_name(".recording-killed");
    fs::write(&left, "half").unwrap();
    record(&book).exits(0);
    assert!(!left.exists());
}

/// Checks the finding about a recording that was damaged by `damage`.
#[track_caller]
fn is_bad(damage: impl Fn(&str) -> Vec<u8>, says: &str) {
    let book = recorded();
    let path = book.recording("lab.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, damage(&text)).unwrap();
    let outcome = check(&book);
    outcome.exits(1).finds_only(&[("bad-recording", "echo one")]);
    outcome.says("recordings/lab.md.json").says(says);
    // A build stops as well: it neither uses the recording nor runs the chapter.
    let build = book.to_preprocess("html").env("PATH", "/nowhere").run();
    build.exits(1).tells("error[bad-recording]").tells("recordings/lab.md.json");
    assert_eq!(build.stdout(), "");
}

#[test]
fn an_equivalent_recording_is_not_written() {
    let book = Book::new()
        .with_alpine()
        .step("date; date -u +%FT%TZ\ntouch a; ls -l a | cut -d' ' -f1-8")
        .step("docker run -d --name app alpine sleep 600")
        .step(
            "docker run --rm alpine echo hi\ndocker run -d alpine sleep 600\ndocker volume create",
        )
        .step("docker ps\ndocker ps -q\ndocker images")
        .step("docker inspect --format '{{.Id}} {{.Created}} {{.State.Pid}}' app | cut -d' ' -f1,2")
        .step("sleep 0.$((RANDOM % 10))\ndocker ps --format '{{.Status}} {{.CreatedAt}}'")
        .step("cd /; tar c etc/hostname | sha256sum | cut -c 1-12")
        .step("docker rm -f $(docker ps -aq)\ndocker system df -v >/dev/null");
    record(&book).exits(0).tells("recordings/lab.md.json: written");
    let path = book.recording("lab.md");
    let first = content_and_time(&path);
    for _ in 0..2 {
        let outcome = record(&book);
        assert_eq!(content_and_time(&path), first, "{outcome}");
        outcome.exits(0).tells("recordings/lab.md.json: unchanged");
    }
}

#[test]
fn a_changed_recording_is_written() {
    let book = Book::new().step("date +%s%N");
    record(&book).exits(0);
    let before = content_and_time(&book.recording("lab.md"));
    record(&book).exits(0).tells("recordings/lab.md.json: written");
    let after = content_and_time(&book.recording("lab.md"));
    assert!(after.0 != before.0 && after.1 != before.1);
}

#[test]
fn only_chapters_without_failures_are_recorded() {
    let book = Book::new()
        .chapter("bad.md", "```bash\nfalse\n```\n")
        .chapter("good.md", "```bash\ntrue\n```\n")
        .chapter("none.md", "```bash ignore\ntrue\n```\n");
    let outcome = record(&book);
    outcome.exits(1).finds_only(&[("exit-status", "false")]);
    outcome.tells("bad.md: not recorded: it has failures");
    for (chapter, exists) in [("bad.md", false), ("good.md", true), ("none.md", false)] {
        assert_eq!(book.recording(chapter).exists(), exists, "{chapter}");
    }
    let outcome = check(&book);
    outcome.exits(1).finds_only(&[("missing-recording", "false")]);
}

#[test]
fn a_chapter_that_did_not_run_is_not_said_to_have_failed() {
    let book = Book::new().step("true");
    let outcome = book.command(["record", "--engine-root", "/nowhere"]).run();
    outcome.exits(3).tells("lab.md: not recorded: it did not run");
    assert!(!book.recording("lab.md").exists());
}

#[test]
fn a_chapter_that_fails_keeps_its_old_recording() {
    let book = recorded();
    let path = book.recording("lab.md");
    let before = content_and_time(&path);
    let book = book.edit("lab.md", "echo two", "exit 2");
    record(&book).exits(1);
    assert_eq!(content_and_time(&path), before);
}

#[test]
fn the_recording_of_a_renamed_chapter_is_renamed() {
    let book = recorded().rename("lab.md", "renamed.md");
    let outcome = check(&book);
    outcome.exits(1).finds_only(&[("stale-recording", "echo one")]);
    outcome.says("rename the recording recordings/lab.md.json to recordings/renamed.md.json");
    record(&book).exits(0).tells("recordings/lab.md.json: removed");
    assert!(!book.recording("lab.md").exists());
    check(&book).exits(0).finds_nothing();
}

#[test]
fn check_reports_missing_and_stale_recordings() {
    let book = Book::new().step("echo one").step("echo two");
    check(&book)
        .exits(1)
        .finds_only(&[("missing-recording", "echo one")])
        .says("recordings/lab.md.json");
    record(&book).exits(0);
    check(&book).exits(0).finds_nothing();
    let book = book.edit("lab.md", "echo two", "echo three");
    check(&book)
        .exits(1)
        .finds_only(&[("stale-recording", "echo three")])
        .says("recordings/lab.md.json");
    let book = book.edit("lab.md", "echo three", "echo two").setting("env.A = \"1\"");
    check(&book).exits(1).finds_only(&[("stale-recording", "echo one")]).says("book.toml");
    assert!(!check(&book).stderr().contains("1/"), "something ran");
}

#[test]
fn check_reports_unused_recordings() {
    let book = recorded();
    let unused = book.recording("gone/old.md");
    fs::create_dir_all(unused.parent().unwrap()).unwrap();
    fs::copy(book.recording("lab.md"), &unused).unwrap();
    let outcome = check(&book);
    outcome.exits(1).says("belongs to no chapter").says("run `mdbook-docktest record`");
    let report = outcome.report();
    let chapters = report["chapters"].as_array().unwrap();
    assert_eq!(chapters.last().unwrap()["path"], "recordings/gone/old.md.json");
    assert_eq!(outcome.findings(), [("unused-recording".to_owned(), 1)]);
    // Checking one chapter does not report recordings of others.
    let one = book.command(["record", "--check", "src/lab.md"]).env("PATH", "/nowhere").run();
    one.exits(0);
    record(&book).exits(0).tells("recordings/gone/old.md.json: removed");
    assert!(!unused.parent().unwrap().exists());
}

#[test]
fn other_files_are_not_removed() {
    let book = Book::new().setting("recordings = \".\"").file("package.json", "{}").step("true");
    record(&book).exits(0);
    assert!(book.path().join("lab.md.json").exists());
    assert!(book.path().join("package.json").exists(), "the author's file was removed");
    check(&book).exits(0).finds_nothing();
    // It has the name of a recording.
    let notes = book.path().join("notes/a.md.json");
    fs::create_dir(notes.parent().unwrap()).unwrap();
    fs::write(&notes, "{\"by\": \"the author\"}").unwrap();
    check(&book).exits(1).says("belongs to no chapter").says("remove it by hand");
    record(&book)
        .exits(0)
        .tells("warning: ")
        .tells("notes/a.md.json: not removed: not a valid recording: ");
    assert_eq!(fs::read_to_string(notes).unwrap(), "{\"by\": \"the author\"}");
}

/// Copies a recording, and creates the directory.
fn copy_recording(from: &Path, to: PathBuf) -> PathBuf {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, &to).unwrap();
    to
}

#[test]
fn recordings_are_in_the_book_if_its_directory_has_the_sources() {
    let chapter = "```bash\ndate +%s%N\n```\n";
    for src in [".", "", "./"] {
        let above = TempDir::new().unwrap();
        let [book, neighbour] = ["one", "two"].map(|name| above.path().join(name));
        for book in [&book, &neighbour] {
            fs::create_dir(book).unwrap();
            fs::write(book.join("lab.md"), chapter).unwrap();
            fs::write(book.join("SUMMARY.md"), "- [Lab](lab.md)\n").unwrap();
            let command = program().to_str().unwrap();
            let toml = format!(
                "[book]\nsrc = {src:?}\n[preprocessor.docktest]\ncommand = {command:?}\n\
                 after = [\"links\"]\n"
            );
            fs::write(book.join("book.toml"), toml).unwrap();
        }
        symlink("one", above.path().join("link")).unwrap();
        let run = |program: Program, directory: &Path| {
            let outcome = program.directory(directory).env("TMPDIR", above.path()).run();
            outcome.exits(0);
        };
        let build = |book: &Path| run(Program::through([MDBOOK], [""; 0]), book);
        build(&neighbour);
        let of_neighbour = neighbour.join("recordings/lab.md.json");
        let before = fs::read(&of_neighbour).unwrap();
        // A recording beside the books, where an older version wrote those of both.
        let beside = copy_recording(&of_neighbour, above.path().join("recordings/gone.md.json"));
        build(&book);
        let recording = book.join("recordings/lab.md.json");
        let first = content_and_time(&recording);
        // It is used whichever path the book is given by; without a PATH, nothing can run.
        let link = above.path().join("link");
        let [by_name, by_link] = [&book, &link].map(|path| path.to_str().unwrap());
        for (arguments, directory) in [
            (vec!["record", "--check"], book.as_path()),
            (vec!["record", "--check", by_name], above.path()),
            (vec!["record", "--check", "one"], above.path()),
            (vec!["record", "--check", "../one"], &neighbour),
            (vec!["record", "--check", by_link], &neighbour),
            (vec!["record", "--check", "lab.md"], &link),
            (vec!["record", "--check", "../one/lab.md"], &neighbour),
        ] {
            run(Program::new(arguments).env("PATH", "/nowhere"), directory);
        }
        let build = Program::through([MDBOOK], [""; 0]).env("PATH", "/nowhere");
        run(build.env("CI", "true"), &book);
        assert_eq!(content_and_time(&recording), first, "a watched file was written");
        // Recording the whole book removes unused recordings of this book only.
        let unused = copy_recording(&recording, book.join("recordings/gone.md.json"));
        run(Program::new(["record", by_name]), &neighbour);
        run(Program::new(["verify", by_link]), &neighbour);
        run(Program::new(["accept", "one/lab.md"]), above.path());
        assert!(!unused.exists());
        assert!(beside.exists());
        assert_eq!(fs::read(&of_neighbour).unwrap(), before);
        assert_eq!(fs::read_dir(above.path().join("recordings")).unwrap().count(), 1);
    }
}

#[test]
fn recordings_of_other_books_are_not_removed() {
    let book = recorded();
    let recording = book.recording("lab.md");
    let elsewhere = TempDir::new().unwrap();
    let linked = copy_recording(&recording, elsewhere.path().join("gone.md.json"));
    symlink(elsewhere.path(), book.path().join("recordings/link")).unwrap();
    let inner = copy_recording(&recording, book.path().join("recordings/inner/x/gone.md.json"));
    fs::write(book.path().join("recordings/inner/book.toml"), "").unwrap();
    record(&book).exits(0);
    check(&book).exits(0).finds_nothing();
    assert!(linked.exists() && inner.exists());
    // Two books with the same directory would use each other's recordings.
    let outside = book.setting("recordings = \"../recordings\"");
    record(&outside).exits(2).fails_saying(&["book.toml", "outside of the book", "choose"]);
}

#[test]
fn sources_outside_of_the_book_have_recordings_in_the_book() {
    let above = TempDir::new().unwrap();
    for directory in ["book", "elsewhere"] {
        fs::create_dir(above.path().join(directory)).unwrap();
    }
    let write = |path: &str, text: &str| fs::write(above.path().join(path), text).unwrap();
    write("book/book.toml", "[book]\nsrc = \"../elsewhere\"\n");
    write("elsewhere/SUMMARY.md", "- [Lab](lab.md)\n");
    write("elsewhere/lab.md", "```bash\ntrue\n```\n");
    let record = Program::new(["record", "book"]).directory(above.path());
    record.env("TMPDIR", above.path()).run().exits(0);
    assert!(above.path().join("book/recordings/lab.md.json").exists());
    assert!(!above.path().join("recordings").exists());
}

#[test]
fn an_edited_recording_is_reported() {
    is_bad(|text| text.replacen("two\\n", "too\\n", 1).into(), "edited by hand");
    is_bad(|text| format!("{text}\n").into(), "edited by hand");
}

#[test]
fn a_truncated_recording_is_reported() {
    is_bad(|text| text.as_bytes()[..text.len() / 2].to_vec(), "recordings/lab.md.json:");
    is_bad(|_| Vec::new(), "cannot read the recording recordings/lab.md.json:1: EOF");
    is_bad(
        |text| format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> x\n").into(),
        "recordings/lab.md.json:1",
    );
}

#[test]
fn a_recording_of_another_version_is_reported() {
    is_bad(
        |text| text.replacen("\"schema\": 1", "\"schema\": 2", 1).into(),
        "unsupported version 2",
    );
    is_bad(|_| "{\"schema\": 99, \"all\": \"else\"}".into(), "unsupported version 99");
}

#[test]
fn other_content_is_reported() {
    is_bad(|_| vec![0xff, 0xfe, 0, 1], "recordings/lab.md.json:");
    is_bad(|text| text.replacen("two", "t\u{0}o", 1).into(), "recordings/lab.md.json:");
    is_bad(
        |text| {
            text.as_bytes().iter().map(|byte| if *byte == b't' { 0xff } else { *byte }).collect()
        },
        "recordings/lab.md.json:",
    );
    is_bad(|_| "[".repeat(100_000).into(), "recordings/lab.md.json:");
}

#[test]
fn invalid_utf_8_is_reported_even_with_the_right_checksum() {
    let book = Book::new().step("printf '\\357\\277\\275\\n'");
    record(&book).exits(0);
    let path = book.recording("lab.md");
    let text = fs::read(&path).unwrap();
    let replaced = "\u{fffd}".as_bytes();
    let at = text.windows(3).position(|window| window == replaced).unwrap();
    // Reading it must not replace the byte by that character.
    let damaged = [&text[..at], b"\xff", &text[at + 3..]].concat();
    fs::write(&path, damaged).unwrap();
    check(&book).exits(1).says("recordings/lab.md.json");
}

#[test]
fn a_directory_in_place_of_a_recording_is_reported() {
    let book = recorded();
    let path = book.recording("lab.md");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    check(&book)
        .exits(1)
        .finds_only(&[("bad-recording", "echo one")])
        .says("recordings/lab.md.json");
    record(&book).exits(2).fails_saying(&["cannot write", "lab.md.json"]);
}

#[test]
fn a_file_name_can_be_invalid_utf_8() {
    let book = recorded();
    let odd = book.path().join("recordings").join(std::ffi::OsStr::from_bytes(b"\xff.md.json"));
    fs::write(odd, "x").unwrap();
    check(&book).exits(1).says("belongs to no chapter");
}

#[test]
fn windows_line_endings_of_a_checkout_are_accepted() {
    let book = recorded();
    let path = book.recording("lab.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    check(&book).exits(0).finds_nothing();
}
