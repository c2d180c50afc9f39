use tempfile::TempDir;

use super::*;

fn config(html: &str) -> Config {
    format!("[book]\ntitle = \"T\"\n[output.html]\n{html}").parse().unwrap()
}

#[test]
fn the_address_is_known_from_a_whole_url_or_a_host() {
    for (settings, expected) in [
        ("", None),
        ("site-url = \"/a/\"", None),
        ("site-url = \"https://example.com/a\"", Some("https://example.com/a/")),
        ("cname = \"example.org\"", Some("https://example.org/")),
        ("cname = \"example.org\"\nsite-url = \"/a/\"", Some("https://example.org/a/")),
    ] {
        assert_eq!(address(&config(settings)).as_deref(), expected, "{settings}");
    }
}

/// A built book.
fn built(html: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let toml = format!("[book]\ntitle = \"T\"\ndescription = \"D\"\n[output.html]\n{html}");
    write("book.toml", &toml);
    write("src/SUMMARY.md", "[A](README.md)\n\n- [B & b](b/c.md)\n");
    write("src/README.md", "# A\n\nFirst.");
    write("src/b/c.md", "# B\n\nSecond.");
    let page = |base: &str| {
        format!(
            "{}\n<head>{base}<title>X</title><meta name=\"description\" content=\"D\"></head>",
            head::MDBOOK
        )
    };
    for name in ["index.html", "b/c.html", "print.html", "verifications.html"] {
        write(&format!("book/{name}"), &page(""));
    }
    write("book/404.html", &page("<base href=\"/\">"));
    write("book/mine.html", "<head></head>");
    root
}

#[test]
fn each_page_of_a_book_is_completed_once() {
    let root = built("site-url = \"https://example.com/a/\"");
    let finished = finish(root.path()).unwrap();
    let address = Some("https://example.com/a/".to_owned());
    assert_eq!(finished, Finished { pages: 3, address });
    let page = |name: &str| fs::read_to_string(root.path().join("book").join(name)).unwrap();
    let [first, second, listing] = ["index.html", "b/c.html", "verifications.html"].map(page);
    assert!(
        first.contains("content=\"First.\"") && first.contains("content=\"website\""),
        "{first}"
    );
    assert!(second.contains("og:title\" content=\"B &amp; b\""), "{second}");
    assert!(second.contains("<meta name=\"description\" content=\"Second.\">"), "{second}");
    assert!(second.contains("href=\"https://example.com/a/b/c.html\""), "{second}");
    assert!(listing.contains("og:title\" content=\"X\""), "{listing}");
    assert!(listing.contains("og:description\" content=\"D\""), "{listing}");
    assert!(!page("print.html").contains("og:"));
    assert_eq!(page("mine.html"), "<head></head>");
    assert!(page("404.html").contains("<base href=\"/\">"), "the author has set the root");
    let map = page("sitemap.xml");
    assert_eq!(map.matches("<loc>").count(), 3, "{map}");
    finish(root.path()).unwrap();
    assert_eq!([page("index.html"), page("b/c.html"), page("sitemap.xml")], [first, second, map]);
}

#[test]
fn without_an_address_there_is_no_site_map() {
    let root = built("");
    assert_eq!(finish(root.path()).unwrap(), Finished { pages: 3, address: None });
    let site = root.path().join("book");
    assert!(!site.join("sitemap.xml").exists());
    let not_found = fs::read_to_string(site.join("404.html")).unwrap();
    assert!(not_found.contains("<base href=\"./\"><script>"), "{not_found}");
}

#[test]
fn a_book_must_be_built_first() {
    let root = built("");
    fs::remove_dir_all(root.path().join("book")).unwrap();
    let error = finish(root.path()).unwrap_err().to_string();
    assert!(error.ends_with("run `mdbook build` first"), "{error}");
}
