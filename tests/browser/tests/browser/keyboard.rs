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

/// Output wraps, so there is nothing to scroll, and nothing to focus for that.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn wide_output_wraps() {
    let browser = Browser::start();
    for width in Width::ALL {
        browser.view(width).open(&showcase().file("larges.html"));
        assert_eq!(browser.cut_off(".docktest pre"), [""; 0], "on a {width:?}");
        assert_eq!(browser.count(".docktest pre[tabindex]"), 0);
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn focus_is_visible() {
    let browser = Browser::start();
    let outline = "(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)\
        (getComputedStyle(document.activeElement))";
    for (page, focusable) in [
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
        tab_to(&browser, ".docktest summary");
        let ratio = browser.outline_contrast();
        assert!(ratio >= 3.0, "{ratio:.2} in {theme:?}");
    }
}
