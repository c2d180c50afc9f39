//! Copy buttons.

use browser_tests::{Browser, Width, course};
use serde_json::json;

use crate::showcase::showcase;

/// Clicks each copy button of a page and returns what was copied.
fn copied(browser: &Browser) -> Vec<String> {
    browser.cdp(
        "Browser.grantPermissions",
        json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    );
    let copy = |index| {
        // A real click: browsers only let users copy, and mdBook hides the button until hovered.
        browser.click("main .clip-button", index);
        browser.call_async("navigator.clipboard.readText().then(done, done)", &[])
    };
    (0..browser.count("main .clip-button")).map(copy).collect()
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_copy_button_copies_only_the_commands_of_its_step() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    assert_eq!(
        copied(&browser),
        [
            "docker volume create donnees\n",
            "ls /absent\n",
            "docker run --rm alpine ls --color /\n",
            "docker volume prune\n",
            "docker logs serveur\n",
            "docker run -d --name serveur -v donnees:/data:ro alpine sleep 600\n",
        ]
    );
}

/// Line breaks of the screen are not copied.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_wrapped_command_is_copied_as_one_line() {
    let browser = Browser::start();
    browser.view(Width::Phone).open(&showcase().file("larges.html"));
    let wraps = "(code => code.clientHeight > 5 * parseFloat(getComputedStyle(code).fontSize))
        (document.querySelector('main pre > code'))";
    assert!(browser.value::<bool>(wraps), "three lines take more rows");
    let printed = "a".repeat(124);
    let first = format!("printf %s {printed}\n");
    assert_eq!(copied(&browser), [first.as_str(), "echo large\n", "echo hostile\n"]);
}

/// The lines of a command are elements, whose line ends are copied once.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn selected_commands_and_tables_are_copied_as_they_are() {
    let browser = Browser::start();
    for (page, selector) in [
        ("sidecar.html", ".docktest-code > code"),
        ("nettoyage-et-couts.html", ".docktest samp:has(.k)"),
    ] {
        browser.open(&course().file(page));
        // What is folded cannot be selected.
        browser.value::<Option<()>>(
            "document.querySelectorAll('details').forEach(it => it.open = true)",
        );
        let different = format!(
            "[...document.querySelectorAll('{selector}')].filter(box => {{
                getSelection().selectAllChildren(box);
                const same = text => text.trimEnd() === box.textContent.trimEnd();
                return !same(getSelection().toString()) || !same(box.innerText);
            }}).map(box => box.textContent)"
        );
        assert!(browser.count(selector) > 0, "{page}");
        assert_eq!(browser.value::<Vec<String>>(&different), [""; 0], "{page}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn output_has_no_copy_button() {
    let browser = Browser::start();
    for url in [showcase().file("flux.html"), course().file("sidecar.html")] {
        browser.open(&url);
        assert!(browser.count("main .clip-button") > 0);
        assert_eq!(browser.count(".docktest .clip-button"), 0);
    }
}
