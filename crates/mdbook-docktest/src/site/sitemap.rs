//! The list of a site's pages for search engines.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All that RFC 3986 does not allow in a path as it is.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the URL of a page. Directories stand for their `index.html`.
pub(super) fn url(address: &str, page: &Path) -> String {
    let path = page.to_string_lossy();
    let path = match path.strip_suffix("index.html") {
        Some(directory) if directory.is_empty() || directory.ends_with('/') => directory,
        _ => &path,
    };
    format!("{address}{}", utf8_percent_encode(path, ENCODED))
}

/// Returns the site map of these URLs.
pub(super) fn sitemap(urls: &[String]) -> String {
    let mut map = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for url in urls {
        let url = maud::html! { (url) }.0;
        map.push_str(&format!("  <url><loc>{url}</loc></url>\n"));
    }
    map + "</urlset>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_addresses() {
        let url = |path: &str| url("https://example.com/a/", Path::new(path));
        assert_eq!(url("b-c_d.html"), "https://example.com/a/b-c_d.html");
        assert_eq!(url("é 1/x.html"), "https://example.com/a/%C3%A9%201/x.html");
        assert_eq!(url("index.html"), "https://example.com/a/");
        assert_eq!(url("b/index.html"), "https://example.com/a/b/");
        assert_eq!(url("myindex.html"), "https://example.com/a/myindex.html");
    }

    #[test]
    fn a_site_map_is_xml() {
        let map = sitemap(&["https://example.com/?a&b".to_owned()]);
        let parsed = roxmltree::Document::parse(&map).unwrap();
        let location = parsed
            .descendants()
            .find(|node| node.has_tag_name(("http://www.sitemaps.org/schemas/sitemap/0.9", "loc")));
        assert_eq!(location.unwrap().text(), Some("https://example.com/?a&b"));
    }
}
