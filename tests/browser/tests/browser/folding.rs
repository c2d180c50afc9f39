//! Long output, of which the beginning is seen at first.

use browser_tests::Browser;
use thirtyfour::Key;

use crate::keyboard::tab_to;
use crate::showcase::showcase;

/// Whether the last line of the showcase's long output is seen.
const LAST_LINE_IS_SEEN: &str = "(pre => pre.textContent.endsWith('ligne 200 du journal\\n') \
    && pre.checkVisibility())(document.querySelector('.docktest details pre'))";

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_long_output_is_unfolded_and_folded_by_keyboard() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    assert!(browser.text(".docktest details summary").contains("188"), "of 200 lines, 12 are seen");
    assert!(!browser.value::<bool>(LAST_LINE_IS_SEEN));
    tab_to(&browser, ".docktest summary");
    browser.press(Key::Enter).until(LAST_LINE_IS_SEEN);
    browser.press(" ").until(&format!("!{LAST_LINE_IS_SEEN}"));
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn without_scripts_all_text_is_there_and_nothing_that_does_nothing() {
    let browser = Browser::start();
    browser.scripts(false).open(&showcase().file("sorties.html"));
    assert_eq!(browser.count("html.js"), 0, "no script has run");
    let text = browser.text("main");
    for line in 1..=200 {
        assert!(text.contains(&format!("ligne {line} du journal\n")), "line {line}");
    }
    tab_to(&browser, ".docktest summary");
    browser.press(Key::Enter).until(LAST_LINE_IS_SEEN);

    browser.open(&showcase().file("flux.html"));
    assert_eq!(browser.text(".docktest samp").matches("utilisateur connecté").count(), 4);
    assert_eq!(browser.count("main button"), 0);
}
