//! Findings in chapters with includes: at the lines of the files that the author edits.

use testsuite::{Book, Outcome};

/// 20 lines, one of them a step that fails.
fn included() -> String {
    format!("{}```bash\nexit 4\n```\n{}", "Text.\n\n".repeat(5), "Text.\n\n".repeat(4))
}

fn book() -> Book {
    Book::new()
        .file("src/parts/setup.md", &included())
        .file("src/parts/run.sh", "# ANCHOR: run\ntrue\nfalse\n# ANCHOR_END: run\n")
        .chapter(
            "lab.md",
            "# Lab\n\n{{#include parts/setup.md}}\n\n```bash\n{{#include parts/run.sh:run}}\n```\n\n\
             ```bash\necho new\n```\n\n```output\nold\n```\n\n```bash\nexit 5\n```\n",
        )
}

fn places(outcome: &Outcome) -> Vec<(String, String, u64)> {
    let report = outcome.report();
    let findings = report["chapters"][0]["findings"].as_array().unwrap();
    let place = |finding: &serde_json::Value| {
        let text = |field: &str| finding[field].as_str().unwrap().to_owned();
        (text("code"), text("path"), finding["line"].as_u64().unwrap())
    };
    findings.iter().map(place).collect()
}

#[test]
fn a_finding_names_the_file_and_the_line_that_the_author_edits() {
    let book = book();
    let found = |code: &str, path: &str, line| (code.to_owned(), path.to_owned(), line);
    let expected = [
        found("exit-status", "src/parts/setup.md", 12),
        found("exit-status", "src/parts/run.sh", 3),
        found("output-mismatch", "src/lab.md", 14),
        found("exit-status", "src/lab.md", 18),
    ];
    assert_eq!(places(&book.verify()), expected);
    // The same in a build.
    let outcome = book.to_build(crate::MDBOOK).run();
    for (_, path, line) in &expected {
        outcome.tells(&format!("--> {path}:{line}:1"));
    }
    let human = book.command(["verify"]).run();
    let report = "error[exit-status]: this command exited with status 1 instead of 0\n \
        --> src/parts/run.sh:3:1\n  |\n3 | false\n  | ^^^^^\n";
    assert!(human.stdout().contains(report), "{human}");
}

#[test]
fn the_printed_command_runs_the_step_again() {
    let two = "```bash\nexit 4\n```\n\n```bash\nexit 6\n```\n";
    let book = Book::new()
        .file("src/two.md", two)
        .chapter("it's.md", "# Lab\n\n{{#include two.md}}\n\n```bash\nexit 5\n```\n");
    let outcome = book.command(["verify"]).run();
    let commands: Vec<&str> = outcome
        .stdout()
        .lines()
        .filter_map(|line| line.strip_prefix("To run it again: mdbook-docktest verify "))
        .collect();
    assert_eq!(commands, [r"'src/it'\''s.md:3'", r"'src/it'\''s.md:6'"], "{outcome}");
    let again = |place: &str| book.command(["verify", place, "--format", "json"]).run();
    let lines = |outcome: &Outcome| {
        places(outcome).into_iter().map(|(_, path, line)| (path, line)).collect::<Vec<_>>()
    };
    let two = |line| ("src/two.md".to_owned(), line);
    assert_eq!(lines(&again("src/it's.md:3")), [two(2), two(6)]);
    assert_eq!(lines(&again("src/it's.md:6")), [("src/it's.md".to_owned(), 6)]);
}

#[test]
fn a_missing_include_keeps_its_chapter_from_running() {
    let book = Book::new()
        .file("src/empty.sh", "")
        .file("src/run.sh", "echo run\n")
        .chapter(
            "lab.md",
            "# Lab\n\n{{#include nowhere.md}}\n\n```bash\n{{#include run.sh:main}}\n```\n\n\
             \\{{#include shown.md}}\n\n```bash\n{{#include empty.sh}}\n```\n",
        )
        .chapter("good.md", "```bash\ntrue\n```\n");
    let outcome = book.verify();
    outcome
        .exits(2)
        .finds_only(&[("missing-include", "nowhere.md"), ("missing-include", "run.sh:main")])
        .says("cannot include `src/nowhere.md`: No such file")
        .says("`src/run.sh` has no anchor `main`");
    assert_eq!(outcome.status_of(3), "passed");
    let build = book.to_build(crate::MDBOOK).run();
    build.tells("error[missing-include]").tells("src/lab.md:3:1").tells("src/lab.md:6:1");
}
