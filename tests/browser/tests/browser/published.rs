//! Published pages, served at a sub-path and opened as files.

use browser_tests::{Browser, Lab, course};

use crate::showcase::{PAGES, showcase};

/// Asserts that each URL starts with one of the prefixes.
fn assert_within(urls: &[String], prefixes: &[&str]) {
    assert!(!urls.is_empty(), "no requests were made");
    for url in urls {
        assert!(prefixes.iter().any(|prefix| url.starts_with(prefix)), "a request to {url}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn pages_make_no_requests_to_other_hosts() {
    let browser = Browser::start();
    for name in course().names() {
        browser.open(&course().file(&name));
    }
    for name in PAGES {
        browser.open(&showcase().file(name));
    }
    assert_within(&browser.requests(), &["file://", "data:"]);

    let server = course().serve();
    for name in course().names() {
        browser.open(&server.page(&name));
    }
    assert_within(&browser.requests(), &[&server.page(""), "data:"]);

    // A request to another host is detected.
    browser.call::<()>("new Image().src = 'https://example.com/pixel.png'", &[]);
    browser.until_requested("https://example.com/pixel.png");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_site_at_a_sub_path_loads_all_its_files() {
    let browser = Browser::start();
    let server = course().serve();
    for name in course().names() {
        browser.open(&server.page(&name));
        assert_eq!(browser.failures(), [""; 0], "{name}");
        // Its scripts run.
        let search = "document.getElementById('mdbook-searchbar').placeholder";
        assert_eq!(browser.value::<String>(search), "Rechercher dans ce livre…", "{name}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn an_unknown_address_shows_the_not_found_page_of_the_course() {
    let browser = Browser::start();
    let server = course().serve();
    let deep = server.page("nulle/part/ailleurs.html");
    browser.open(&deep);
    // Only the page itself is missing.
    assert_eq!(browser.failures(), [format!("404 {deep}")]);
    let title = browser.value::<String>("document.title");
    assert!(title.contains("introuvable"), "{title}");
    let text = browser.text("main");
    assert!(text.contains("Cette page n’existe pas"), "{text}");
    // Its links lead into the site, at any depth of the address.
    let link = "document.querySelector('#mdbook-sidebar a[href$=\"sidecar.html\"]')?.href";
    browser.until(&format!("{link} === '{}'", server.page("sidecar.html")));
}

/// mdBook's print page has all chapters, with duplicate ids renamed.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn each_referenced_id_exists_once_on_the_print_page() {
    let lost = "[...document.querySelectorAll('main [aria-labelledby], main [aria-describedby], main [aria-controls]')]
        .flatMap(element => ['aria-labelledby', 'aria-describedby', 'aria-controls']
            .map(name => element.getAttribute(name)).filter(Boolean))
        .filter(id => document.querySelectorAll(`[id='${id}']`).length !== 1)";
    let browser = Browser::start();
    for book in [course(), showcase()] {
        browser.open(&book.file("print.html"));
        assert_eq!(browser.value::<Vec<String>>(lost), [""; 0]);
    }
    assert!(browser.count(".docktest-diagram [id]") > 0);
    browser.call::<()>("document.querySelector('.docktest-diagram svg [id]').remove()", &[]);
    assert_eq!(browser.value::<Vec<String>>(lost).len(), 1, "a missing id is detected");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn output_is_shown_as_text() {
    let browser = Browser::start();
    browser.open(&showcase().file("larges.html"));
    assert_eq!(browser.value::<String>("document.title"), "larges.md - Atelier");
    assert_eq!(browser.count("main script, main img, main b"), 0);
    let shown = browser.text("main");
    for text in ["</samp></pre></figure><script>", "&lt;&amp;", "<b>gras"] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    assert!(!shown.contains(['\0', '\u{202e}']), "{shown}");
    // A wide line is complete, and wraps.
    let widest = "Math.max(...[...document.querySelectorAll('.docktest pre')].map(pre => pre.scrollWidth - pre.clientWidth))";
    assert_eq!(browser.value::<i64>(widest), 0);
}

/// Without `site-url`, mdBook would take the root of the host for that of the site.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_not_found_page_finds_a_site_whose_address_is_not_known() {
    let browser = Browser::start();
    let book = Lab::new().chapter("a.md", "# A\n", Vec::new()).build_for_anywhere("anywhere");
    let server = book.serve();
    let link = "document.querySelector('#mdbook-sidebar a[href$=\"a.html\"]')?.href";
    let has_style =
        "getComputedStyle(document.getElementById('mdbook-help-container')).display === 'none'";
    for deep in ["absent.html", "nulle/part/ailleurs.html"] {
        browser.open(&server.page(deep));
        browser.until(&format!("{link} === '{}'", server.page("a.html")));
        assert!(browser.value::<bool>(has_style), "{deep}");
    }
    browser.open(&book.file("404.html"));
    browser.until(&format!("{link} === '{}'", book.file("a.html")));
    assert!(browser.value::<bool>(has_style));
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn each_page_has_a_description_of_its_own() {
    let browser = Browser::start();
    let mut descriptions = Vec::new();
    for name in course().names() {
        browser.open(&course().file(&name));
        let content = |name: &str| {
            browser.value::<Option<String>>(&format!(
                "document.querySelector('meta[{name}]')?.content"
            ))
        };
        let description = content("name=description");
        assert_eq!(content("property=\"og:description\""), description, "{name}");
        assert!(content("property=\"og:title\"").is_some_and(|title| !title.is_empty()), "{name}");
        assert!(
            description.as_ref().is_some_and(|text| text.len() <= 400),
            "{name}: {description:?}"
        );
        descriptions.push(description);
    }
    let all = descriptions.len();
    descriptions.sort();
    descriptions.dedup();
    assert_eq!(descriptions.len(), all, "{descriptions:?}");
}
