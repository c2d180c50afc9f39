//! A wrong annotation keeps its own chapter from running, and no other.

use std::fs;

use testsuite::{Book, Outcome};

const MISTYPED: &str = "# Mistyped\n\n```bash timout=5s\necho never\n```\n\n\
    ```bash\necho nor this\n```\n\n```output\nold\n```\n";
const UNCLOSED: &str = "# Unclosed\n\n```bash\necho never\n";
const FAILING: &str = "# Failing\n\n```bash\nexit 4\n```\n";
const DIFFERENT: &str = "# Different\n\n```bash\necho new\n```\n\n```output\nold\n```\n";
const GOOD: &str = "# Good\n\n```bash\necho good\n```\n";

fn book() -> Book {
    Book::new().chapter("mistyped.md", MISTYPED).chapter("unclosed.md", UNCLOSED)
}

fn statuses(outcome: &Outcome, steps: usize) -> Vec<String> {
    (1..=steps).map(|step| outcome.status_of(step)).collect()
}

#[test]
fn all_other_chapters_are_verified() {
    let book = book().chapter("good.md", GOOD).chapter("failing.md", FAILING);
    let outcome = book.verify();
    let expected = [
        ("unknown-attribute", "timout"),
        ("unterminated-fence", "```bash"),
        ("exit-status", "exit 4"),
    ];
    outcome.exits(2).finds_only(&expected).prints(3, "good\n");
    assert_eq!(statuses(&outcome, 4), ["failed", "skipped", "passed", "failed"]);

    let human = book.command(["verify"]).run();
    human.exits(2);
    let end = "Not run because of its errors: src/mistyped.md (2 steps)\n\
        To run it again: mdbook-docktest verify src/mistyped.md:4\n\
        To run it again: mdbook-docktest verify src/unclosed.md\n\
        To run it again: mdbook-docktest verify src/failing.md:4\n";
    assert!(human.stdout().contains(end), "{human}");
}

#[test]
fn an_output_block_without_a_step_keeps_only_itself_from_being_compared() {
    let text = "```bash\necho one\n```\n\n```output\none\n```\n\n# Title\n\n```output\nold\n```\n\n\
        ```bash\nexit 4\n```\n";
    let outcome = Book::new().chapter("a.md", text).verify();
    outcome.exits(2).finds("orphan-output", 11).finds("exit-status", 16);
    assert_eq!(outcome.findings().len(), 2, "{outcome}");
    assert_eq!(statuses(&outcome, 2), ["passed", "failed"]);
}

#[test]
fn all_other_chapters_are_recorded() {
    let good = Book::new().chapter("mistyped.md", &MISTYPED.replace("timout", "timeout"));
    let good = good.edit("mistyped.md", "old", "nor this");
    let good = good.chapter("unclosed.md", &format!("{UNCLOSED}```\n")).chapter("good.md", GOOD);
    good.command(["record"]).run().exits(0);
    for chapter in ["mistyped.md", "unclosed.md", "good.md"] {
        assert!(good.recording(chapter).is_file(), "{chapter}");
    }

    // Their old recordings are neither used for another chapter nor removed.
    let book = good
        .edit("mistyped.md", "timeout", "timout")
        .edit("unclosed.md", "echo never\n```\n", "echo never\n")
        .edit("good.md", "echo good", "echo better");
    let outcome = book.command(["record"]).run();
    outcome.exits(2).tells("recordings/good.md.json: written").keeps_quiet_about("removed");
    outcome.tells("src/mistyped.md: not recorded: it did not run");
    assert!(fs::read_to_string(book.recording("good.md")).unwrap().contains("better"));
    assert!(book.recording("mistyped.md").is_file() && book.recording("unclosed.md").is_file());

    let check = book.command(["record", "--check", "--format", "json"]).run();
    check.exits(2);
    let codes: Vec<String> = check.findings().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["unknown-attribute", "unterminated-fence"], "{check}");
}

#[test]
fn all_other_chapters_are_accepted() {
    let book = book().chapter("different.md", DIFFERENT);
    let outcome = book.command(["accept"]).run();
    outcome.exits(2).tells("src/different.md: rewrote 1 expectation");
    let text = |path: &str| fs::read_to_string(book.path().join("src").join(path)).unwrap();
    assert_eq!(text("different.md"), DIFFERENT.replace("old", "new"));
    assert_eq!((text("mistyped.md").as_str(), text("unclosed.md").as_str()), (MISTYPED, UNCLOSED));
}

#[test]
fn a_build_fails_after_all_other_chapters_have_run() {
    let book = book().chapter("good.md", GOOD).chapter("failing.md", FAILING);
    let outcome = book.to_preprocess("html").run();
    outcome.exits(2);
    for told in ["error[unknown-attribute]", "error[unterminated-fence]", "error[exit-status]"] {
        outcome.tells(told);
    }
    assert_eq!(outcome.stdout(), "");
    assert!(book.recording("good.md").is_file());
}
