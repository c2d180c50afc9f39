//! What rendering knows of the page that a chapter becomes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::render::labels::Labels;

/// The page that a chapter becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The words that are put into it.
    pub labels: Arc<Labels>,
    /// What reads the chapter next.
    pub renderer: Renderer,
    /// The chapter's name within ids; see [`Slugs`].
    pub slug: String,
    /// The way from it to the page that lists what all chapters rest on, if there is one.
    pub verifications: Option<String>,
}

/// What kind of text is put into a chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// HTML fragments, for mdBook's own renderer.
    Html,
    /// Markdown and nothing else.
    Markdown,
}

impl Renderer {
    /// What results are for the renderer that mdBook calls by this name. What is not mdBook's own is
    /// given Markdown: whether it understands HTML is not known, and a book is Markdown.
    ///
    /// `test` is none: it hands each untagged block to rustdoc.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "test" => None,
            _ => Some(Self::Markdown),
        }
    }
}

/// A chapter's path as part of an id: `guide/Première étape.md` becomes `guide-première-étape`.
///
/// No two hyphens follow each other in it.
pub fn slug(chapter: &Path) -> String {
    let path = chapter.with_extension("");
    let lower = path.to_string_lossy().to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The slugs of a book's chapters, those that would be the same with a number: `a-b` and `a-b--2` for
/// `a-b.md` and `a/b.md`.
///
/// mdBook renames ids that occur twice when it makes its print page, but not what refers to them; so
/// they have to be unique in the book.
#[derive(Debug, Default)]
pub(crate) struct Slugs(HashMap<String, usize>);

impl Slugs {
    /// The next chapter's.
    pub(crate) fn next(&mut self, chapter: &Path) -> String {
        let slug = slug(chapter);
        let count = self.0.entry(slug.clone()).or_default();
        *count += 1;
        // No path gives two hyphens.
        if *count == 1 { slug } else { format!("{slug}--{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_keep_the_whole_path() {
        assert_eq!(slug(Path::new("guide/Première étape.md")), "guide-première-étape");
        assert_eq!(slug(Path::new("../a_b/c.d.md")), "a-b-c-d");
    }

    #[test]
    fn slugs_of_a_book_are_unique() {
        let mut slugs = Slugs::default();
        let paths = ["a-b.md", "a/b.md", "a b.md", "a/b-2.md", "a/b--2.md"];
        let slugs = paths.map(|path| slugs.next(Path::new(path)));
        assert_eq!(slugs, ["a-b", "a-b--2", "a-b--3", "a-b-2", "a-b-2--2"]);
    }
}
