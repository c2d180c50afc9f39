//! How a chapter's Markdown is read.

use mdbook_markdown::MarkdownOptions;
use mdbook_preprocessor::config::Config;

/// The Markdown extensions that `[output.html]` in book.toml can switch off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extensions {
    /// `smart-punctuation`.
    pub smart_punctuation: bool,
    /// `definition-lists`.
    pub definition_lists: bool,
    /// `admonitions`.
    pub admonitions: bool,
}

impl Default for Extensions {
    /// What mdBook does when book.toml says nothing.
    fn default() -> Self {
        let default = MarkdownOptions::default();
        Self {
            smart_punctuation: default.smart_punctuation,
            definition_lists: default.definition_lists,
            admonitions: default.admonitions,
        }
    }
}

impl Extensions {
    /// What the book's `[output.html]` says. Whatever else a book is rendered to, its steps are the
    /// blocks that a reader of its HTML sees.
    pub fn of_book(config: &Config) -> Self {
        let default = Self::default();
        // A value of another type is for mdBook to complain of; it then takes its default.
        let get = |key, default| config.get(key).ok().flatten().unwrap_or(default);
        Self {
            smart_punctuation: get("output.html.smart-punctuation", default.smart_punctuation),
            definition_lists: get("output.html.definition-lists", default.definition_lists),
            admonitions: get("output.html.admonitions", default.admonitions),
        }
    }

    pub(crate) fn to_options(self) -> MarkdownOptions {
        let mut options = MarkdownOptions::default();
        options.smart_punctuation = self.smart_punctuation;
        options.definition_lists = self.definition_lists;
        options.admonitions = self.admonitions;
        options
    }
}
