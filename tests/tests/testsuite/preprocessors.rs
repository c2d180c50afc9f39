//! `verify` reads what a build reads: the book's other preprocessors, and mdBook's environment variables.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use testsuite::{Book, Outcome};

const CHAPTER: &str = "# Lab\n\n```bash\necho @WHO@\n```\n\n```output\nreplaced\n```\n";

/// A preprocessor that edits the book with `sed`. It prints to standard output when it is asked what it
/// supports, too.
fn sed(command: &str) -> String {
    // Of `[context, book]`, mdBook wants the book.
    let book = r#"s/^.*,{"items":/{"items":/; s/]$//"#;
    format!(
        "#!/bin/sh\nif [ \"$1\" = supports ]; then echo \"supports $2\"; exit 0; fi\n\
         exec sed '{book}; {command}'\n"
    )
}

fn script(book: Book, name: &str, text: &str) -> Book {
    let book = book.file(name, text);
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(book.path().join(name), permissions).unwrap();
    book
}

fn replacing(order: &str) -> Book {
    let config = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n\
        [preprocessor.aaa]\ncommand = \"./replace\"\n";
    let book = Book::new().config(&format!("{config}{order}")).chapter("lab.md", CHAPTER);
    script(book, "replace", &sed("s/@WHO@/replaced/"))
}

fn finds_at(outcome: &Outcome, expected: &[(&str, &str, u64)]) {
    let report = outcome.report();
    let chapters = report["chapters"].as_array().unwrap();
    let findings = chapters.iter().flat_map(|chapter| chapter["findings"].as_array().unwrap());
    let found: Vec<(&str, &str, u64)> = findings
        .map(|finding| {
            let text = |field: &str| finding[field].as_str().unwrap();
            (text("code"), text("path"), finding["line"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, expected, "{outcome}");
}

#[test]
fn those_before_ours_run_and_those_after_do_not() {
    let book = replacing("");
    book.verify().exits(0).finds_nothing();
    assert_eq!(book.build().unwrap().page("lab.html").texts("main samp"), ["replaced\n"]);
    // After ours, it would see our pages.
    let outcome = replacing("after = [\"docktest\"]").verify();
    outcome.exits(1).finds_only(&[("output-mismatch", "replaced")]).prints(1, "@WHO@\n");
}

#[test]
fn findings_are_at_the_lines_of_the_file_behind_a_preprocessor() {
    // Like tabs and diagrams, it puts other lines in the place of the author's.
    let tabs = sed(r"s|{{#tabs}}|<div>\\n<ul>\\n<li>\\n</ul>\\n<p>|; s|{{#endtabs}}|</div>|");
    let text = "# Lab\n\n{{#tabs}}\n\n```bash\ntrue\nexit 4\n```\n\n{{#endtabs}}\n\n\
        ```bash\nexit 5\n```\n";
    let book = script(replacing(""), "replace", &tabs).chapter("tabs.md", text);
    let outcome = book.command(["verify", "src/tabs.md", "--format", "json"]).run();
    finds_at(&outcome, &[("exit-status", "src/tabs.md", 7), ("exit-status", "src/tabs.md", 13)]);
    let human = book.command(["verify", "src/tabs.md:13"]).run();
    human.exits(1);
    let report = "error[exit-status]: this command exited with status 5 instead of 0\n  \
        --> src/tabs.md:13:1\n   |\n13 | exit 5\n   | ^^^^^^\n";
    assert!(human.stdout().starts_with(report), "{human}");
}

#[test]
fn a_preprocessor_that_fails_or_is_missing_is_an_error() {
    let failing = script(replacing(""), "replace", "#!/bin/sh\n[ \"$1\" = supports ]\n");
    failing.verify().exits(2).fails_saying(&["\"aaa\" preprocessor exited unsuccessfully"]);
    let book = replacing("");
    fs::remove_file(book.path().join("replace")).unwrap();
    book.verify().exits(2).fails_saying(&["preprocessor `aaa`", "No such file"]);
    replacing("optional = true\n").file("replace", "").verify().exits(2);
}

#[test]
fn the_environment_changes_the_settings_as_in_a_build() {
    let book = Book::new().step("sleep 60").file("other/SUMMARY.md", "- [A](a.md)\n");
    let book = book.file("other/a.md", "```bash\necho other\n```\n");
    let verify = |name: &str, value: &str| book.to_verify().env(name, value).run();
    let outcome = verify("MDBOOK_PREPROCESSOR__DOCKTEST__TIMEOUT", "1s");
    outcome.exits(1).finds_only(&[("timeout", "sleep 60")]);
    verify("MDBOOK_BOOK__SRC", "other").exits(0).prints(1, "other\n");
    verify("MDBOOK_PREPROCESSOR__DOCKTEST__TIMEOUT", "soon")
        .exits(2)
        .fails_saying(&["invalid duration `soon`"]);
}

#[test]
fn the_recordings_of_a_translation_are_not_removed() {
    let book = Book::new().step("echo original").file("fr/SUMMARY.md", "- [A](a.md)\n");
    let book = book.file("fr/a.md", "```bash\necho traduit\n```\n");
    let record = || book.command(["record"]);
    record().env("MDBOOK_BOOK__SRC", "fr").run().exits(0);
    for _ in 0..2 {
        record().run().exits(0).keeps_quiet_about("removed");
        record().env("MDBOOK_BOOK__SRC", "fr").run().exits(0).keeps_quiet_about("removed");
    }
    assert!(book.recording("lab.md").is_file() && book.recording("a.md").is_file());
    // A chapter that no other directory has is gone.
    fs::remove_file(book.path().join("fr/a.md")).unwrap();
    record().run().exits(0).tells("recordings/a.md.json: removed");
}
