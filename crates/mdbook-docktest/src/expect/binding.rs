//! The values that names are bound to throughout a chapter.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::volatile::{Kind, Nature};

/// The placeholder whose values also have a short form.
const ID: &str = "ID";
/// How many digits of an ID Docker prints by default.
const SHORT: usize = 12;
/// The lengths of full IDs: of a container, network or image, and of a swarm's objects.
const LONG: usize = 64;
const SWARM: usize = 25;

/// What a chapter has said so far: the values that its blocks have bound, by placeholder and name, and its commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings {
    values: BTreeMap<Key, String>,
    commands: Arc<String>,
    /// The short forms of IDs of a swarm.
    swarm_ids: Arc<BTreeSet<String>>,
}

impl Hash for Bindings {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Long commands are the same in all bindings that are compared.
        self.values.hash(state);
    }
}

/// The full ID of one of a swarm's objects.
static SWARM_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9a-z]{25}\b").expect("it is a regex of our own"));

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

    /// Adds the texts of commands. What they contain is chosen by the author, and does not change from run to run.
    pub(crate) fn add_commands<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        let commands = Arc::make_mut(&mut self.commands);
        for text in texts {
            commands.push_str(text);
            commands.push('\n');
        }
    }

    /// Adds the IDs of a swarm's objects in a text. Their short forms can look like words, and are known by this.
    pub(crate) fn add_swarm_ids(&mut self, text: &str) {
        let ids = SWARM_ID.find_iter(text).map(|id| id.as_str()[..SHORT].to_owned());
        Arc::make_mut(&mut self.swarm_ids).extend(ids);
    }

    /// Whether a word is the short form of a known ID.
    pub(super) fn is_swarm_id(&self, word: &str) -> bool {
        self.swarm_ids.contains(word)
    }

    /// Whether the author has chosen a value that would otherwise change from run to run. The ID in a command can be
    /// a sample, as the one that is expected.
    pub(super) fn is_chosen(&self, kind: &Kind, expected: &str) -> bool {
        kind.nature.can_be_chosen() && self.is_in_commands(expected)
    }

    /// Whether a value that was printed stands in a command, and so is printed in every run.
    pub(super) fn is_repeated(&self, kind: &Kind, printed: &str) -> bool {
        kind.nature != Nature::Number && self.is_in_commands(printed)
    }

    fn is_in_commands(&self, value: &str) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_apart = |at: usize| {
            let (before, after) = (&self.commands[..at], &self.commands[at + value.len()..]);
            !before.ends_with(is_word) && !after.starts_with(is_word)
        };
        self.commands.match_indices(value).any(|(at, _)| is_apart(at))
    }

    /// Returns all names and their values.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Key, &str)> {
        self.values.iter().map(|(key, value)| (key, value.as_str()))
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
            let has_short_form = key.placeholder == ID && value.len() > SHORT;
            line.contains(if has_short_form { &value[..SHORT] } else { value })
        })
    }

    /// Returns a regex for the value of the name, if it is bound.
    pub(super) fn regex(&self, key: &Key) -> Option<String> {
        let value = self.value(key)?;
        let escaped = regex::escape(value);
        Some(match value.len() {
            LONG | SWARM if key.placeholder == ID => format!("{escaped}|{}", &value[..SHORT]),
            SHORT if key.placeholder == ID => {
                let [long, swarm] = [LONG - SHORT, SWARM - SHORT];
                format!("{escaped}[0-9a-f]{{{long}}}|{escaped}[0-9a-z]{{{swarm}}}|{escaped}")
            }
            _ => escaped,
        })
    }
}

fn is_short_form(short: &str, long: &str) -> bool {
    short.len() == SHORT && matches!(long.len(), LONG | SWARM) && long.starts_with(short)
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
