//! A program that ignores SIGCHLD, such as some build servers, passes that on to what it starts.

use testsuite::{Book, Program, program};

/// Runs a command through a shell that ignores SIGCHLD.
fn ignoring<const N: usize>(book: &Book, arguments: [&str; N]) -> Program {
    book.write();
    let words = ["sh", "-c", "trap '' CHLD; exec \"$0\" \"$@\"", program().to_str().unwrap()];
    Program::through(words, arguments).directory(book.path()).env("TMPDIR", book.temporary())
}

#[test]
fn steps_run_and_have_their_statuses() {
    let book = Book::new().step("docker volume ls -q").step_with("exit=3", "exit 3").step("exit 4");
    let outcome = ignoring(&book, ["verify", "--format", "json"]).run();
    outcome.exits(1).finds("exit-status", 12).says("status 4 instead of 0");
    assert_eq!(outcome.findings().len(), 1, "{outcome}");
}

#[test]
fn a_book_is_built() {
    let book = Book::new().step("docker volume ls -q; echo listed");
    let outcome = ignoring(&book, []).stdin(book.sent("html")).run();
    outcome.exits(0);
    assert!(outcome.stdout().contains("listed"), "{outcome}");
}
