//! A stream that is shown again as it came.

use browser_tests::Browser;

use crate::keyboard::tab_to;
use crate::showcase::showcase;

/// Keeps what the page puts off, so that a test decides when it is time.
const CLOCK: &str = "
    window.waiting = new Map();
    window.setTimeout = (action, delay) => {
        const id = Math.random();
        waiting.set(id, {action, delay});
        return id;
    };
    window.clearTimeout = id => waiting.delete(id);";

/// Opens a stream's page, with a clock that stands still.
fn open(browser: &Browser) {
    browser.open(&showcase().file("flux.html"));
    browser.call::<()>(CLOCK, &[]);
}

/// Lets what was put off happen; returns for how long it had been.
fn next(browser: &Browser) -> u32 {
    browser.call(
        "const [[id, {action, delay}], ...others] = waiting;
         if (others.length) throw Error('one thing is put off at a time');
         waiting.delete(id);
         action();
         return delay;",
        &[],
    )
}

/// The lines of the stream that are seen.
fn seen(browser: &Browser) -> usize {
    let text: String = browser.value("document.querySelector('.docktest pre').innerText");
    text.lines().filter(|line| line.contains("utilisateur connecté") || line.contains("^C")).count()
}

fn labels(browser: &Browser) -> Vec<String> {
    browser.value(
        "[...document.querySelectorAll('.docktest-player button')]
            .filter(button => button.checkVisibility()).map(button => button.textContent)",
    )
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_stream_plays_at_its_own_speed() {
    let browser = Browser::start();
    open(&browser);
    assert_eq!((seen(&browser), labels(&browser)), (5, vec!["Rejouer".to_owned()]));
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((seen(&browser), labels(&browser)[0].as_str()), (0, "Pause"));
    let delays: Vec<(u32, usize)> = (0..5).map(|_| (next(&browser), seen(&browser))).collect();
    assert_eq!(delays, [(20, 1), (1000, 2), (1000, 3), (1000, 4), (80, 5)]);
    assert!(browser.value::<bool>("waiting.size === 0"));
    assert_eq!(labels(&browser)[0], "Rejouer");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_stream_that_plays_can_be_held_and_begun_again() {
    let browser = Browser::start();
    open(&browser);
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    next(&browser);
    next(&browser);
    assert_eq!(seen(&browser), 2);
    browser.press(" ").until("waiting.size === 0");
    assert_eq!(
        (seen(&browser), labels(&browser)),
        (2, vec!["Rejouer".to_owned(), "Recommencer".to_owned()])
    );
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((seen(&browser), next(&browser), seen(&browser)), (2, 1000, 3));
    tab_to(&browser, ".docktest-player button:last-of-type");
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((seen(&browser), next(&browser), seen(&browser)), (0, 20, 1));
}

/// What is hidden while it plays is on paper all the same.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_page_that_is_printed_while_a_stream_plays_has_all_of_it() {
    let browser = Browser::start();
    open(&browser);
    browser.call::<()>("document.querySelector('.docktest-player button').click()", &[]);
    assert_eq!(seen(&browser), 0);
    assert_eq!(browser.paper().matches("utilisateur connecté").count(), 4);
}

/// For whose system asks for less motion, there is the text alone.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn who_wants_less_motion_is_offered_none() {
    let browser = Browser::start();
    browser.media("", &[("prefers-reduced-motion", "reduce")]);
    open(&browser);
    assert!(browser.value::<bool>("matchMedia('(prefers-reduced-motion: reduce)').matches"));
    assert_eq!((seen(&browser), labels(&browser)), (5, Vec::new()));
    browser.media("", &[]);
    assert_eq!(labels(&browser), ["Rejouer"], "who does not is");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_stream_that_plays_stops_when_less_motion_is_asked_for() {
    let browser = Browser::start();
    open(&browser);
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    next(&browser);
    assert_eq!(seen(&browser), 1);
    browser.media("", &[("prefers-reduced-motion", "reduce")]).until("waiting.size === 0");
    assert_eq!((seen(&browser), labels(&browser)), (5, Vec::new()));
    // It can be played again from its beginning by who changes their mind.
    browser.media("", &[]);
    assert_eq!(labels(&browser), ["Rejouer", "Recommencer"]);
    browser.call::<()>("document.querySelector('.docktest-player button').click()", &[]);
    assert_eq!((seen(&browser), next(&browser), seen(&browser)), (0, 20, 1));
}
