//! An old page is accepted once, and holds from then on.

use std::fs;

use testsuite::Book;

/// A page without any output, whose commands list objects that were made in the same moment, or have random names.
const ORDERLESS_PAGE: &str = include_str!("acceptance/orderless-page.md");

/// A page with the output of other machines and other days, below more than 60 commands.
const OLD_PAGE: &str = include_str!("acceptance/old-page.md");

/// A book with copies of a page. They are about output: what they leave behind does not matter, nor how long they take.
fn book(text: &str, copies: usize) -> Book {
    let book = Book::new().with_alpine().setting("timeout = \"5m\"");
    let book = book.setting("lints.leftover = \"allow\"");
    (0..copies).fold(book, |book, copy| book.chapter(&format!("lab{copy}.md"), text))
}

#[test]
fn an_accepted_page_holds_in_ten_runs() {
    let commands = OLD_PAGE.lines().filter(|line| line.starts_with("$ docker ")).count();
    assert!(commands > 50, "{commands}");
    let old = book(OLD_PAGE, 1);
    let accepted = old.command(["accept", "--rows", "--format", "json"]).run();
    accepted.exits(0).finds_nothing();
    let stderr = accepted.stderr();
    for summary in [
        "src/lab0.md:7: 1 line: 1 with placeholders ([ID])\n",
        "src/lab0.md:43: 2 lines: 1 with placeholders ([ID], [NUMBER], [SIZE])\n",
    ] {
        assert!(stderr.contains(summary), "{accepted}");
    }

    let text = fs::read_to_string(old.path().join("src/lab0.md")).unwrap();
    for line in [
        "[ID:web]\n",
        "\n        \"CreatedAt\": \"[DATE]\",\n",
        "\nlocal     [ID:",
        "\n[ID:web]       web       [NUMBER]%",
        "\n[DATE] volume create zoo (driver=local)\n",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let runs = book(&text, 10).command(["verify", "--jobs", "4", "--format", "json"]).run();
    runs.exits(0).finds_nothing();
}

#[test]
fn an_accepted_page_holds_in_whatever_order_docker_lists_objects() {
    let new = book(ORDERLESS_PAGE, 1);
    new.command(["accept", "--new", "--format", "json"]).run().exits(0).finds_nothing();
    let text = fs::read_to_string(new.path().join("src/lab0.md")).unwrap();
    for line in ["[ID:app-one]", "\nlocal     [ID:", "\nuntagged: app:one\n", "\nUntagged: app:"] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let runs = book(&text, 8).command(["verify", "--jobs", "4", "--format", "json"]).run();
    runs.exits(0).finds_nothing();
}
