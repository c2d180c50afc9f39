//! Print, and forced colours.

use browser_tests::{Browser, course};

use crate::OURS;
use crate::showcase::showcase;

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn folded_output_is_printed_in_full() {
    let browser = Browser::start();
    browser.open(&showcase().file("sorties.html"));
    let paper = browser.paper();
    for line in 1..=200 {
        assert!(paper.contains(&format!("ligne {line} du journal")), "line {line}\n{paper}");
    }
    for text in ["code de sortie", "Vérifié le", "overlay2"] {
        assert!(paper.contains(text), "{text}\n{paper}");
    }
    assert!(!paper.contains("188 lignes de plus"), "{paper}");
    // Output that is folded on paper is detected.
    browser.style("details::details-content { display: none !important }");
    browser.call::<()>(
        "addEventListener('beforeprint', event => event.stopImmediatePropagation(), true)",
        &[],
    );
    let paper = browser.paper();
    assert!(paper.contains("ligne 1 du") && !paper.contains("ligne 200 du"), "{paper}");
}

/// Paper cannot be scrolled.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn printed_output_is_not_cut_off() {
    let browser = Browser::start();
    browser.open(&showcase().file("larges.html")).media("print", &[]);
    let cut = "[...document.querySelectorAll('.docktest pre, .docktest-code')]
        .filter(box => box.scrollWidth > box.clientWidth + 1).length";
    assert_eq!(browser.value::<u32>(cut), 0);
    let words = |browser: &Browser| browser.paper().matches("mot").count();
    assert_eq!(words(browser.media("", &[])), 2501, "2500 in the output and one in the text");

    browser.media("screen", &[]);
    assert_eq!(browser.value::<u32>(cut), 0, "nothing scrolls on a screen, either");
    browser.style(".docktest pre { white-space: pre !important }");
    assert!(browser.value::<u32>(cut) > 0 && words(&browser) < 100, "cut-off text is detected");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn long_commands_are_printed_in_full() {
    let browser = Browser::start();
    browser.open(&course().file("sidecar.html")).media("print", &[]);
    assert_eq!(browser.cut_off("main .docktest-code > code"), [""; 0]);
    let paper = browser.media("", &[]).paper();
    let paper = paper.split_whitespace().collect::<Vec<_>>().join(" ");
    for end in ["sleep 2; done\"", "sleep 2; done'"] {
        assert!(paper.contains(&format!(">> /var/log/app/access.log; {end}")), "{end}\n{paper}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn forced_colours_keep_text_and_borders() {
    let browser = Browser::start();
    let forced = [("forced-colors", "active"), ("prefers-contrast", "more")];
    for url in [showcase().file("sorties.html"), course().file("verifications.html")] {
        browser.open(&url).media("", &forced);
        assert!(browser.value::<bool>("matchMedia('(forced-colors: active)').matches"));
        let (faint, texts) = browser.faint_texts(OURS);
        assert!(faint.is_empty() && texts > 10, "{faint:?}");
    }
    browser.open(&showcase().file("sorties.html"));
    // The borders that separate output from the text around it, and standard error within it.
    for edge in ["figure.docktest", ".docktest pre .err"] {
        let edge = format!("getComputedStyle(document.querySelector('{edge}'))");
        assert!(browser.value::<bool>(&format!("parseFloat({edge}.borderInlineStartWidth) > 0")));
        let color = browser.value::<String>(&format!("{edge}.borderInlineStartColor"));
        let background = browser.value::<String>("getComputedStyle(document.body).backgroundColor");
        assert_ne!(color, background, "{edge}");
    }
}
