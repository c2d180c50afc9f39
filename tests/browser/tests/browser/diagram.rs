//! Diagrams of the state of the engine.

use browser_tests::{Browser, Theme, Width};
use serde_json::{Value, json};

use crate::showcase::showcase;

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_diagram_has_a_text_description() {
    let browser = Browser::start();
    browser.open(&showcase().file("etat.html"));
    let tree = browser.cdp("Accessibility.getFullAXTree", json!({}));
    let text = |node: &Value, property: &str| {
        node[property]["value"].as_str().unwrap_or_default().to_owned()
    };
    // mdBook's icons are images too, but have neither a name nor a description.
    let nodes = tree["nodes"].as_array().unwrap();
    let images = nodes.iter().filter(|node| text(node, "role") == "image");
    let described = images.filter(|node| !text(node, "description").is_empty());
    let described: Vec<&Value> = described.collect();
    assert_eq!(described.len(), 1, "{described:?}");
    assert!(!text(described[0], "name").is_empty());
    let description = text(described[0], "description");
    for object in ["vitrine-du-magasin-en-ligne", "base", "donnees", "interne", "8080"] {
        assert!(description.contains(object), "{object}: {description}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn text_in_a_diagram_is_not_cut_off_or_too_small() {
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

/// Paper is white in every theme, and backgrounds are not printed.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_diagram_is_readable_on_paper_in_each_theme() {
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
    assert!(!faint.is_empty(), "light text on white paper is detected");
}
