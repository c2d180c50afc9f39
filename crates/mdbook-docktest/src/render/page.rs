//! The page that a chapter is rendered to.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::render::labels::Labels;

/// The page that a chapter is rendered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The text that the program adds to it.
    pub labels: Arc<Labels>,
    /// The kind of renderer that reads the chapter next.
    pub renderer: Renderer,
    /// The chapter's name in ids, unique in the book.
    pub slug: String,
    /// The relative link to the verification page, if the book has one.
    pub verifications: Option<String>,
}

/// The kind of text that is inserted into a chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// HTML fragments, for mdBook's own renderer.
    Html,
    /// Plain Markdown, for all other renderers.
    Markdown,
}

impl Renderer {
    /// Returns the kind of mdBook's renderer `name`. Renderers other than mdBook's own get Markdown,
    /// because they may not support HTML.
    ///
    /// Returns `None` for `test`, which passes each untagged block to rustdoc.
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
/// It never has two hyphens in a row.
pub fn slug(chapter: &Path) -> String {
    let path = chapter.with_extension("");
    let lower = path.to_string_lossy().to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The slugs of a book's chapters, with a number where they would be the same: `a-b` and `a-b--2` for
/// `a-b.md` and `a/b.md`.
///
/// For its print page, mdBook renames duplicate ids, but not the references to them; so ids must be
/// unique in the book.
#[derive(Debug, Default)]
pub(crate) struct Slugs(HashMap<String, usize>);

impl Slugs {
    /// The slug of the next chapter.
    pub(crate) fn next(&mut self, chapter: &Path) -> String {
        let slug = slug(chapter);
        let count = self.0.entry(slug.clone()).or_default();
        *count += 1;
        // No path is converted to two hyphens in a row.
        if *count == 1 { slug } else { format!("{slug}--{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_the_whole_path() {
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
