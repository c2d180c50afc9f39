//! Where the entries of the setting `images` are in book.toml.

use std::fs;
use std::path::Path;

use mdbook_preprocessor::config::Config;
use serde_json::Value;
use toml_edit::{Document, TableLike};

use super::entry::Key;
use crate::text::byte_order_mark::without_mark;
use crate::text::position::line_and_column;

/// The text of the book.toml that a setting comes from, and its keys.
///
/// mdBook sends settings without their places, so the file is read again. It has no place of a setting
/// that comes from the environment (`MDBOOK_PREPROCESSOR__DOCKTEST__IMAGES`), nor if it was changed
/// meanwhile.
pub(super) struct Places(Option<Document<String>>);

impl Places {
    /// Finds `setting` in the book.toml in the directory `root`.
    pub(super) fn find(setting: &Value, root: &Path) -> Self {
        Self(read(setting, root))
    }

    /// The line of the setting itself, counted from 1.
    pub(super) fn line_of_setting(&self) -> Option<usize> {
        let document = self.0.as_ref()?;
        let (key, _) = preprocessor(document)?.get_key_value("images")?;
        Some(line_and_column(document.raw(), key.span()?.start).0)
    }

    /// The line of an entry, counted from 1.
    pub(super) fn line(&self, key: Key<'_>) -> Option<usize> {
        let document = self.0.as_ref()?;
        let images = preprocessor(document)?.get("images")?;
        let span = match key {
            Key::Name(name) => {
                let (key, value) = images.as_table_like()?.get_key_value(name)?;
                key.span().or_else(|| value.span())
            }
            Key::Index(index) => images.as_array()?.get(index)?.span(),
        };
        Some(line_and_column(document.raw(), span?.start).0)
    }
}

fn read(setting: &Value, root: &Path) -> Option<Document<String>> {
    let text = fs::read_to_string(root.join("book.toml")).ok()?;
    let text = without_mark(&text);
    let config: Config = text.parse().ok()?;
    let same: Option<Value> = config.get("preprocessor.docktest.images").ok()?;
    let document = Document::parse(text.to_owned()).ok()?;
    (same.as_ref() == Some(setting)).then_some(document)
}

/// The table `[preprocessor.docktest]`.
fn preprocessor(document: &Document<String>) -> Option<&dyn TableLike> {
    document.get("preprocessor")?.as_table_like()?.get("docktest")?.as_table_like()
}
