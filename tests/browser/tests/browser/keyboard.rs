//! Use by keyboard.

use browser_tests::{Browser, Theme, Width, course};
use serde_json::json;
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
    for (page, focusable, width) in [
        ("sorties.html", ".docktest summary", Width::Desktop),
        ("sorties.html", ".docktest-provenance summary", Width::Desktop),
        ("flux.html", ".docktest-player button", Width::Desktop),
        // Only what can be scrolled takes the focus.
        ("verifications.html", ".docktest-verifications", Width::Phone),
    ] {
        browser.view(width).open(&showcase().file(page));
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

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_first_stop_leads_to_the_text() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    let is_in_view = "(box => box.top >= 0 && box.height > 0)
        (document.querySelector('.docktest-skip').getBoundingClientRect())";
    assert!(!browser.value::<bool>(is_in_view), "it is only visible while it has the focus");
    browser.press(Key::Tab);
    assert_eq!(browser.value::<String>("document.activeElement.textContent"), "Aller au texte");
    browser.until(is_in_view);
    browser.press(Key::Enter).until("document.activeElement.id === 'mdbook-content'");
    browser.press(Key::Tab);
    assert!(
        browser.value::<bool>("document.querySelector('main').contains(document.activeElement)")
    );
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn commands_are_copied_by_keyboard() {
    let browser = Browser::start();
    browser.open(&showcase().file("flux.html"));
    browser.cdp(
        "Browser.grantPermissions",
        json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    );
    tab_to(&browser, "main .clip-button");
    browser.until("getComputedStyle(document.activeElement.parentElement).opacity === '1'");
    browser.press(Key::Enter);
    browser.until("document.querySelector('.tooltiptext')?.textContent === 'Copi\u{e9}\u{202f}!'");
    let copied: String = browser.call_async("navigator.clipboard.readText().then(done, done)", &[]);
    assert_eq!(copied, "docker logs -f serveur\n");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_table_of_contents_is_opened_by_keyboard() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    let toggle = "#mdbook-menu-bar button[aria-controls='mdbook-sidebar']";
    let is_open = format!("document.querySelector({toggle:?}).getAttribute('aria-expanded')");
    let is_visible = "document.documentElement.classList.contains('sidebar-visible')";
    assert_eq!(
        (browser.value::<String>(&is_open).as_str(), browser.value(is_visible)),
        ("true", true)
    );
    tab_to(&browser, toggle);
    assert_eq!(
        browser.value::<String>("document.activeElement.title"),
        "Afficher ou masquer la table des matières"
    );
    browser.press(" ").until(&format!("{is_open} === 'false' && !{is_visible}"));
    browser.press(Key::Enter).until(&format!("{is_open} === 'true' && {is_visible}"));
}

/// A table that is wider than a phone is scrolled by keyboard, and has a name.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn wide_tables_are_stops_with_a_name() {
    let tables = "[...document.querySelectorAll('.table-wrapper')].map(table =>
        [table.scrollWidth > table.clientWidth, table.tabIndex, table.getAttribute('aria-label')])";
    let browser = Browser::start();
    let mut wide = 0;
    for name in course().names() {
        browser.view(Width::Phone).open(&course().file(&name)).until(
            "[...document.querySelectorAll('.table-wrapper')].every(table =>
                (table.scrollWidth > table.clientWidth) === (table.tabIndex === 0))",
        );
        for (scrolls, index, label) in browser.value::<Vec<(bool, i32, Option<String>)>>(tables) {
            wide += usize::from(scrolls);
            assert_eq!((index == 0, label.is_some()), (scrolls, scrolls), "{name}: {label:?}");
        }
    }
    assert!(wide > 0);
}
