//! A build where no engine is at hand goes on with old recordings, and says so.

use mdbook_preprocessor::book::Book as Sent;
use testsuite::{Book, Outcome, Program};

/// A program that finds no other, and so cannot start an engine.
fn without_engine(program: Program) -> Program {
    program.env("PATH", "/nowhere")
}

/// The text of the chapters that a preprocessor has printed.
#[track_caller]
fn chapters(outcome: &Outcome) -> Vec<String> {
    let book: Sent = serde_json::from_str(outcome.stdout()).unwrap_or_else(|_| panic!("{outcome}"));
    book.chapters().map(|chapter| chapter.content.clone()).collect()
}

/// A book with two recorded chapters, one of which has changed since: its second step.
fn changed() -> Book {
    let book = Book::new()
        .chapter("lab.md", "# Lab\n\n")
        .step("echo the first")
        .step("echo the second")
        .output("the second\n")
        .chapter("same.md", "# Same\n\n")
        .step("echo the same");
    book.command(["record"]).run().exits(0);
    book.edit("lab.md", "echo the second", "echo the third").edit(
        "lab.md",
        "```output\nthe second",
        "```output\nthe third",
    )
}

#[test]
fn a_page_keeps_the_old_output_and_says_so() {
    let book = changed();
    let old = std::fs::read(book.recording("lab.md")).unwrap();
    let outcome = without_engine(book.to_preprocess("html")).run();
    outcome
        .exits(0)
        .tells("warning: some chapters are not run, and their pages say so: ")
        .tells("`unshare` not found")
        .tells("warning[stale-recording]: the recording recordings/lab.md.json was made with other steps")
        .tells("src/lab.md:8:1")
        .tells("run `mdbook-docktest record src/lab.md` to update it")
        .keeps_quiet_about("same.md:")
        .keeps_quiet_about("error");
    let [lab, same, ..] = &chapters(&outcome)[..] else { panic!("{outcome}") };
    assert!(lab.starts_with("<!--docktest--><div class=\"docktest-notice\""), "{lab}");
    assert!(lab.contains("This page is out of date: ") && lab.contains("Run on "), "{lab}");
    assert!(
        lab.contains("<code translate=\"no\">mdbook-docktest record src/lab.md</code>"),
        "{lab}"
    );
    assert!(lab.contains("the first&#10;</samp>"), "{lab}");
    assert!(!lab.contains("the second"), "{lab}");
    assert_eq!(lab.matches("not run since it was changed").count(), 1, "{lab}");
    assert!(!lab.contains("Verified on ") && same.contains("Verified on "), "{lab}\n{same}");
    assert!(!same.contains("docktest-notice"), "{same}");
    assert_eq!(std::fs::read(book.recording("lab.md")).unwrap(), old, "nothing is recorded");

    // With an engine, the next build runs it.
    let chapters = book.preprocess("html");
    assert!(chapters[0].contains("the third&#10;</samp>"), "{}", chapters[0]);
}

#[test]
fn a_chapter_that_has_never_run_has_no_output_and_says_so() {
    let book = Book::new().step("echo one").output("one\n");
    let outcome = without_engine(book.to_preprocess("html")).run();
    outcome
        .exits(0)
        .tells("warning[missing-recording]: no recording of this chapter")
        .tells("run `mdbook-docktest record src/lab.md` to create it");
    let lab = &chapters(&outcome)[0];
    assert!(lab.contains("The commands on this page have not been run"), "{lab}");
    assert!(lab.contains("echo") && !lab.contains("<samp>") && !lab.contains("Verified"), "{lab}");
    assert!(!book.recording("lab.md").exists());
}

#[test]
fn a_chapter_that_could_not_run_has_not_passed_in_the_list_of_all_runs() {
    let outcome =
        without_engine(changed().setting("verifications = true").to_preprocess("html")).run();
    outcome.exits(0);
    let chapters = chapters(&outcome);
    let row = |page: &str| {
        let rows: Vec<&str> = chapters[2].split("<tr>").filter(|row| row.contains(page)).collect();
        assert_eq!(rows.len(), 1, "{}", chapters[2]);
        rows[0]
            .split("<td>")
            .skip(2)
            .map(|cell| cell.split('<').next().unwrap())
            .collect::<Vec<_>>()
    };
    // Steps, passed, not reached.
    assert_eq!(row("lab.html")[..3], ["2", "0", "2"]);
    assert_eq!(row("same.html")[..3], ["1", "1", "0"]);
}

#[test]
fn it_is_an_error_in_ci_and_where_everything_is_to_run() {
    let book = changed();
    let in_ci = |value| without_engine(book.to_preprocess("html")).env("CI", value).run();
    for value in ["true", "1"] {
        let outcome = in_ci(value);
        outcome.exits(3).fails_saying(&["`unshare` not found"]);
        assert_eq!(outcome.stdout(), "");
    }
    in_ci("false").exits(0);
    in_ci("").exits(0);
    without_engine(book.to_verify()).run().exits(3);
    without_engine(book.command(["record"])).run().exits(3);
    let book = changed().setting("run = \"always\"");
    let outcome = without_engine(book.to_preprocess("html")).run();
    outcome.exits(3).fails_saying(&["`unshare` not found"]);
}

#[test]
fn other_findings_stay_errors() {
    // The chapter `same.md` is checked, as its recording is current.
    let book = changed().output("something else\n");
    let outcome = without_engine(book.to_preprocess("html")).run();
    outcome.exits(1).tells("error[output-mismatch]").tells("warning[stale-recording]");
    assert_eq!(outcome.stdout(), "");
}
