//! What a copy button copies.

use browser_tests::{Browser, Width, course};
use serde_json::json;

use crate::showcase::showcase;

/// Presses each copy button of a page, and returns what came to the clipboard.
fn copied(browser: &Browser) -> Vec<String> {
    browser.cdp(
        "Browser.grantPermissions",
        json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    );
    let copy = |index| {
        // A real click, as a browser lets only its user copy; mdBook hides the button until then.
        browser.click("main .clip-button", index);
        browser.call_async("navigator.clipboard.readText().then(done, done)", &[])
    };
    (0..browser.count("main .clip-button")).map(copy).collect()
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_copy_button_copies_the_commands_of_its_step_and_nothing_else() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    assert_eq!(
        copied(&browser),
        [
            "docker volume create donnees\nls /absent\n",
            "docker run --rm alpine ls --color /\n",
            "docker volume prune\n",
            "docker logs serveur\n",
            "docker run -d --name serveur -v donnees:/data:ro alpine sleep 600\n",
        ]
    );
}

/// A line ends where its author ends it, not where a screen does.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_command_that_wraps_is_copied_in_one_line() {
    let browser = Browser::start();
    browser.view(Width::Phone).open(&showcase().file("larges.html"));
    let wraps = "(code => code.clientHeight > 5 * parseFloat(getComputedStyle(code).fontSize))
        (document.querySelector('main pre > code'))";
    assert!(browser.value::<bool>(wraps), "three lines take the place of more");
    let printed = "a".repeat(124);
    assert_eq!(copied(&browser), [format!("printf %s {printed}\necho large\necho hostile\n")]);
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_output_has_a_copy_button() {
    let browser = Browser::start();
    for url in [showcase().file("flux.html"), course().file("sidecar.html")] {
        browser.open(&url);
        assert!(browser.count("main .clip-button") > 0);
        assert_eq!(browser.count(".docktest .clip-button"), 0);
    }
}
