//! A part of an example's page, as a text that a page of the guide includes.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;

/// A part of the book of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The example's page without its end.
    Page,
    /// The end of the page: when and on what it ran.
    Provenance,
    /// The page that lists the runs of all chapters.
    Verifications,
}

impl Part {
    /// The name of an example and the part of it that a file contains.
    pub(super) fn of_file(file: &str) -> Result<(&str, Self)> {
        let stem = file.strip_suffix(".md").context("not a Markdown file")?;
        match stem.split_once('.') {
            None => Ok((stem, Self::Page)),
            Some((name, "provenance")) => Ok((name, Self::Provenance)),
            Some((name, "verifications")) => Ok((name, Self::Verifications)),
            Some((_, part)) => anyhow::bail!("unknown part `{part}`"),
        }
    }

    /// The file with this part of an example.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Self::Page => format!("{name}.md"),
            Self::Provenance => format!("{name}.provenance.md"),
            Self::Verifications => format!("{name}.verifications.md"),
        }
    }
}

/// Returns a part of the pages of an example's book, which is in this language; `None` if they do not have it.
pub(super) fn fragment(part: Part, pages: &[String], language: &str) -> Option<String> {
    let page = pages.first()?;
    let start = page.rfind("<!--docktest--><details class=\"docktest-provenance\">");
    let part = match part {
        Part::Page => &page[..start.unwrap_or(page.len())],
        Part::Provenance => &page[start?..],
        Part::Verifications => pages.get(1)?,
    };
    let text = without_links(&without_headings(part.trim()));
    let title = "<p class=\"guide-result-title\">On the page</p>";
    // The blank lines end mdBook's HTML blocks, so that the text between them is Markdown.
    Some(format!(
        "<div class=\"guide-result\">{title}<div lang=\"{language}\">\n\n{text}\n\n</div></div>\n"
    ))
}

/// The text with bold paragraphs in place of headings, which would be in the contents of the guide's page.
fn without_headings(text: &str) -> String {
    let mut result = String::new();
    let mut end = 0;
    for (event, span) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        if let Event::Start(Tag::Heading { .. }) = event {
            let heading = text[span.clone()].trim();
            result.push_str(&text[end..span.start]);
            result.push_str(&format!("**{}**\n", heading.trim_start_matches('#').trim()));
            end = span.end;
        }
    }
    result + &text[end..]
}

/// The text without links to other pages of the example's book, which the guide does not have. Links to
/// places in the same page stay.
fn without_links(text: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r##"<a href="[^"#:]*(#[^"]*)?">(.*?)</a>"##).expect("the regex is valid")
    });
    let link = |link: &regex::Captures<'_>| match link.get(1) {
        Some(place) => format!("<a href=\"{}\">{}</a>", place.as_str(), &link[2]),
        None => link[2].to_owned(),
    };
    LINK.replace_all(text, link).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = "<!--docktest--><details class=\"docktest-provenance\">Today</details>";

    fn result(part: Part, page: &str) -> Option<String> {
        let text = fragment(part, &[page.to_owned()], "fr")?;
        let (_, text) = text.split_once("</p><div lang=\"fr\">\n\n")?;
        Some(text.strip_suffix("\n\n</div></div>\n")?.to_owned())
    }

    #[test]
    fn the_end_of_a_page_is_a_part_of_its_own() {
        let page = format!("Text.\n\n\n{END}\n");
        assert_eq!(result(Part::Page, &page).as_deref(), Some("Text."));
        assert_eq!(result(Part::Provenance, &page).as_deref(), Some(END));
        assert_eq!(result(Part::Provenance, "Text.\n"), None);
        assert_eq!(result(Part::Verifications, "Text.\n"), None);
    }

    #[test]
    fn headings_become_bold_paragraphs() {
        let page = "# One `two`\n\nText.\n\n## Three\n```text\n# four\n```\n";
        let expected = "**One `two`**\n\nText.\n\n**Three**\n```text\n# four\n```";
        assert_eq!(result(Part::Page, page).as_deref(), Some(expected));
    }

    #[test]
    fn links_to_other_pages_become_text() {
        let page =
            r##"<a href="v.html">v</a> <a href="a.html#b">c</a> <a href="https://d.e/">d</a>"##;
        let expected = r##"v <a href="#b">c</a> <a href="https://d.e/">d</a>"##;
        assert_eq!(result(Part::Page, page).as_deref(), Some(expected));
    }

    #[test]
    fn a_part_has_its_own_file() {
        for part in [Part::Page, Part::Provenance, Part::Verifications] {
            assert_eq!(Part::of_file(&part.file("a-b")).unwrap(), ("a-b", part));
        }
        assert!(Part::of_file("a.b.md").is_err());
        assert!(Part::of_file("a.html").is_err());
    }
}
