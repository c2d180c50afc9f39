//! Directives about a chapter's duration, and about the whole book.

use testsuite::Book;

const BOTH: &str = "# Annexe\n\nEn tout\u{a0}: {{#docktest duration book}}.\n\n\
    {{#docktest commands}}\n\n{{#docktest errors}}\n";

/// A book whose first page is about the chapters after it.
fn book() -> Book {
    Book::new()
        .config("[book]\nlanguage = \"fr\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"")
        .chapter("annexes/aide.md", BOTH)
        .chapter("un.md", "# Un\n\n> [!NOTE]\n> **Durée.** {{#docktest duration}}. Bref.\n\n")
        .step("docker volume create data\ntrue")
        .step_with("exit=1", "docker volume rm nosuch")
        .step_with("hidden", "docker ps")
        .chapter("sous/deux.md", "# Deux\n\n")
        .step("docker volume ls -q")
        .step_with("cleanup", "docker volume ls --quiet")
}

#[test]
fn pages_about_the_book_know_all_chapters() {
    let book = book();
    // The second build takes all results from the recordings.
    for _ in 0..2 {
        let site = book.build().unwrap();
        let page = site.page("annexes/aide.html");
        let rows = page.texts("main .docktest-commands th[scope=row]");
        assert_eq!(rows, ["docker volume create", "docker volume ls", "docker volume rm"]);
        assert_eq!(page.texts("main .docktest-commands td code"), ["--quiet", "-q"]);
        let errors = page.texts("main .docktest-error samp");
        let [error] = &errors[..] else { panic!("{errors:?}") };
        assert!(error.contains("no such volume"), "{error}");
        assert_eq!(page.texts("main .docktest-error kbd"), ["docker volume rm nosuch"]);

        // Each link leads to the step.
        let mut links = page.attributes("main .docktest-commands a", "href");
        links.extend(page.attributes("main .docktest-error a", "href"));
        assert_eq!(links.len(), 6, "{links:?}");
        for link in links {
            let (path, id) = link.strip_prefix("../").unwrap().split_once('#').unwrap();
            let ids = site.page(path).attributes("main [id]", "id");
            assert!(ids.iter().any(|known| known == id), "{link}: {ids:?}");
        }

        let paragraphs = page.texts("main p").join("\n");
        let total = "En tout\u{a0}: Environ 5\u{a0}minutes\u{a0}: 20\u{a0}mots, 5\u{a0}commandes";
        assert!(paragraphs.contains(total), "{paragraphs}");
        let duration = "Durée. Environ 5\u{a0}minutes\u{a0}: 10\u{a0}mots, 3\u{a0}commandes";
        let texts = site.page("un.html").texts("main .blockquote-tag-note p").join("\n");
        assert!(texts.contains(duration), "{texts}");
        assert!(texts.contains("Remarque"), "{texts}");
    }
}

#[test]
fn a_book_without_such_pages_has_no_anchors() {
    let book = book();
    let without = Book::new().chapter("un.md", "# Un\n\n").step("echo one");
    let ids = |book: &Book, page: &str| {
        book.build().unwrap().page(page).attributes("main span[id]", "id")
    };
    assert_eq!(ids(&without, "un.html"), [""; 0]);
    assert_eq!(ids(&book, "un.html"), ["docktest-un-1-step", "docktest-un-2-step"]);
}
