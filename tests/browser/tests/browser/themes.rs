//! All pages in each of mdBook's themes, on a desktop and on a phone.

use browser_tests::{Browser, BuiltBook, Theme, Width, course, guide};

use crate::OURS;
use crate::showcase::{PAGES, showcase};

/// Boxes whose content may scroll.
const BOXES: &str =
    "figure.docktest, figure.docktest > *, .docktest-findings, .docktest-provenance";

/// Pages of the course of which there are screenshots in all themes, as of the showcase. Of the others, there are
/// some in a light and a dark one.
const CAPTURED: [&str; 2] = ["sidecar.html", "verifications.html"];

/// All pages with recorded results.
fn pages() -> Vec<(&'static str, String)> {
    let all = |name: &'static str, book: &'static BuiltBook, pages: Vec<String>| {
        pages.into_iter().map(move |page| (name, book.file(&page)))
    };
    let own = PAGES.map(str::to_owned).to_vec();
    all("course", course(), course().names()).chain(all("showcase", showcase(), own)).collect()
}

/// The name of a screenshot.
fn screenshot_name(book: &str, url: &str, theme: Theme, width: Width) -> String {
    let page = url.rsplit('/').next().unwrap_or_default().trim_end_matches(".html");
    let width = if width == Width::Phone { "phone" } else { "desktop" };
    format!("{book}-{page}-{}-{width}", theme.class())
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_page_is_wider_than_the_window() {
    let browser = Browser::start();
    for (book, url) in pages() {
        for width in Width::ALL {
            browser.view(width).open(&url);
            for theme in Theme::ALL {
                browser.theme(theme);
                let is_common = matches!(theme, Theme::Light | Theme::Navy);
                if is_common || PAGES.iter().chain(&CAPTURED).any(|page| url.ends_with(page)) {
                    browser.screenshot(&screenshot_name(book, &url, theme, width));
                }
                assert_eq!(browser.overflow(), [""; 0], "{url} in {theme:?} on a {width:?}");
                assert_eq!(
                    browser.sticking_out(BOXES),
                    [""; 0],
                    "{url} in {theme:?} on a {width:?}"
                );
            }
        }
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_guide_fits_a_phone() {
    let browser = Browser::start();
    browser.view(Width::Phone);
    for name in guide().names() {
        let url = guide().file(&name);
        browser.open(&url);
        for theme in [Theme::Light, Theme::Navy] {
            browser.theme(theme).screenshot(&screenshot_name("guide", &url, theme, Width::Phone));
        }
        assert_eq!(browser.overflow(), [""; 0], "{name}");
        assert_eq!(browser.sticking_out(BOXES), [""; 0], "{name}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn all_our_text_has_enough_contrast() {
    let browser = Browser::start();
    let mut faint = Vec::new();
    for (_, url) in pages() {
        browser.open(&url).unfold();
        for theme in Theme::ALL {
            let (texts, _) = browser.theme(theme).faint_texts(OURS);
            faint.extend(texts.into_iter().map(|text| format!("{url} in {theme:?}: {text}")));
        }
    }
    assert!(faint.is_empty(), "{}", faint.join("\n"));
}

/// The rules that an open page violates in each of these themes. Themes differ only in colours, which is checked: so
/// the rules about anything else are only checked in the first.
#[track_caller]
fn violations(browser: &Browser, themes: &[Theme]) -> Vec<(Theme, Vec<String>)> {
    let check = |(place, &theme): (usize, &Theme)| {
        browser.theme(theme);
        assert_eq!(browser.moved(), [""; 0], "{theme:?}");
        let found = match place {
            0 => browser.violations("html"),
            _ => browser.violations_in_colors("html"),
        };
        (theme, found)
    };
    themes.iter().enumerate().map(check).collect()
}

/// Two tests, as each takes minutes and they can run at the same time.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_page_violates_an_accessibility_rule_on_a_desktop() {
    no_page_violates_an_accessibility_rule(Width::Desktop);
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_page_violates_an_accessibility_rule_on_a_phone() {
    no_page_violates_an_accessibility_rule(Width::Phone);
}

/// Also mdBook's own parts of a page, which our style sheet and script mend.
#[track_caller]
fn no_page_violates_an_accessibility_rule(width: Width) {
    let browser = Browser::start();
    // Colours change at once.
    browser.media("", &[("prefers-reduced-motion", "reduce")]);
    let mut broken = Vec::new();
    let server = course().serve();
    let not_found = ("course", server.page("absent.html"));
    browser.view(width);
    for (_, url) in pages().into_iter().chain([not_found]) {
        browser.open(&url).unfold();
        for (theme, found) in violations(&browser, &Theme::ALL) {
            let place = |rule| format!("{url} in {theme:?} on a {width:?}: {rule}");
            broken.extend(found.into_iter().map(place));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_page_of_the_guide_violates_an_accessibility_rule() {
    let browser = Browser::start();
    browser.media("", &[("prefers-reduced-motion", "reduce")]);
    let mut broken = Vec::new();
    for name in guide().names() {
        browser.view(Width::Phone).open(&guide().file(&name)).unfold();
        for (theme, found) in violations(&browser, &[Theme::Light, Theme::Navy]) {
            broken.extend(found.into_iter().map(|rule| format!("{name} in {theme:?}: {rule}")));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What readers open: the results of a search, the menu of themes, the help.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn opened_parts_violate_no_accessibility_rule() {
    let browser = Browser::start();
    browser.media("", &[("prefers-reduced-motion", "reduce")]);
    let url = showcase().file("sorties.html");
    let mut broken = Vec::new();
    for theme in Theme::ALL {
        browser.open(&format!("{url}?search=commande")).theme(theme);
        browser.until("document.querySelector('#mdbook-searchresults li') !== null");
        broken.extend(browser.violations("html"));
        browser.open(&url).click("#mdbook-theme-toggle", 0);
        browser.until("document.getElementById('mdbook-theme-list').style.display === 'block'");
        broken.extend(browser.violations("html"));
        browser.open(&url).press("?");
        browser.until("document.getElementById('mdbook-help-container').style.display === 'flex'");
        broken.extend(browser.violations("html"));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The checks above detect violations.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn violations_are_detected() {
    let browser = Browser::start();
    let url = showcase().file("sorties.html");
    browser.view(Width::Phone).open(&url).theme(Theme::Light);
    assert_eq!(browser.violations(OURS), [""; 0]);
    assert_eq!(browser.moved(), [""; 0]);
    let (faint, texts) = browser.faint_texts(OURS);
    assert!(faint.is_empty() && texts > 10, "{texts} texts, of them {faint:?}");

    browser.style(".docktest pre samp { color: #999; opacity: 0.9 }");
    assert!(!browser.faint_texts(OURS).0.is_empty());
    for broken in [browser.violations(OURS), browser.violations_in_colors(OURS)] {
        let broken = broken.join("\n");
        assert!(broken.contains("color-contrast"), "{broken}");
    }
    assert_eq!(browser.moved(), [""; 0], "colours move nothing");

    browser.call::<()>("document.querySelector('.docktest pre').role = 'list'", &[]);
    let broken = browser.violations(OURS).join("\n");
    assert!(broken.contains("aria-required-children"), "{broken}");

    browser.style(".docktest pre { overflow: visible; width: max-content; min-width: 500px }");
    assert!(!browser.overflow().is_empty());
    assert!(!browser.sticking_out(BOXES).is_empty());
    assert!(!browser.moved().is_empty());
}
