//! The levels of findings in book.toml.

use testsuite::Book;

#[test]
fn warnings_are_reported_and_do_not_fail_the_build() {
    let book = Book::new()
        .setting("lints.unknown-attribute = \"warn\"")
        .setting("lints.exit-status = \"warn\"")
        .setting("lints.output-mismatch = \"allow\"")
        .step_with("exit=3 hiden", "exit 3")
        .step("exit 4")
        .step("echo one")
        .output("two\n");
    let outcome = book.verify();
    outcome
        .exits(0)
        .finds_only(&[("unknown-attribute", "hiden"), ("exit-status", "exit 4")])
        .prints(3, "one\n");
    for step in 1..=3 {
        assert_eq!(outcome.status_of(step), "passed", "{outcome}");
    }
    // Warnings are for authors, not for readers.
    let outcome = book.to_preprocess("html").run();
    outcome.exits(0).tells("warning[exit-status]").tells("warning[unknown-attribute]");
    assert!(!outcome.stdout().contains("hiden"), "{outcome}");
    assert!(!outcome.stdout().contains("instead of"), "{outcome}");
}

#[test]
fn a_step_with_a_warning_does_not_end_its_chapter() {
    let book = Book::new().setting("lints.exit-status = \"warn\"").step("exit 4").step("true");
    book.to_verify().arg("--fail-fast").run().exits(0).finds_only(&[("exit-status", "exit 4")]);
}

#[test]
fn an_unknown_lint_is_an_error_with_a_suggestion() {
    let book = Book::new().setting("lints.exit-statsu = \"warn\"").step("true");
    book.verify().exits(2).fails_saying(&["book.toml", "`exit-statsu`", "`exit-status`?"]);
}
