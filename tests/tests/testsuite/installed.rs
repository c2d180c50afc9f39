//! What a build says of the files that `install` has put into a book.

use std::fs;

use testsuite::{Book, Program, workspace};

use crate::install::older;

/// A book with a step whose result is on its page.
fn book() -> Book {
    let config =
        "[book]\ntitle = \"T\"\nlanguage = \"fr\"\n[build]\nbuild-dir = \"html\"\n[output.html]";
    Book::new().config(config).step("echo one")
}

/// What a build says of them.
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
fn files_that_are_missing_from_book_toml_are_named_with_the_remedy() {
    let said = warnings(&book()).concat();
    assert!(said.contains("docktest.css") && said.contains("docktest-fr.js"), "{said}");
    assert!(said.contains("`mdbook-docktest install`"), "{said}");
}

#[test]
fn once_they_are_installed_there_is_nothing_to_say_until_they_are_old() {
    let book = book().config(INSTALLED);
    book.write();
    Program::new(["install"]).directory(book.path()).run().exits(0);
    assert_eq!(warnings(&book), [""; 0]);

    let style_sheet = book.path().join("docktest/docktest.css");
    let current = fs::read_to_string(&style_sheet).unwrap();
    fs::write(&style_sheet, format!("{current}.mine {{}}\n")).unwrap();
    assert_eq!(
        warnings(&book),
        [""; 0],
        "an edited one that misses nothing is the author's affair"
    );

    fs::write(&style_sheet, older(&current)).unwrap();
    let guide = workspace().join("crates/mdbook-docktest/guide/src/installed.md");
    let said = warnings(&book).concat();
    assert!(fs::read_to_string(guide).unwrap().contains(&said), "the guide shows {said}");

    fs::write(&style_sheet, "old {}\n").unwrap();
    let said = warnings(&book).concat();
    assert!(said.contains("docktest/docktest.css was edited"), "{said}");
}

#[test]
fn a_book_that_shows_no_result_needs_none() {
    let book = Book::new().chapter("a.md", "```bash ignore\nls\n```\n");
    assert_eq!(warnings(&book), [""; 0]);
    let outcome = self::book().to_preprocess("markdown").run();
    assert!(!outcome.stderr().contains("install"), "{outcome}");
}
