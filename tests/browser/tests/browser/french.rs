//! French books: mdBook's own texts are in French, and its search finds French words.

use std::sync::LazyLock;

use browser_tests::{Browser, BuiltBook, Lab};
use serde_json::json;

fn book() -> &'static BuiltBook {
    static BOOK: LazyLock<BuiltBook> = LazyLock::new(|| {
        Lab::new()
            .chapter("a.md", FIRST, Vec::new())
            .chapter("b.md", SECOND, Vec::new())
            .chapter("c.md", THIRD, Vec::new())
            .build("francais")
    });
    &BOOK
}

const FIRST: &str = "# Première étape

> [!NOTE]
> Un volume survit à ses conteneurs.

Voici l’étape d’« installation » des réseaux : de l’œuvre de qualité.

```rust,noplayground
visible();
# masquee();
```
";

const SECOND: &str = "# De l’autre côté

## Sauvegarder un volume

Les étapes suivent : `docker-compose ps`, puis le fichier `/var/log/app/access.log`.
";

const THIRD: &str = "# Annexe

Rien de ce qui précède.
";

/// Searches by a link with a query. Returns the text with the number of results, and the chapters of the
/// results.
fn found(browser: &Browser, query: &str) -> (String, Vec<String>) {
    browser.open("about:blank").open(&book().file("c.html"));
    let url = browser.call::<String>(
        "return location.pathname + '?search=' + encodeURIComponent(arguments[0])",
        &[json!(query)],
    );
    browser.open(&format!("file://{url}"));
    results(browser)
}

const HEADER: &str = "document.getElementById('mdbook-searchresults-header').textContent";

fn results(browser: &Browser) -> (String, Vec<String>) {
    browser.until(&format!("{HEADER} !== ''"));
    let chapters = "[...document.querySelectorAll('#mdbook-searchresults a')].map(
        link => link.getAttribute('href').split('?')[0])";
    let mut chapters = browser.value::<Vec<String>>(chapters);
    chapters.dedup();
    (browser.value(HEADER), chapters)
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn words_are_found_with_and_without_accents() {
    let browser = Browser::start();
    let queries: &[(&str, &[&str])] = &[
        ("étape", &["a.html", "b.html"]),
        ("etape", &["a.html", "b.html"]),
        ("ÉTAPES", &["a.html", "b.html"]),
        ("l'étape", &["a.html", "b.html"]),
        ("étap", &["a.html", "b.html"]),
        ("côté", &["b.html"]),
        ("cote", &["b.html"]),
        ("qualité", &["a.html"]),
        ("qualite", &["a.html"]),
        ("œuvre", &["a.html"]),
        ("oeuvre", &["a.html"]),
        ("réseau", &["a.html"]),
        ("docker-compose", &["b.html"]),
        ("access.log", &["b.html"]),
        ("introuvable", &[]),
    ];
    for (query, chapters) in queries {
        let (_, mut found) = found(&browser, query);
        found.sort();
        assert_eq!(found, *chapters, "{query}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_chapter_with_most_of_the_words_comes_first() {
    let browser = Browser::start();
    for (query, first) in [
        ("conteneur volume", "a.html"),
        ("qualité des réseaux", "a.html"),
        ("sauvegarder le volume", "b.html"),
        ("étape de l'accès", "b.html"),
        ("première étape", "a.html"),
    ] {
        let (_, chapters) = found(&browser, query);
        assert_eq!(chapters.first().map(String::as_str), Some(first), "{query}: {chapters:?}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_number_of_results_is_in_french() {
    let browser = Browser::start();
    for (query, expected) in [
        ("zzz", "Aucun résultat pour «\u{a0}zzz\u{a0}»."),
        ("<zz>' $& {}", "Aucun résultat pour «\u{a0}<zz>' $& {}\u{a0}»."),
        ("qualité", "1 résultat pour «\u{a0}qualité\u{a0}»\u{a0}:"),
        ("étapes", "2 résultats pour «\u{a0}étapes\u{a0}»\u{a0}:"),
    ] {
        let (header, _) = found(&browser, query);
        assert_eq!(header, expected, "{query}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn found_words_are_marked_in_the_results_and_on_the_page() {
    let browser = Browser::start();
    browser.open(&book().file("c.html")).press("/").press("l'etape de la qualite");
    browser.until(&format!("{HEADER}.includes('qualite')"));
    let marked = "[...document.querySelectorAll('.teaser em')].map(word => word.textContent)";
    let marked = browser.value::<Vec<String>>(marked);
    for word in ["l’étape", "qualité"] {
        assert!(marked.iter().any(|mark| mark == word), "the result shows {word}: {marked:?}");
    }
    let label = browser.value::<String>("document.querySelector('.teaser').ariaLabel");
    assert_eq!(label, "Extrait du résultat");

    let there = browser.value::<String>("document.querySelector('#mdbook-searchresults a').href");
    browser.open(&there);
    let marks = "[...document.querySelectorAll('main mark')].map(word => word.textContent)";
    let mut marks = browser.value::<Vec<String>>(marks);
    marks.sort();
    marks.dedup();
    assert_eq!(marks, ["qualité", "étape"], "not `de` or `l’`");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn search_works_on_a_server() {
    let server = book().serve();
    let browser = Browser::start();
    browser.open(&server.page("a.html?search=c%C3%B4t%C3%A9"));
    assert_eq!(results(&browser).1, ["b.html"]);
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_english_text_is_left() {
    let browser = Browser::start();
    browser.open(&book().file("b.html"));
    let english = "[...document.querySelectorAll('[title], [aria-label], [placeholder]')]
        .flatMap(element => [element.title, element.ariaLabel, element.placeholder])
        .concat([...document.querySelectorAll('.theme, #mdbook-help-popup *')]
            .flatMap(element => [...element.childNodes].map(node => node.data)))
        .filter(text => text && text.trim())
        .map(text => text.trim())
        .filter(text => text in window.docktestLanguage.words)";
    assert_eq!(browser.value::<Vec<String>>(english), [""; 0]);
    let words: &[(&str, &str)] = &[
        ("document.getElementById('mdbook-searchbar').placeholder", "Rechercher dans ce livre…"),
        ("document.querySelector('.nav-chapters.next').title", "Chapitre suivant"),
        ("document.getElementById('mdbook-sidebar').ariaLabel", "Table des matières"),
        ("document.getElementById('mdbook-theme-light').textContent", "Clair"),
    ];
    for (expression, word) in words {
        assert_eq!(browser.value::<String>(expression), *word);
    }
    browser.press("?");
    browser.until("document.getElementById('mdbook-help-popup').checkVisibility()");
    let help = browser.value::<String>("document.getElementById('mdbook-help-popup').innerText");
    assert!(help.contains("Appuyez sur ← ou → pour passer d’un chapitre à l’autre"), "{help}");

    browser.open(&book().file("a.html"));
    let title = "document.querySelector('.blockquote-tag-title').textContent";
    assert_eq!(browser.value::<String>(title), "Remarque");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn hidden_lines_can_be_shown_and_hidden() {
    let browser = Browser::start();
    browser.open(&book().file("a.html"));
    let button = "document.querySelector('main .buttons button:last-child')";
    let hides = "document.querySelector('main code').classList.contains('hide-boring')";
    for (title, hidden) in [
        ("Afficher les lignes masquées", true),
        ("Masquer les lignes", false),
        ("Afficher les lignes masquées", true),
    ] {
        browser.until(&format!("{button}.title === '{title}'"));
        assert_eq!(browser.value::<String>(&format!("{button}.ariaLabel")), title);
        assert_eq!(browser.value::<bool>(hides), hidden, "{title}");
        let place = browser.value::<(f64, f64)>(&format!(
            "(box => [box.x + box.width / 2, box.y + box.height / 2])
                ({button}.getBoundingClientRect())"
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place.0, "y": place.1, "button": "left", "clickCount": 1,
            });
            browser.cdp("Input.dispatchMouseEvent", event);
            // mdBook fades the button in when hovered.
            browser.until(&format!("getComputedStyle({button}).visibility === 'visible'"));
        }
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_message_after_copying_is_in_french() {
    let browser = Browser::start();
    browser.open(&book().file("a.html"));
    browser.cdp(
        "Browser.grantPermissions",
        json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    );
    // A real click: browsers only let users copy.
    browser.click("main .clip-button", 0);
    let message = "document.querySelector('main .tooltiptext').textContent";
    browser.until(&format!("{message} !== ''"));
    assert_eq!(browser.value::<String>(message), "Copié\u{202f}!");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_not_found_page_is_in_french() {
    let server = book().serve();
    let browser = Browser::start();
    browser.open(&server.page("nulle/part.html"));
    assert_eq!(browser.value::<String>("document.title"), "Page introuvable – Atelier");
    let text = browser.value::<String>("document.querySelector('main').innerText");
    assert!(text.starts_with("Page introuvable (404)"), "{text}");
    assert!(text.contains("Cette adresse ne mène à aucune page."), "{text}");
}
