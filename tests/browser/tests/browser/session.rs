//! Sessions: what was typed into a program.

use browser_tests::Browser;

use crate::playback::{CLOCK, next};
use crate::showcase::showcase;

const FIGURE: &str = "figure.docktest-session";

/// The lines of the session that are visible, without prompts.
fn visible(browser: &Browser) -> Vec<String> {
    browser.value(&format!(
        "[...document.querySelectorAll('{FIGURE} :is(pre, .docktest-command)')]
            .flatMap(box => box.innerText.split('\\n')).filter(line => line.trim())"
    ))
}

fn open(browser: &Browser) {
    browser.open(&showcase().file("session.html"));
    browser.call::<()>(CLOCK, &[]);
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_session_plays_line_by_line_with_pauses_before_what_is_typed() {
    let browser = Browser::start();
    open(&browser);
    let all = ["echo bonjour", "bonjour", "ls /", "bin", "data", "exit"];
    assert_eq!(visible(&browser), all);
    let note = browser.text(&format!("{FIGURE} .docktest-player small"));
    assert_eq!(note, "pauses ajoutées avant ce qui est tapé");
    browser.call::<()>(
        "document.querySelector('figure.docktest-session .docktest-player button').click()",
        &[],
    );
    assert_eq!(visible(&browser), [""; 0]);
    let delays: Vec<(u32, usize)> =
        (0..5).map(|_| (next(&browser), visible(&browser).len())).collect();
    assert_eq!(delays, [(800, 1), (30, 2), (800, 3), (20, 5), (800, 6)]);
    assert!(browser.value::<bool>("waiting.size === 0"));
}

/// Without rules between commands, a session looks like one text.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_session_is_one_text() {
    let browser = Browser::start();
    open(&browser);
    let gaps = format!(
        "[...document.querySelectorAll('{FIGURE} :is(pre, .docktest-command)')]
            .map(box => box.getBoundingClientRect())
            .map((box, index, all) => index ? Math.round(box.top - all[index - 1].bottom) : 0)"
    );
    assert_eq!(browser.value::<Vec<i64>>(&gaps), [0; 5]);
    let prompts = format!(
        "[...document.querySelectorAll('{FIGURE} .docktest-command')]
            .map(line => getComputedStyle(line, '::before').content)"
    );
    let prompts = browser.value::<Vec<String>>(&prompts);
    assert!(prompts.iter().all(|prompt| prompt.starts_with("\"/ # \"")), "{prompts:?}");
}
