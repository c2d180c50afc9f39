//! The page that lists all runs.

use testsuite::Book;

fn book(settings: &str) -> Book {
    Book::new()
        .config("[book]\nlanguage = \"fr\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"")
        .setting(settings)
        .chapter("part/lab.md", "# Lab\n\n")
        .step("echo one")
        .step_with("ignore", "echo two")
        .chapter("prose.md", "# Prose\n")
}

#[test]
fn it_lists_the_chapters_that_ran() {
    let site = book("labels.verified = \"Vu le {date}\"").build().unwrap();
    let page = site.page("verifications.html");
    let cells = page.texts("main .docktest-verifications td");
    assert_eq!(cells[..4], ["part/lab.md", "2", "1", "1"], "{cells:?}");
    assert!(cells[4].starts_with("Docker Engine "), "{cells:?}");
    assert!(page.texts("main").concat().contains("Moteurs"));
    let links = page.attributes("main .docktest-verifications a", "href");
    assert_eq!(links, ["part/lab.html"]);

    let lab = site.page("part/lab.html");
    assert_eq!(lab.attributes(".docktest-provenance a", "href"), ["../verifications.html"]);
    assert!(lab.texts(".docktest-provenance summary")[0].starts_with("Vu le "));
    assert!(site.page("prose.html").texts(".docktest-provenance").is_empty());
}

#[test]
fn the_page_can_be_disabled() {
    let site = book("verifications = false").build().unwrap();
    assert!(!site.has("verifications.html"));
    assert_eq!(site.page("part/lab.html").texts(".docktest-provenance summary").len(), 1);
    assert!(site.page("part/lab.html").texts(".docktest-provenance a").is_empty());
}

#[test]
fn an_existing_page_with_that_name_is_kept() {
    let site = book("").chapter("verifications.md", "# Mine\n").build().unwrap();
    assert_eq!(site.page("verifications.html").texts("main h1"), ["Mine"]);
    assert!(site.page("part/lab.html").texts(".docktest-provenance a").is_empty());
}

#[test]
fn a_book_without_steps_has_no_such_page() {
    let site = Book::new().chapter("prose.md", "# Prose\n").build().unwrap();
    assert!(!site.has("verifications.html"));
}
