//! How a book wants its Markdown to be read.

use std::collections::BTreeMap;

use mdbook_markdown::MarkdownOptions;
use mdbook_preprocessor::config::Config;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What book.toml says about the Markdown of the book: the extensions that `[output.html]` can switch off, and
/// which blocks and lines run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extensions {
    /// `smart-punctuation`.
    pub smart_punctuation: bool,
    /// `definition-lists`.
    pub definition_lists: bool,
    /// `admonitions`.
    pub admonitions: bool,
    /// `code.hidelines`: for each language, what lines begin with that mdBook hides.
    pub hidelines: BTreeMap<String, String>,
    /// The setting `unmarked` of `[preprocessor.docktest]`.
    pub unmarked: Unmarked,
}

/// What happens to blocks that look like commands, but have no language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmarked {
    /// They are reported.
    #[default]
    Report,
    /// They are steps.
    Run,
}

impl Default for Extensions {
    /// mdBook's defaults.
    fn default() -> Self {
        let default = MarkdownOptions::default();
        Self {
            smart_punctuation: default.smart_punctuation,
            definition_lists: default.definition_lists,
            admonitions: default.admonitions,
            hidelines: BTreeMap::new(),
            unmarked: Unmarked::default(),
        }
    }
}

impl Extensions {
    /// Reads the extensions from `[output.html]` in book.toml. These apply whatever the book is
    /// rendered to: its steps are the blocks that a reader of the HTML sees.
    pub fn from_config(config: &Config) -> Self {
        let default = Self::default();
        Self {
            smart_punctuation: get(config, "output.html.smart-punctuation")
                .unwrap_or(default.smart_punctuation),
            definition_lists: get(config, "output.html.definition-lists")
                .unwrap_or(default.definition_lists),
            admonitions: get(config, "output.html.admonitions").unwrap_or(default.admonitions),
            hidelines: get(config, "output.html.code.hidelines").unwrap_or_default(),
            unmarked: get(config, "preprocessor.docktest.unmarked").unwrap_or_default(),
        }
    }

    pub(crate) fn to_options(&self) -> MarkdownOptions {
        let mut options = MarkdownOptions::default();
        options.smart_punctuation = self.smart_punctuation;
        options.definition_lists = self.definition_lists;
        options.admonitions = self.admonitions;
        options
    }
}

/// Returns a value of book.toml. mdBook reports one of the wrong type, and uses the default; of our own table, the
/// settings report it.
fn get<T: DeserializeOwned>(config: &Config, key: &str) -> Option<T> {
    config.get(key).ok().flatten()
}
