//! `verify FILE:LINE`: one step and those before it.

use testsuite::{Book, Program};

const CHAPTER: &str = "```bash\nx=1; false\n```\n\n```bash\necho $x\n```\n```output\n2\n```\n\n\
    ```bash\ntouch /proc/never\n```\n";

fn verify(place: &str) -> testsuite::Outcome {
    let book = Book::new().chapter("lab.md", CHAPTER);
    book.write();
    let program = Program::new(["verify", place, "--format", "json"]).directory(book.path());
    program.about("src/lab.md", CHAPTER).run()
}

#[test]
fn any_line_of_a_step_selects_it_and_the_steps_before_it_run() {
    for line in [5, 6, 9, 10] {
        let outcome = verify(&format!("src/lab.md:{line}"));
        outcome.exits(1).finds("output-mismatch", 9);
        assert_eq!(outcome.findings().len(), 1, "{outcome}");
        assert_eq!(outcome.report()["summary"]["steps"], 2, "{outcome}");
    }
}

#[test]
fn a_line_without_a_step_is_wrong_usage() {
    let outcome = verify("src/lab.md:4");
    outcome.exits(2);
    assert!(outcome.stderr().contains("no step at line 4 of src/lab.md"), "{outcome}");
}

#[test]
fn a_chapter_has_the_settings_of_its_book() {
    let book = Book::new()
        .chapter("lab.md", "```bash\n{{#include script.sh}}\n```\n\n```output\nincluded\n```\n")
        .file("src/script.sh", "echo included");
    book.write();
    let program = Program::new(["verify", "src/lab.md", "--format", "json"]);
    program.directory(book.path()).run().exits(0).prints(1, "included\n");
}
