//! The Markdown extensions that chapters are parsed with.

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
    /// mdBook's defaults.
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
    /// Reads the extensions from `[output.html]` in book.toml. These apply whatever the book is
    /// rendered to: its steps are the blocks that a reader of the HTML sees.
    pub fn from_config(config: &Config) -> Self {
        let default = Self::default();
        // mdBook itself reports a value of the wrong type, and uses the default.
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
