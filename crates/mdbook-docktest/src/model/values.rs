//! What the author puts in the place of placeholders such as `<volume name>`:
//! `[preprocessor.docktest.values]` in book.toml.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How the commands of a chapter are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What takes the place of placeholders.
    pub values: Arc<Values>,
    /// Whether a synopsis runs like any other command.
    pub runs_synopses: bool,
    /// Whether a placeholder without a value runs like any other word.
    pub runs_placeholders: bool,
}

/// Values by the placeholders that they stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// Checks the table.
    ///
    /// # Errors
    /// What is wrong with an entry.
    pub(crate) fn new(table: BTreeMap<String, String>) -> Result<Self, String> {
        for (placeholder, value) in &table {
            if placeholder.trim() != placeholder || placeholder.is_empty() {
                return Err(format!(
                    "invalid placeholder `{placeholder}` in `values`: write it as in the command"
                ));
            }
            if value.trim().is_empty() {
                return Err(format!(
                    "empty value for `{placeholder}` in `values`: write what is to run in its place"
                ));
            }
            if [placeholder, value].iter().any(|text| text.contains(char::is_control)) {
                return Err(format!(
                    "control character in the value for `{}`: a value is on one line",
                    placeholder.escape_debug()
                ));
            }
        }
        Ok(Self(table))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the placeholders with their values, as in book.toml.
    pub(crate) fn to_table(&self) -> BTreeMap<String, String> {
        self.0.clone()
    }

    /// Adds an entry that another table has.
    pub(crate) fn insert(&mut self, placeholder: &str, value: &str) {
        self.0.insert(placeholder.to_owned(), value.to_owned());
    }

    /// Returns the placeholders with their values. One that begins with another comes before it.
    pub(crate) fn longest_first(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().rev().map(|(placeholder, value)| (placeholder.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(placeholder: &str, value: &str) -> String {
        Values::new([(placeholder.to_owned(), value.to_owned())].into()).unwrap_err()
    }

    #[test]
    fn entries_are_checked() {
        assert_eq!(
            error("<name>", " "),
            "empty value for `<name>` in `values`: write what is to run in its place"
        );
        assert_eq!(
            error("<name>", "a\nb"),
            "control character in the value for `<name>`: a value is on one line"
        );
        assert_eq!(
            error("", "a"),
            "invalid placeholder `` in `values`: write it as in the command"
        );
    }

    #[test]
    fn a_placeholder_that_begins_with_another_comes_first() {
        let table = ["YOUR_ID", "YOUR", "YOUR_ID_2"].map(|name| (name.to_owned(), "x".to_owned()));
        let values = Values::new(table.into()).expect("the entries are valid");
        let names: Vec<&str> = values.longest_first().map(|(name, _)| name).collect();
        assert_eq!(names, ["YOUR_ID_2", "YOUR_ID", "YOUR"]);
    }
}
