//! What was named on the command line and has no step that runs is not green.

use testsuite::{Book, Outcome, Program};

const PROSE: &str = "# Prose\n\nNo commands.\n";
const IGNORED: &str = "# Ignored\n\n```bash ignore\nls\n```\n\n```bash ignore\nls\n```\n";
const GOOD: &str = "# Good\n\n```bash\ntrue\n```\n\n```bash ignore\nfalse\n```\n";

fn book() -> Book {
    Book::new()
        .chapter("prose.md", PROSE)
        .chapter("ignored.md", IGNORED)
        .chapter("good.md", GOOD)
        .file("README.md", PROSE)
}

fn verify(arguments: &[&str]) -> Outcome {
    let book = book();
    book.write();
    let program = Program::new(["verify", "--format", "json"].iter().chain(arguments));
    program.directory(book.path()).env("TMPDIR", book.temporary()).run()
}

#[test]
fn a_chapter_without_steps_is_fine_among_others() {
    book().verify().exits(0).finds_nothing();
    verify(&["--chapter", "*.md"]).exits(0).finds_nothing();
}

#[test]
fn a_named_file_without_steps_fails() {
    for arguments in [
        &["README.md"][..],
        &["src/prose.md"],
        &["--chapter", "prose.md"],
        &["--chapter", "prose.md", "--chapter", "good.md"],
        &["src/good.md", "src/prose.md"],
    ] {
        let outcome = verify(arguments);
        outcome.exits(1).finds("no-steps", 1).says("no step in this file");
        assert_eq!(outcome.findings().len(), 1, "{outcome}");
    }
    let outcome = verify(&["src/ignored.md"]);
    outcome.exits(1).finds("no-steps", 1).says("all 2 steps are marked `ignore`");
    assert_eq!(outcome.report()["summary"]["ignored"], 2, "{outcome}");
    for command in ["accept", "record"] {
        let book = book();
        let outcome = book.command([command, "src/ignored.md", "--format", "json"]).run();
        outcome.exits(1).finds("no-steps", 1);
    }
}

#[test]
fn a_line_of_a_step_that_does_not_run_fails() {
    verify(&["src/good.md:4"]).exits(0).finds_nothing();
    let outcome = verify(&["src/good.md:8"]);
    outcome.exits(1).finds("no-steps", 8).says("this step is marked `ignore`");
}

#[test]
fn a_book_in_which_nothing_runs_fails() {
    let book = Book::new().chapter("prose.md", PROSE).chapter("ignored.md", IGNORED);
    let outcome = book.verify();
    outcome.exits(1).says("no step in this book runs: all 2 steps are marked `ignore`");
    assert_eq!(outcome.report()["chapters"][2]["path"], "book.toml", "{outcome}");
    // Its pages are right.
    book.to_preprocess("html").run().exits(0).keeps_quiet_about("no-steps");
    book.setting("lints.no-steps = \"allow\"").verify().exits(0).finds_nothing();
}

#[test]
fn a_file_whose_steps_are_all_for_other_engines_fails() {
    let book = Book::new()
        .chapter("old.md", "# Old\n\n")
        .step_with("engine=\"<17\"", "echo old")
        .prose("```bash ignore\nls\n```\n\n")
        .chapter("both.md", "# Both\n\n")
        .step("echo new")
        .step_with("engine=\"<17\"", "echo old");
    let verify = |named: &[&str]| {
        named.iter().fold(book.command(["verify", "--format", "json"]), Program::arg).run()
    };
    for named in [&["src/old.md"][..], &["--chapter", "old.md"]] {
        let outcome = verify(named);
        outcome.exits(1).finds("no-steps", 4);
        outcome.says("the only one that can run is for Docker Engine <17");
        let summary = &outcome.report()["summary"];
        assert_eq!((&summary["skipped"], &summary["failed"]), (&1.into(), &0.into()), "{outcome}");
    }
    verify(&["src/both.md:8"]).exits(1).finds("no-steps", 8).says("this step did not run");
    for named in [&["src/both.md"][..], &["src/both.md:4"], &["--chapter", "*.md"], &[]] {
        verify(named).exits(0).finds_nothing();
    }
}

#[test]
fn a_book_whose_steps_are_all_for_other_engines_fails() {
    let book = Book::new()
        .chapter("old.md", "# Old\n\n")
        .step_with("engine=\"<17\"", "echo old")
        .chapter("older.md", "# Older\n\n")
        .step_with("engine=\"<16\"", "echo older")
        .chapter("prose.md", PROSE);
    let outcome = book.verify();
    outcome.exits(1).says("no step in this book ran: all 2 that can run are for other versions");
    assert_eq!(outcome.findings().len(), 1, "{outcome}");
}
