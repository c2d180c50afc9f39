//! mdBook's own words in French, and a search that finds French ones.

use browser_tests::{Browser, guide};
use thirtyfour::Key;

use crate::showcase::showcase;

/// Words of mdBook's interface, where its elements tell what they are for.
const ENGLISH: &str = "[...document.querySelectorAll('[title], [aria-label], [placeholder]')]
    .flatMap(element => ['title', 'aria-label', 'placeholder'].map(name => element.getAttribute(name)))
    .filter(word => /\\b(the|toggle|search|print|change|previous|next|chapter|contents|copy)\\b/i.test(word))";

/// The titles of the pages that a search finds.
fn found(browser: &Browser, words: &str) -> Vec<String> {
    browser.call::<()>(
        "const bar = document.getElementById('mdbook-searchbar');
         bar.value = '';
         bar.focus();",
        &[],
    );
    // mdBook shows what was found last until it has found something else.
    browser.call::<()>("document.getElementById('mdbook-searchresults').replaceChildren()", &[]);
    browser.press(words);
    browser.until(&format!(
        "document.getElementById('mdbook-searchresults-header').textContent.includes('{words}')"
    ));
    browser.value(
        "[...document.querySelectorAll('#mdbook-searchresults a')].map(link => link.textContent)",
    )
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_french_book_speaks_french() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    assert_eq!(browser.value::<Vec<String>>(ENGLISH), [""; 0]);
    browser.press("?").until("document.getElementById('mdbook-help-popup').checkVisibility()");
    let help = browser.text("#mdbook-help-popup");
    assert!(help.contains("Raccourcis clavier") && !help.contains("Press"), "{help}");

    browser
        .press(Key::Escape)
        .until("!document.getElementById('mdbook-help-popup').checkVisibility()");
    browser.click("main .clip-button", 0);
    browser.until("document.querySelector('main .tooltiptext').textContent.startsWith('Copié')");

    browser.open(&guide().file("index.html"));
    assert!(browser.value::<Vec<String>>(ENGLISH).len() > 5, "the guide is in English");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn words_are_found_with_and_without_accents() {
    let browser = Browser::start();
    let server = showcase().serve();
    for url in [showcase().file("recherche.html"), server.page("recherche.html")] {
        browser.open(&url);
        finds_words_with_and_without_accents(&browser);
    }
}

fn finds_words_with_and_without_accents(browser: &Browser) {
    browser.press("s").until("document.activeElement.id === 'mdbook-searchbar'");
    for (with, without) in [("étape", "etape"), ("côté", "cote"), ("qualité", "qualite")] {
        let accented = found(browser, with);
        assert!(!accented.is_empty(), "{with}");
        let header = browser.text("#mdbook-searchresults-header");
        assert!(header.contains("résultat"), "{header}");
        assert_eq!(found(browser, without), accented, "{with}");
    }
    assert_eq!(found(browser, "introuvablement"), [""; 0]);
}
