//! mdBook's page for printing, with a cover, contents and running heads.

use std::collections::BTreeMap;
use std::fmt::Write;

use regex::Regex;

/// What mdBook puts between two chapters.
const BREAK: &str = r#"<div style="break-before: page; page-break-before: always;"></div>"#;

/// The style of all pages.
const STYLE: &str = include_str!("print.css");

/// How small a chapter is set before it is set larger, in percent.
const SMALLEST: usize = 92;

/// The page, split at its chapters.
pub(super) struct Document {
    before: String,
    pub(super) chapters: Vec<Chapter>,
    after: String,
}

pub(super) struct Chapter {
    /// The ID of its first heading.
    pub(super) id: String,
    /// That heading, as HTML.
    pub(super) title: String,
    html: String,
}

pub(super) struct Cover {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) authors: String,
    /// The heading of the contents.
    pub(super) contents: &'static str,
}

/// An entry of the book's summary.
pub(super) enum Entry {
    Part(String),
    /// A chapter with its number, if it has one.
    Chapter(Option<String>),
}

impl Document {
    /// Reads the page; `None` if it has another form than expected.
    pub(super) fn parse(html: &str) -> Option<Self> {
        let heading = Regex::new(r#"<h1 id="([^"]+)">(?:<a [^>]*>)?(.*?)(?:</a>)?</h1>"#).ok()?;
        let dialog =
            Regex::new(r"(?s)<script>\s*window\.addEventListener\('load'.*?</script>").ok()?;
        let (before, rest) = html.split_once("<main>")?;
        let (main, after) = rest.split_once("</main>")?;
        let chapter = |html: &str| {
            let captures = heading.captures(html)?;
            let (id, title) = (captures[1].to_owned(), captures[2].to_owned());
            // Paper cannot be unfolded.
            Some(Chapter { id, title, html: html.replace("<details", "<details open") })
        };
        Some(Self {
            before: before.to_owned(),
            chapters: main.split(BREAK).map(chapter).collect::<Option<Vec<_>>>()?,
            after: dialog.replace(after, "").into_owned(),
        })
    }

    /// Returns the page with a cover and contents, with these numbers of pages and each chapter in the size of
    /// this attempt at it.
    pub(super) fn with_front(
        &self,
        cover: &Cover,
        entries: &[Entry],
        numbers: &BTreeMap<String, usize>,
        attempts: &[usize],
    ) -> String {
        let mut page = format!("{}<main>\n<style>\n{STYLE}", self.before);
        for (index, chapter) in self.chapters.iter().enumerate() {
            let head = css_string(&chapter.title);
            push(
                &mut page,
                format_args!(
                    "@page chapter-{index} {{ @top-center {{ content: {head}; }} }}\n\
                     .pdf-chapter-{index} {{ page: chapter-{index}; zoom: {}%; }}\n",
                    size(attempts[index])
                ),
            );
        }
        page.push_str("</style>\n");
        cover_page(&mut page, cover);
        self.contents(&mut page, cover.contents, entries, numbers);
        for (index, chapter) in self.chapters.iter().enumerate() {
            push(
                &mut page,
                format_args!("<div class=\"pdf-chapter-{index}\">{}</div>\n", chapter.html),
            );
        }
        push(&mut page, format_args!("</main>{}", self.after));
        page
    }

    fn contents(
        &self,
        page: &mut String,
        heading: &str,
        entries: &[Entry],
        numbers: &BTreeMap<String, usize>,
    ) {
        push(page, format_args!("<nav class=\"pdf-contents\"><h2>{heading}</h2>\n"));
        let mut chapters = self.chapters.iter();
        let line = |page: &mut String, chapter: &Chapter, number: &str| {
            let at = numbers.get(&chapter.id).map_or_else(|| "000".to_owned(), usize::to_string);
            push(
                page,
                format_args!(
                    "<p><a href=\"#{}\">{number} {}</a><i></i><b>{at}</b></p>\n",
                    chapter.id, chapter.title
                ),
            );
        };
        for entry in entries {
            match entry {
                Entry::Part(title) => {
                    push(page, format_args!("<h3>{}</h3>\n", escaped(title)));
                }
                Entry::Chapter(number) => {
                    let Some(chapter) = chapters.next() else { break };
                    line(page, chapter, number.as_deref().unwrap_or_default());
                }
            }
        }
        // Those that a preprocessor adds at the end.
        for chapter in chapters {
            line(page, chapter, "");
        }
        page.push_str("</nav>\n");
    }
}

/// Returns the size of a chapter at an attempt, in percent: smaller each time, and when that does not help,
/// larger each time. Spaces count, too: many of mdBook's do not depend on the size of type.
fn size(attempt: usize) -> usize {
    let smaller = 100 - SMALLEST;
    if attempt <= smaller { 100 - attempt } else { 100 + attempt - smaller }
}

fn cover_page(page: &mut String, cover: &Cover) {
    let Cover { title, description, authors, .. } = cover;
    let [title, description, authors] = [title, description, authors].map(|text| escaped(text));
    push(
        page,
        format_args!(
            "<div class=\"pdf-cover\"><p class=\"pdf-title\">{title}</p><p>{description}</p>\
             <p class=\"pdf-authors\">{authors}</p></div>\n"
        ),
    );
}

/// A string of CSS with the text of this HTML.
fn css_string(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            '"' | '\\' => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\\\"");
    // In a style sheet, `</style>` would end it.
    format!("\"{}\"", text.replace("&amp;", "&").replace('<', "\\3c "))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r##"<body><main>
<h1 id="a"><a class="header" href="#a">A &amp; <code>"b"</code></a></h1><details class="x"><p>1</p></details>
<div style="break-before: page; page-break-before: always;"></div><h1 id="c">C</h1></main>
<script>
  window.addEventListener('load', function() { window.print(); });
</script></body>"##;

    #[test]
    fn a_page_gets_a_cover_contents_and_running_heads() {
        let document = Document::parse(PAGE).expect("it has the form of mdBook's page");
        let cover = Cover {
            title: "T < U".to_owned(),
            description: "D".to_owned(),
            authors: String::new(),
            contents: "Contents",
        };
        let entries = [Entry::Part("P".to_owned()), Entry::Chapter(Some("1.".to_owned()))];
        let numbers = BTreeMap::from([("a".to_owned(), 3), ("c".to_owned(), 12)]);
        let page = document.with_front(&cover, &entries, &numbers, &[0, 2]);
        for part in [
            r#"<p class="pdf-title">T &lt; U</p>"#,
            "<h3>P</h3>",
            r##"<p><a href="#a">1. A &amp; <code>"b"</code></a><i></i><b>3</b></p>"##,
            r##"<p><a href="#c"> C</a><i></i><b>12</b></p>"##,
            r#"content: "A & \"b\"";"#,
            "page: chapter-1; zoom: 98%;",
            r#"<details open class="x">"#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("window.print"), "{page}");
    }

    #[test]
    fn a_chapter_is_set_smaller_then_larger() {
        assert_eq!([0, 1, 8, 9, 10].map(size), [100, 99, 92, 101, 102]);
    }

    #[test]
    fn another_page_is_refused() {
        assert!(Document::parse("<main><h2>A</h2></main>").is_none());
    }
}
