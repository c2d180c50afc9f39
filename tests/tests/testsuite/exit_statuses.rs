//! 1 is said of a book alone: an input or output that fails ends with 2, and readers of the report who
//! leave are no failure.

use std::os::unix::fs::symlink;

use tempfile::TempDir;
use testsuite::{Book, Outcome, Program, program};

/// Runs a shell command in which `"$0" "$@"` is the program with these arguments.
fn sh<const N: usize>(book: &Book, command: &str, arguments: [&str; N]) -> Program {
    book.write();
    Program::through(["sh", "-c", command, program().to_str().unwrap()], arguments)
        .directory(book.path())
        .env("TMPDIR", book.temporary())
}

/// Nothing in it is run, so that no engine is needed.
fn passing() -> Book {
    Book::new().step_with("ignore", "true")
}

/// Its recording is missing, and nothing has to be run to know that.
fn failing() -> Book {
    Book::new().step("true")
}

#[track_caller]
fn is_an_error(outcome: &Outcome, says: &[&str]) {
    outcome.exits(2).fails_saying(says);
}

#[test]
fn a_report_that_cannot_be_written() {
    let nowhere = passing().command(["verify", "--output", "/nowhere/report"]).run();
    is_an_error(&nowhere, &["cannot write /nowhere/report", "No such file or directory"]);
    for format in ["human", "json", "junit", "github"] {
        let full = "exec \"$0\" \"$@\" >/dev/full";
        let outcome = sh(&failing(), full, ["record", "--check", "--format", format]).run();
        is_an_error(&outcome, &["cannot write the report", "No space left on device"]);
    }
    let file = ["verify", "--output", "/dev/full"];
    is_an_error(&passing().command(file).run(), &["cannot write the report"]);
}

#[test]
fn readers_who_leave_change_nothing() {
    // A pipe that nothing reads.
    let left = "mkfifo tmp/pipe; exec 3<>tmp/pipe >tmp/pipe 3<&-; exec \"$0\" \"$@\"";
    for (book, status) in [(passing(), 0), (failing(), 1)] {
        let outcome = sh(&book, left, ["record", "--check"]).run();
        outcome.exits(status);
        assert_eq!(outcome.stderr(), "");
    }
    sh(&passing(), left, ["install"]).run().exits(0);
}

#[test]
fn outputs_that_are_closed_change_nothing() {
    for closed in [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"] {
        let command = format!("exec \"$0\" \"$@\" {closed}");
        for (book, status) in [(passing(), 0), (failing(), 1)] {
            sh(&book, &command, ["record", "--check"]).run().exits(status);
        }
    }
}

#[test]
fn no_home_directory() {
    let homeless = failing().to_verify().env("HOME", "").env("XDG_CACHE_HOME", "");
    let root = TempDir::new().unwrap();
    is_an_error(&homeless.arg("--engine-root").arg(root.path()).run(), &["no home directory"]);
}

#[test]
fn no_directory_for_temporary_files() {
    let missing = |program: Program| program.env("TMPDIR", "/nowhere").run();
    let outcome = missing(failing().to_verify());
    is_an_error(&outcome, &["cannot write to /nowhere", "No such file or directory"]);
    let outcome = missing(failing().to_preprocess("html"));
    is_an_error(&outcome, &["temporary file"]);
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn recordings_that_cannot_be_read() {
    let book = failing();
    // Root can read whatever there is to read.
    symlink("recordings", book.path().join("recordings")).unwrap();
    let outcome = book.command(["record", "--check"]).run();
    is_an_error(&outcome, &["cannot read the recordings"]);
}

#[test]
fn a_book_that_install_cannot_write() {
    let book = passing().file("docktest", "a file in the directory's place");
    let outcome = book.command(["install"]).run();
    is_an_error(&outcome, &["cannot read", "Not a directory"]);
    let full = sh(&passing(), "exec \"$0\" \"$@\" >/dev/full", ["install"]).run();
    is_an_error(&full, &["cannot write", "No space left on device"]);
}

#[test]
fn a_book_that_does_not_come_or_cannot_go_back() {
    let directory = sh(&passing(), "exec \"$0\" <.", []).run();
    is_an_error(&directory, &["cannot read standard input", "Is a directory"]);
    // mdBook is gone: its book is lost, which is no success.
    let left = "mkfifo tmp/pipe; exec 3<>tmp/pipe >tmp/pipe 3<&-; exec \"$0\"";
    for (command, says) in
        [(left, "Broken pipe"), ("exec \"$0\" >/dev/full", "No space left on device")]
    {
        let book = passing();
        let outcome = sh(&book, command, []).stdin(book.sent("html")).run();
        is_an_error(&outcome, &["cannot write the book for mdBook", says]);
    }
}

#[test]
fn a_renderer_that_is_not_supported_is_told_as_mdbook_wants_it() {
    for (renderer, status) in [("html", 0), ("test", 1)] {
        let outcome = Program::new(["supports", renderer]).run();
        outcome.exits(status);
        assert_eq!((outcome.stdout(), outcome.stderr()), ("", ""));
    }
    Program::new(["supports"]).run().exits(2);
}

#[test]
fn the_statuses_are_in_the_help() {
    let help = Program::new(["--help"]).run();
    let (_, statuses) = help.exits(0).stdout().split_once("Exit status:\n").unwrap();
    let statuses: Vec<&str> =
        statuses.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(statuses, ["0", "1", "2", "3", "130"]);
}
