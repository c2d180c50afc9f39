//! The values that names are bound to throughout a chapter.

use std::collections::BTreeMap;

/// The placeholder whose values also have a short form.
const ID: &str = "ID";
/// How many digits of an ID Docker prints by default.
const SHORT: usize = 12;
const LONG: usize = 64;

/// The values that a chapter's blocks have bound so far, by placeholder and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Bindings {
    values: BTreeMap<Key, String>,
}

/// A placeholder and a name: `[ID:app]` and `[NAME:app]` are different keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) placeholder: String,
    pub(super) name: String,
}

impl Bindings {
    /// Returns the value that `[placeholder:name]` is bound to.
    pub fn get(&self, placeholder: &str, name: &str) -> Option<&str> {
        self.value(&Key { placeholder: placeholder.to_owned(), name: name.to_owned() })
    }

    pub(super) fn value(&self, key: &Key) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Binds a name. Returns false if it is bound to another value. The long form of an ID replaces
    /// its short form.
    pub(super) fn bind(&mut self, key: &Key, value: &str) -> bool {
        match self.values.get_mut(key) {
            None => {
                self.values.insert(key.clone(), value.to_owned());
                true
            }
            Some(known) if known == value => true,
            Some(known) if key.placeholder == ID && is_short_form(known, value) => {
                *known = value.to_owned();
                true
            }
            Some(known) => key.placeholder == ID && is_short_form(value, known),
        }
    }

    /// Whether a line may contain the value of a name; a cheap check before a regex is compiled.
    pub(super) fn may_be_in(&self, key: &Key, line: &str) -> bool {
        self.value(key).is_none_or(|value| {
            let has_short_form = key.placeholder == ID && value.len() == LONG;
            line.contains(if has_short_form { &value[..SHORT] } else { value })
        })
    }

    /// Returns a regex for the value of the name, if it is bound.
    pub(super) fn regex(&self, key: &Key) -> Option<String> {
        let value = self.value(key)?;
        let escaped = regex::escape(value);
        Some(match value.len() {
            LONG if key.placeholder == ID => format!("{escaped}|{}", &value[..SHORT]),
            SHORT if key.placeholder == ID => {
                format!("{escaped}[0-9a-f]{{{}}}|{escaped}", LONG - SHORT)
            }
            _ => escaped,
        })
    }
}

fn is_short_form(short: &str, long: &str) -> bool {
    short.len() == SHORT && long.len() == LONG && long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";

    fn key(placeholder: &str) -> Key {
        Key { placeholder: placeholder.to_owned(), name: "a".to_owned() }
    }

    #[test]
    fn a_name_keeps_its_value() {
        let mut bindings = Bindings::default();
        assert!(bindings.bind(&key("IP"), "10.0.0.1"));
        assert!(bindings.bind(&key("IP"), "10.0.0.1"));
        assert!(!bindings.bind(&key("IP"), "10.0.0.2"));
        assert!(bindings.bind(&key("PORT"), "80"), "another placeholder is another key");
        assert_eq!(bindings.get("IP", "a"), Some("10.0.0.1"));
    }

    #[test]
    fn an_id_equals_its_short_form_and_the_long_form_is_kept() {
        let mut bindings = Bindings::default();
        assert!(bindings.bind(&key("ID"), &WHOLE[..12]));
        assert!(bindings.bind(&key("ID"), WHOLE));
        assert!(bindings.bind(&key("ID"), &WHOLE[..12]));
        assert_eq!(bindings.get("ID", "a"), Some(WHOLE));
        let other = WHOLE.replace("ff", "00");
        assert!(!bindings.bind(&key("ID"), &other), "the same short form, but another ID");
    }

    #[test]
    fn only_ids_have_short_forms() {
        let mut bindings = Bindings::default();
        assert!(bindings.bind(&key("HEX"), WHOLE));
        assert!(!bindings.bind(&key("HEX"), &WHOLE[..12]));
    }
}
