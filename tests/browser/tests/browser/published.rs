//! The pages where readers get them: from a server at a sub-path, and from files.

use browser_tests::{Browser, course};

use crate::showcase::{PAGES, showcase};

/// What is in a page's address before it names a file of the site.
fn stays_within(urls: &[String], places: &[&str]) {
    assert!(!urls.is_empty(), "nothing was requested");
    for url in urls {
        assert!(places.iter().any(|place| url.starts_with(place)), "a request to {url}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_page_asks_another_host_for_anything() {
    let browser = Browser::start();
    for name in course().names() {
        browser.open(&course().file(&name));
    }
    for name in PAGES {
        browser.open(&showcase().file(name));
    }
    stays_within(&browser.requests(), &["file://", "data:"]);

    let server = course().serve();
    for name in course().names() {
        browser.open(&server.page(&name));
    }
    stays_within(&browser.requests(), &[&server.page(""), "data:"]);

    // One that does is seen.
    browser.call::<()>("new Image().src = 'https://example.com/pixel.png'", &[]);
    browser.until_requested("https://example.com/pixel.png");
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn a_site_at_a_sub_path_loads_all_that_it_names() {
    let browser = Browser::start();
    let server = course().serve();
    for name in course().names() {
        browser.open(&server.page(&name));
        assert_eq!(browser.failures(), [""; 0], "{name}");
        // Its scripts are among that, and run.
        let search = "document.getElementById('mdbook-searchbar').placeholder";
        assert_eq!(browser.value::<String>(search), "Rechercher dans ce livre…", "{name}");
    }
}

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn an_address_that_leads_nowhere_shows_the_courses_own_page() {
    let browser = Browser::start();
    let server = course().serve();
    let deep = server.page("nulle/part/ailleurs.html");
    browser.open(&deep);
    // The page itself is the only thing that is not there.
    assert_eq!(browser.failures(), [format!("404 {deep}")]);
    let title = browser.value::<String>("document.title");
    assert!(title.contains("introuvable"), "{title}");
    let text = browser.text("main");
    assert!(text.contains("Cette page n’existe pas"), "{text}");
    // Its links lead into the site, however deep the address was.
    let link = "document.querySelector('#mdbook-sidebar a[href$=\"sidecar.html\"]')?.href";
    browser.until(&format!("{link} === '{}'", server.page("sidecar.html")));
}

/// mdBook puts all chapters into one page to be printed, and renames what would be there twice.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn each_name_that_ours_refers_to_is_there_once_also_on_the_page_to_be_printed() {
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
    assert_eq!(browser.value::<Vec<String>>(lost).len(), 1, "the check sees what is lost");
}

/// A page that shows what a program printed shows it as text.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn what_a_program_prints_is_no_part_of_the_page() {
    let browser = Browser::start();
    browser.open(&showcase().file("larges.html"));
    assert_eq!(browser.value::<String>("document.title"), "larges.md - Atelier");
    assert_eq!(browser.count("main script, main img, main b"), 0);
    let shown = browser.text("main");
    for text in ["</samp></pre></figure><script>", "&lt;&amp;", "<b>gras"] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    assert!(!shown.contains(['\0', '\u{202e}']), "{shown}");
    // All of a wide line is there, and can be scrolled to.
    let widest = "Math.max(...[...document.querySelectorAll('.docktest pre')].map(pre => pre.scrollWidth - pre.clientWidth))";
    assert!(browser.value::<i64>(widest) > 10_000);
}
