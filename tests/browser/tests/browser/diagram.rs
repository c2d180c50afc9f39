//! The picture of the engine's state.

use browser_tests::{Browser, Theme, Width};
use serde_json::{Value, json};

use crate::showcase::showcase;

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn who_does_not_see_the_picture_is_told_what_it_shows() {
    let browser = Browser::start();
    browser.open(&showcase().file("etat.html"));
    let tree = browser.cdp("Accessibility.getFullAXTree", json!({}));
    let text_of =
        |node: &Value, what: &str| node[what]["value"].as_str().unwrap_or_default().to_owned();
    // mdBook's icons are pictures, too, and have neither name nor description.
    let nodes = tree["nodes"].as_array().unwrap();
    let pictures = nodes.iter().filter(|node| text_of(node, "role") == "image");
    let described = pictures.filter(|node| !text_of(node, "description").is_empty());
    let described: Vec<&Value> = described.collect();
    assert_eq!(described.len(), 1, "{described:?}");
    assert!(!text_of(described[0], "name").is_empty());
    let description = text_of(described[0], "description");
    for object in ["vitrine-du-magasin-en-ligne", "base", "donnees", "interne", "8080"] {
        assert!(description.contains(object), "{object}: {description}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_text_leaves_the_picture_or_gets_too_small_to_read() {
    let browser = Browser::start();
    for width in Width::ALL {
        browser.view(width).open(&showcase().file("etat.html")).theme(Theme::Light);
        let outside: Vec<String> = browser.value(
            "[...document.querySelectorAll('.docktest-diagram svg text')].filter(text => {
                const [box, all] = [text.getBBox(), text.ownerSVGElement.viewBox.baseVal];
                return box.x < 0 || box.y < 0 || box.x + box.width > all.width || box.y + box.height > all.height;
            }).map(text => text.textContent)",
        );
        assert_eq!(outside, [""; 0], "on a {width:?}");
        let smallest: f64 = browser.value(
            "Math.min(...[...document.querySelectorAll('.docktest-diagram svg text')].map(text =>
                parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))",
        );
        assert!(smallest >= 9.0, "{smallest} pixels on a {width:?}");
    }
}

/// Paper is white whatever the theme, and grounds are not printed.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_picture_can_be_read_on_paper_in_each_theme() {
    let browser = Browser::start();
    for theme in Theme::ALL {
        browser.open(&showcase().file("etat.html")).theme(theme).media("print", &[]);
        browser.style("* { background: none !important }");
        let (faint, texts) = browser.faint_texts(".docktest-diagram");
        assert!(faint.is_empty() && texts > 5, "{theme:?}, {texts} texts: {faint:?}");
        let mut strokes: Vec<String> = browser.value(
            "[...document.querySelectorAll('.docktest-diagram svg *')]
                .map(shape => getComputedStyle(shape).stroke).filter(stroke => stroke !== 'none')",
        );
        strokes.sort();
        strokes.dedup();
        assert_eq!(strokes, ["rgb(0, 0, 0)"], "{theme:?}");
    }
    browser.media("screen", &[]);
    let (faint, _) = browser.faint_texts(".docktest-diagram");
    assert!(!faint.is_empty(), "the check sees light letters on white paper");
}
