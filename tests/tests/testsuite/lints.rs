//! Findings weigh what book.toml says.

use testsuite::Book;

#[test]
fn what_is_only_warned_of_runs_is_told_and_fails_nothing() {
    let book = Book::new()
        .setting("lints.unknown-attribute = \"warn\"")
        .setting("lints.exit-status = \"warn\"")
        .setting("lints.output-mismatch = \"allow\"")
        .step_with("exit=3 sparkling", "exit 3")
        .step("exit 4")
        .step("echo one")
        .output("two\n");
    let outcome = book.verify();
    outcome
        .exits(0)
        .finds_only(&[("unknown-attribute", "sparkling"), ("exit-status", "exit 4")])
        .prints(3, "one\n");
    for step in 1..=3 {
        assert_eq!(outcome.status_of(step), "passed", "{outcome}");
    }
    // The author is told; readers are not.
    let outcome = book.to_preprocess("html").run();
    outcome.exits(0).tells("warning[exit-status]").tells("warning[unknown-attribute]");
    assert!(!outcome.stdout().contains("sparkling"), "{outcome}");
    assert!(!outcome.stdout().contains("instead of"), "{outcome}");
}

#[test]
fn a_step_that_is_only_warned_of_does_not_end_its_chapter() {
    let book = Book::new().setting("lints.exit-status = \"warn\"").step("exit 4").step("true");
    book.to_verify().arg("--fail-fast").run().exits(0).finds_only(&[("exit-status", "exit 4")]);
}

#[test]
fn a_lint_that_does_not_exist_is_refused_with_the_one_that_was_meant() {
    let book = Book::new().setting("lints.exit-statsu = \"warn\"").step("true");
    book.verify().exits(2).fails_saying(&["book.toml", "`exit-statsu`", "`exit-status`?"]);
}
