//! Folded output.

use browser_tests::Browser;
use thirtyfour::Key;

use crate::keyboard::tab_to;
use crate::showcase::showcase;

/// Whether the last line of the showcase's long output is visible.
const LAST_LINE_IS_VISIBLE: &str = "(pre => pre.textContent.endsWith('ligne 200 du journal\\n') \
    && pre.checkVisibility())(document.querySelector('.docktest details pre'))";

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn long_output_can_be_unfolded_and_folded_by_keyboard() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    assert!(
        browser.text(".docktest details summary").contains("188"),
        "12 of 200 lines are visible"
    );
    assert!(!browser.value::<bool>(LAST_LINE_IS_VISIBLE));
    tab_to(&browser, ".docktest summary");
    browser.press(Key::Enter).until(LAST_LINE_IS_VISIBLE);
    browser.press(" ").until(&format!("!{LAST_LINE_IS_VISIBLE}"));
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn without_scripts_all_text_is_readable_and_no_control_is_shown() {
    let browser = Browser::start();
    browser.scripts(false).open(&showcase().file("sorties.html"));
    assert_eq!(browser.count("html.js"), 0, "no script has run");
    let text = browser.text("main");
    for line in 1..=200 {
        assert!(text.contains(&format!("ligne {line} du journal\n")), "line {line}");
    }
    tab_to(&browser, ".docktest summary");
    browser.press(Key::Enter).until(LAST_LINE_IS_VISIBLE);

    browser.open(&showcase().file("flux.html"));
    assert_eq!(browser.text(".docktest samp").matches("utilisateur connecté").count(), 4);
    assert_eq!(browser.count("main button"), 0);
}
