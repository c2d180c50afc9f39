//! Names for values that occur more than once.

use std::collections::BTreeMap;

use super::binding::Bindings;

/// The names of the values that occur more than once in a chapter, by placeholder and short form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<(String, String), String>);

impl Names {
    /// Returns the names that the author has given.
    pub(crate) fn of(bindings: &Bindings) -> Self {
        let names = bindings.all().map(|(key, value)| {
            ((key.placeholder.clone(), short(value).to_owned()), key.name.clone())
        });
        Self(names.collect())
    }

    /// Gives a name to a value, unless it has one.
    pub(crate) fn add(&mut self, placeholder: &str, value: &str, name: &str) {
        let key = (placeholder.to_owned(), short(value).to_owned());
        self.0.entry(key).or_insert_with(|| name.to_owned());
    }

    pub(crate) fn get(&self, placeholder: &str, value: &str) -> Option<&str> {
        let key = (placeholder.to_owned(), short(value).to_owned());
        self.0.get(&key).map(String::as_str)
    }

    /// Whether a name is used for a value of this placeholder.
    pub(crate) fn has(&self, placeholder: &str, name: &str) -> bool {
        self.0.iter().any(|((of, _), known)| of == placeholder && known == name)
    }
}

/// The short form of a full ID; other values as they are.
fn short(value: &str) -> &str {
    let is_id =
        matches!(value.len(), 64 | 25) && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { &value[..12] } else { value }
}
