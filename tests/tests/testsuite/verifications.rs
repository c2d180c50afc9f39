//! The page that lists all runs.

use testsuite::{Book, Hub};

use crate::MDBOOK;

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
fn images_that_a_step_has_pulled_are_listed_and_marked() {
    for (language, mark) in [("en", "pulled by a step"), ("fr", "téléchargée par une étape")] {
        let hub = Hub::start();
        let book = Book::new()
            .in_network(&hub)
            .config(&format!(
                "[book]\nlanguage = \"{language}\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\""
            ))
            .step("docker run --rm alpine true")
            .step("docker pull --quiet nginx:1.27");
        book.to_build(MDBOOK).run().exits(0);
        let site = book.site();
        let pulled = format!("nginx:1.27, {mark}");
        let page = site.page("verifications.html");
        let cells = page.texts("main .docktest-verifications td");
        let image = |name: &str| cells.iter().position(|cell| cell == name).unwrap();
        assert_eq!(cells[image("alpine:latest") + 2], pulled, "{cells:?}");
        let digest = &cells[image(&pulled) + 1];
        assert!(digest.starts_with("nginx@sha256:"), "{cells:?}");
        let lab = site.page("lab.html");
        let summary = &lab.texts(".docktest-provenance summary")[0];
        assert!(summary.ends_with(&format!(" · alpine:latest · {pulled}")), "{summary}");
        let details = lab.texts(".docktest-provenance dd");
        assert!(details.contains(&format!("nginx:1.27 {digest}")), "{details:?}");
    }
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
