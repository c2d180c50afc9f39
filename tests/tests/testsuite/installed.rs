//! Warnings of a build about the files that `install` adds to a book.

use std::fs;

use testsuite::{Book, Program, workspace};

use crate::install::older;

/// A book whose page has a result.
fn book() -> Book {
    let config =
        "[book]\ntitle = \"T\"\nlanguage = \"fr\"\n[build]\nbuild-dir = \"html\"\n[output.html]";
    Book::new().config(config).step("echo one")
}

/// The warnings of a build.
fn warnings(book: &Book) -> Vec<String> {
    let outcome = book.to_preprocess("html").run();
    outcome.exits(0);
    let about = |line: &&str| line.starts_with("warning: ");
    outcome.stderr().lines().filter(about).map(str::to_owned).collect()
}

const INSTALLED: &str = "[book]\ntitle = \"T\"\nlanguage = \"fr\"\n[build]\nbuild-dir = \"html\"
[output.html]
additional-css = [\"docktest/docktest.css\"]
additional-js = [\"docktest/docktest.js\", \"docktest/docktest-fr.js\", \"docktest/docktest-language.js\"]";

#[test]
fn files_missing_from_book_toml_are_named_with_the_remedy() {
    let text = warnings(&book()).concat();
    assert!(text.contains("docktest.css") && text.contains("docktest-fr.js"), "{text}");
    assert!(text.contains("`mdbook-docktest install`"), "{text}");
}

#[test]
fn installed_files_are_reported_only_if_they_are_old() {
    let book = book().config(INSTALLED);
    book.write();
    Program::new(["install"]).directory(book.path()).run().exits(0);
    assert_eq!(warnings(&book), [""; 0]);

    let style_sheet = book.path().join("docktest/docktest.css");
    let current = fs::read_to_string(&style_sheet).unwrap();
    fs::write(&style_sheet, format!("{current}.mine {{}}\n")).unwrap();
    assert_eq!(warnings(&book), [""; 0], "the edited file is current");

    fs::write(&style_sheet, older(&current)).unwrap();
    let guide = workspace().join("crates/mdbook-docktest/guide/src/installed.md");
    let text = warnings(&book).concat();
    assert!(fs::read_to_string(guide).unwrap().contains(&text), "the guide does not show {text}");

    fs::write(&style_sheet, "old {}\n").unwrap();
    let text = warnings(&book).concat();
    assert!(text.contains("docktest/docktest.css was edited"), "{text}");
}

#[test]
fn a_book_without_results_needs_no_files() {
    let book = Book::new().chapter("a.md", "```bash ignore\nls\n```\n");
    assert_eq!(warnings(&book), [""; 0]);
    let outcome = self::book().to_preprocess("markdown").run();
    assert!(!outcome.stderr().contains("install"), "{outcome}");
}
