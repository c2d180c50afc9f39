//! The head of a page.

use std::sync::LazyLock;

use maud::html;
use regex::{NoExpand, Regex};

/// In each of mdBook's pages.
pub(super) const MDBOOK: &str = "<!-- Book generated using mdBook -->";

/// A tag that only complete pages have.
const COMPLETE: &str = "<meta property=\"og:title\"";

static TITLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?s)<title>(.*?)</title>").expect("the regex is valid"));
static DESCRIPTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("<meta name=\"description\" content=\"[^\"]*\">").expect("the regex is valid")
});

/// What a page says about itself.
pub(super) struct Page {
    /// `None` if it is only in the page.
    pub(super) title: Option<String>,
    pub(super) book: String,
    pub(super) description: String,
    pub(super) url: Option<String>,
    /// Whether it is the page of the whole book.
    pub(super) is_first: bool,
}

/// Returns a page with its description, and with the data for previews; `None` if it has them, or is not mdBook's.
pub(super) fn complete(html: &str, page: &Page) -> Option<String> {
    if html.contains(COMPLETE) {
        return None;
    }
    let (head, rest) = html.split_once("</head>")?;
    // Of mdBook's page, it is HTML already.
    let shown = TITLE.captures(head).map(|title| title[1].trim().to_owned()).unwrap_or_default();
    let title = match &page.title {
        Some(title) => title.clone(),
        None => unescaped(&shown),
    };
    let has_description = !page.description.is_empty();
    let description = html! { meta name="description" content=(page.description); };
    let head = match has_description {
        true => DESCRIPTION.replace(head, NoExpand(&description.0)),
        false => head.into(),
    };
    let kind = if page.is_first { "website" } else { "article" };
    let previews = html! {
        meta property="og:title" content=(title);
        meta property="og:type" content=(kind);
        meta property="og:site_name" content=(page.book);
        @if has_description { meta property="og:description" content=(page.description); }
        @if let Some(url) = &page.url {
            meta property="og:url" content=(url);
            link rel="canonical" href=(url);
        }
    };
    let previews = previews.0.replace("><", ">\n        <");
    Some(format!("{head}    {previews}\n    </head>{rest}"))
}

fn unescaped(html: &str) -> String {
    let text = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<html><head>\n        <title>A &amp; B - C</title>\n        \
        <meta name=\"description\" content=\"old\">\n    </head><body><meta name=\"description\" content=\"x\"></body></html>";

    fn page() -> Page {
        Page {
            title: Some("A & \"B\"".to_owned()),
            book: "C".to_owned(),
            description: "About $0 <x>.".to_owned(),
            url: Some("https://example.com/a.html".to_owned()),
            is_first: false,
        }
    }

    #[test]
    fn a_page_gets_its_own_description() {
        let expected = "<html><head>\n        <title>A &amp; B - C</title>\n        \
            <meta name=\"description\" content=\"About $0 &lt;x&gt;.\">\n        \
            <meta property=\"og:title\" content=\"A &amp; &quot;B&quot;\">\n        \
            <meta property=\"og:type\" content=\"article\">\n        \
            <meta property=\"og:site_name\" content=\"C\">\n        \
            <meta property=\"og:description\" content=\"About $0 &lt;x&gt;.\">\n        \
            <meta property=\"og:url\" content=\"https://example.com/a.html\">\n        \
            <link rel=\"canonical\" href=\"https://example.com/a.html\">\n    \
            </head><body><meta name=\"description\" content=\"x\"></body></html>";
        let completed = complete(HTML, &page()).unwrap();
        assert_eq!(completed, expected);
        assert_eq!(complete(&completed, &page()), None, "it is complete");
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let page =
            Page { title: None, description: String::new(), url: None, is_first: true, ..page() };
        let completed = complete(HTML, &page).unwrap();
        assert!(completed.contains("content=\"old\""), "{completed}");
        assert!(completed.contains("<meta property=\"og:title\" content=\"A &amp; B - C\">"));
        assert!(completed.contains("<meta property=\"og:type\" content=\"website\">"));
        for absent in ["og:description", "og:url", "canonical"] {
            assert!(!completed.contains(absent), "{absent}: {completed}");
        }
    }
}
