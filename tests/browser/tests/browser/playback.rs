//! Playback of streams.

use browser_tests::Browser;

use crate::keyboard::tab_to;
use crate::showcase::showcase;

/// Replaces the timers of the page, so that a test controls when they fire.
pub(crate) const CLOCK: &str = "
    window.waiting = new Map();
    window.setTimeout = (action, delay) => {
        const id = Math.random();
        waiting.set(id, {action, delay});
        return id;
    };
    window.clearTimeout = id => waiting.delete(id);";

/// Opens the page with a stream and stops the clock.
fn open(browser: &Browser) {
    browser.open(&showcase().file("flux.html"));
    browser.call::<()>(CLOCK, &[]);
}

/// Fires the next timer and returns its delay in milliseconds.
pub(crate) fn next(browser: &Browser) -> u32 {
    browser.call(
        "const [[id, {action, delay}], ...others] = waiting;
         if (others.length) throw Error('more than one timer is set');
         waiting.delete(id);
         action();
         return delay;",
        &[],
    )
}

/// The number of visible lines of the stream.
fn visible_lines(browser: &Browser) -> usize {
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
    assert_eq!((visible_lines(&browser), labels(&browser)), (5, vec!["Rejouer".to_owned()]));
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((visible_lines(&browser), labels(&browser)[0].as_str()), (0, "Pause"));
    let delays: Vec<(u32, usize)> =
        (0..5).map(|_| (next(&browser), visible_lines(&browser))).collect();
    assert_eq!(delays, [(20, 1), (1000, 2), (1000, 3), (1000, 4), (80, 5)]);
    assert!(browser.value::<bool>("waiting.size === 0"));
    assert_eq!(labels(&browser)[0], "Rejouer");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn playback_can_be_paused_and_restarted() {
    let browser = Browser::start();
    open(&browser);
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    next(&browser);
    next(&browser);
    assert_eq!(visible_lines(&browser), 2);
    browser.press(" ").until("waiting.size === 0");
    assert_eq!(
        (visible_lines(&browser), labels(&browser)),
        (2, vec!["Rejouer".to_owned(), "Recommencer".to_owned()])
    );
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((visible_lines(&browser), next(&browser), visible_lines(&browser)), (2, 1000, 3));
    tab_to(&browser, ".docktest-player button:last-of-type");
    browser.press(" ").until("waiting.size === 1");
    assert_eq!((visible_lines(&browser), next(&browser), visible_lines(&browser)), (0, 20, 1));
}

/// Lines that are hidden during playback are printed.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_page_printed_during_playback_has_the_whole_stream() {
    let browser = Browser::start();
    open(&browser);
    browser.call::<()>("document.querySelector('.docktest-player button').click()", &[]);
    assert_eq!(visible_lines(&browser), 0);
    assert_eq!(browser.paper().matches("utilisateur connecté").count(), 4);
}

/// With reduced motion, only the text is shown.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn reduced_motion_has_no_playback() {
    let browser = Browser::start();
    browser.media("", &[("prefers-reduced-motion", "reduce")]);
    open(&browser);
    assert!(browser.value::<bool>("matchMedia('(prefers-reduced-motion: reduce)').matches"));
    assert_eq!((visible_lines(&browser), labels(&browser)), (5, Vec::new()));
    assert_eq!(browser.count(".docktest-player"), 0, "it is not only hidden");
    browser.media("", &[]).until("document.querySelector('.docktest-player') !== null");
    assert_eq!(labels(&browser), ["Rejouer"], "without reduced motion, there is a button");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn playback_stops_when_reduced_motion_is_requested() {
    let browser = Browser::start();
    open(&browser);
    tab_to(&browser, ".docktest-player button");
    browser.press(" ").until("waiting.size === 1");
    next(&browser);
    assert_eq!(visible_lines(&browser), 1);
    browser.media("", &[("prefers-reduced-motion", "reduce")]).until("waiting.size === 0");
    assert_eq!((visible_lines(&browser), labels(&browser)), (5, Vec::new()));
    // Without reduced motion, it can be played from the start again.
    browser.media("", &[]).until("document.querySelector('.docktest-player') !== null");
    assert_eq!(labels(&browser), ["Rejouer"]);
    browser.call::<()>("document.querySelector('.docktest-player button').click()", &[]);
    assert_eq!((visible_lines(&browser), next(&browser), visible_lines(&browser)), (0, 20, 1));
}

/// mdBook slides its table of contents in, and fades its buttons.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn nothing_of_mdbooks_moves_with_reduced_motion() {
    let longest = "Math.max(...[...document.querySelectorAll('*')].flatMap(element =>
        getComputedStyle(element).transitionDuration.split(', ').map(parseFloat)))";
    let browser = Browser::start();
    browser.open(&showcase().file("flux.html"));
    assert!(browser.value::<f64>(longest) > 0.1);
    browser.media("", &[("prefers-reduced-motion", "reduce")]).open(&showcase().file("flux.html"));
    assert!(browser.value::<f64>(longest) <= 0.001);
}
