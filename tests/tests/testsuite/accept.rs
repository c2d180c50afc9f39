//! `accept` writes the real output into the author's files.

use std::fs;

use testsuite::{Book, Program};

const CHAPTER: &str = "# Lab\n\n```bash\necho one; echo 0123456789ab\n```\n\n```output\nold\n[ID:x]\n```\n\n\
    - ```console\n  $ echo 0123456789ab\n  [ID:x]\n  $ echo two\n  no\n  ```\n";

#[test]
fn output_that_differs_is_rewritten_and_the_rest_is_kept() {
    let book = Book::new().chapter("lab.md", CHAPTER);
    book.verify().exits(1).finds("output-mismatch", 8).finds("output-mismatch", 16);
    let outcome = book.command(["accept", "--format", "json"]).run();
    outcome.exits(0).finds_nothing();
    assert!(outcome.stderr().contains("src/lab.md: rewrote 2 expectations"), "{outcome}");
    let file = book.path().join("src/lab.md");
    let accepted = fs::read_to_string(&file).unwrap();
    assert_eq!(accepted, CHAPTER.replace("old", "one").replace("\n  no\n", "\n  two\n"));

    let again = Program::new(["accept", "."]).directory(book.path()).run();
    again.exits(0);
    assert!(!again.stderr().contains("rewrote"), "{again}");
    assert_eq!(fs::read_to_string(&file).unwrap(), accepted);
}

#[test]
fn other_findings_are_reported_and_not_rewritten() {
    let text = "```bash\necho no; false\n```\n```output\nyes\n```\n\n{{#include part.md}}\n";
    let book = Book::new()
        .chapter("lab.md", text)
        .file("src/part.md", "```bash\necho a\n```\n```output\nb\n```\n");
    let outcome = book.command(["accept", "--format", "json"]).run();
    outcome.exits(1).finds("exit-status", 2).finds("output-mismatch", 5);
    assert!(outcome.stderr().contains("src/part.md:5: not rewritten"), "{outcome}");
    assert_eq!(fs::read_to_string(book.path().join("src/lab.md")).unwrap(), text);
}
