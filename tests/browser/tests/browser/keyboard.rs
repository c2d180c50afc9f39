//! Use by keyboard.

use browser_tests::{Browser, Theme, Width};
use thirtyfour::Key;

use crate::showcase::showcase;

/// Presses Tab until an element that matches the selector is focused.
#[track_caller]
pub(crate) fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..200 {
        browser.press(Key::Tab);
        if browser.value::<bool>(&format!("document.activeElement.matches({selector:?})")) {
            return;
        }
    }
    panic!("{selector} was not focused by Tab");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn wide_output_can_be_scrolled_by_keyboard() {
    let browser = Browser::start();
    browser.view(Width::Phone).open(&showcase().file("larges.html"));
    let scrolls = "document.activeElement.scrollWidth > document.activeElement.clientWidth";
    tab_to(&browser, ".docktest pre");
    while !browser.value::<bool>(scrolls) {
        tab_to(&browser, ".docktest pre");
    }
    assert_eq!(browser.value::<f64>("document.activeElement.scrollLeft"), 0.0);
    browser.press(Key::Right).until("document.activeElement.scrollLeft > 0");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn focus_is_visible() {
    let browser = Browser::start();
    let outline = "(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)\
        (getComputedStyle(document.activeElement))";
    for (page, focusable) in [
        ("sorties.html", ".docktest pre"),
        ("sorties.html", ".docktest summary"),
        ("sorties.html", ".docktest-provenance summary"),
        ("flux.html", ".docktest-player button"),
        ("verifications.html", ".docktest-verifications"),
    ] {
        browser.open(&showcase().file(page));
        tab_to(&browser, focusable);
        assert!(browser.value::<bool>(outline), "{focusable}");
    }
    browser.style("* { outline: none !important }");
    assert!(!browser.value::<bool>(outline), "a missing outline is detected");
}

/// The outline of the focused element must contrast with the page.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn focus_has_enough_contrast_in_every_theme() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    for theme in Theme::ALL {
        browser.theme(theme);
        tab_to(&browser, ".docktest pre");
        let ratio = browser.outline_contrast();
        assert!(ratio >= 3.0, "{ratio:.2} in {theme:?}");
    }
}
