//! Exit statuses: 1 is only for findings in a book, 2 for a failed input or output, and a reader that
//! closes the pipe is not a failure.

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

/// A book without steps to run, so that no engine is needed.
fn passing() -> Book {
    Book::new().setting("lints.no-steps = \"allow\"").step_with("ignore", "true")
}

/// A book without a recording, which `record --check` reports without running anything.
fn failing() -> Book {
    Book::new().step("true")
}

#[track_caller]
fn is_an_error(outcome: &Outcome, says: &[&str]) {
    outcome.exits(2).fails_saying(says);
}

#[test]
fn an_unwritable_report_is_an_error() {
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
fn a_reader_that_closes_the_pipe_does_not_change_the_status() {
    // A pipe whose reader is closed.
    let left = "mkfifo tmp/pipe; exec 3<>tmp/pipe >tmp/pipe 3<&-; exec \"$0\" \"$@\"";
    for (book, status) in [(passing(), 0), (failing(), 1)] {
        let outcome = sh(&book, left, ["record", "--check"]).run();
        outcome.exits(status);
        assert_eq!(outcome.stderr(), "");
    }
    sh(&passing(), left, ["install"]).run().exits(0);
}

#[test]
fn closed_outputs_do_not_change_the_status() {
    for closed in [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"] {
        let command = format!("exec \"$0\" \"$@\" {closed}");
        for (book, status) in [(passing(), 0), (failing(), 1)] {
            sh(&book, &command, ["record", "--check"]).run().exits(status);
        }
    }
}

#[test]
fn a_missing_home_directory_is_an_error() {
    let homeless = failing().to_verify().env("HOME", "").env("XDG_CACHE_HOME", "");
    let root = TempDir::new().unwrap();
    is_an_error(&homeless.arg("--engine-root").arg(root.path()).run(), &["no home directory"]);
}

#[test]
fn a_missing_temporary_directory_is_an_error() {
    let missing = |program: Program| program.env("TMPDIR", "/nowhere").run();
    let outcome = missing(failing().to_verify());
    is_an_error(&outcome, &["cannot write to /nowhere", "No such file or directory"]);
    let outcome = missing(failing().to_preprocess("html"));
    is_an_error(&outcome, &["temporary file"]);
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn unreadable_recordings_are_an_error() {
    let book = failing();
    // Root can read all files, but not a link to itself.
    symlink("recordings", book.path().join("recordings")).unwrap();
    let outcome = book.command(["record", "--check"]).run();
    is_an_error(&outcome, &["cannot read the recordings"]);
}

#[test]
fn an_unwritable_book_is_an_error_of_install() {
    let book = passing().file("docktest", "a file in the directory's place");
    let outcome = book.command(["install"]).run();
    is_an_error(&outcome, &["cannot read", "Not a directory"]);
    let full = sh(&passing(), "exec \"$0\" \"$@\" >/dev/full", ["install"]).run();
    is_an_error(&full, &["cannot write", "No space left on device"]);
}

#[test]
fn an_unreadable_or_unwritable_book_is_an_error_of_the_preprocessor() {
    let directory = sh(&passing(), "exec \"$0\" <.", []).run();
    is_an_error(&directory, &["cannot read standard input", "Is a directory"]);
    // mdBook has ended, so the book is lost.
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
fn an_unsupported_renderer_has_the_status_that_mdbook_expects() {
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
