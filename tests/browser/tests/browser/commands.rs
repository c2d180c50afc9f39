//! Commands, which must be readable in full.

use browser_tests::{Browser, Width, course};

/// Selects the commands on a page.
const COMMANDS: &str = "main pre > code.language-bash";

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_command_of_the_course_is_cut_off() {
    let browser = Browser::start();
    for width in Width::ALL {
        let mut commands = 0;
        browser.view(width);
        for name in course().names() {
            browser.open(&course().file(&name));
            assert_eq!(browser.cut_off(COMMANDS), [""; 0], "{name} on a {width:?}");
            commands += browser.count(COMMANDS);
        }
        assert!(commands > 50, "{commands}");
    }
    browser.open(&course().file("sidecar.html")).style("code { white-space: pre !important }");
    assert!(!browser.cut_off(COMMANDS).is_empty(), "cut-off commands are detected");
}

/// The subject of the first chapter is at the end of a long command.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_trap_in_the_first_chapter_is_visible() {
    let browser = Browser::start();
    for width in Width::ALL {
        browser.view(width).open(&course().file("sidecar.html"));
        assert_eq!(browser.is_in_view(COMMANDS, "$(date)"), [true; 2], "on a {width:?}");
    }
    browser.style("code { white-space: pre !important }");
    assert_eq!(browser.is_in_view(COMMANDS, "$(date)"), [false; 2], "text out of view is detected");
}
