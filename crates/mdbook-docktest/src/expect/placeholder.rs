//! Which placeholders there are: the built-in ones and the book's own.

use std::collections::BTreeMap;

use regex::Regex;

use super::builtin::BUILTINS;
use crate::text::nearest::nearest;

/// The placeholders of a book. By default, the [built-in](super::BUILTINS) ones.
///
/// A book can add its own, but not change what a built-in one means: `[ID]` is the same in every
/// book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placeholders {
    own: BTreeMap<String, String>,
}

/// A placeholder that a book cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceholderError {
    /// It could not be told from text.
    #[error(
        "`{0}` is no name of a placeholder: it begins with an upper-case letter, and upper-case \
         letters, digits, `_` and `-` follow"
    )]
    BadName(String),
    /// It is built in.
    #[error("the placeholder `{0}` is built in: choose another name")]
    BuiltIn(String),
    /// What it describes cannot be understood.
    #[error("the regex of the placeholder `{name}` is none: {reason}")]
    BadRegex {
        /// The placeholder.
        name: String,
        /// What the regex crate says.
        reason: String,
    },
    /// Its regex names a group, which could not occur twice in a line.
    #[error("the regex of the placeholder `{0}` names a group: write `(?:…)`")]
    NamedGroup(String),
}

impl Placeholders {
    /// The built-in placeholders and these, given as names and regexes. A regex describes a whole
    /// value; it needs no anchors.
    ///
    /// # Errors
    /// With the first that cannot be had.
    pub fn with(own: impl IntoIterator<Item = (String, String)>) -> Result<Self, PlaceholderError> {
        let mut placeholders = Self::default();
        for (name, regex) in own {
            if !is_name(&name) {
                return Err(PlaceholderError::BadName(name));
            }
            if BUILTINS.iter().any(|builtin| builtin.name == name) {
                return Err(PlaceholderError::BuiltIn(name));
            }
            match compile(&regex) {
                Err(error) => {
                    return Err(PlaceholderError::BadRegex { name, reason: reason(&error) });
                }
                Ok(regex) if regex.capture_names().flatten().next().is_some() => {
                    return Err(PlaceholderError::NamedGroup(name));
                }
                Ok(_) => placeholders.own.insert(name, regex),
            };
        }
        Ok(placeholders)
    }

    /// The book's own, as names and regexes.
    pub(crate) fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own.iter().map(|(name, regex)| (name.as_str(), regex.as_str()))
    }

    /// The regex of the placeholder of this name.
    pub fn regex(&self, name: &str) -> Option<&str> {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name);
        builtin.map(|builtin| builtin.regex).or_else(|| self.own.get(name).map(String::as_str))
    }

    /// The placeholder that an author may have meant by an upper-case word that is none.
    pub(super) fn nearest(&self, word: &str) -> Option<&str> {
        let builtin = BUILTINS.iter().map(|builtin| builtin.name);
        nearest(word, builtin.chain(self.own.keys().map(String::as_str)))
    }
}

/// Whether a word could be a placeholder's name.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_' | '-'))
}

/// The regex alone, and as it will stand within a line: a comment in extended syntax, for one, would
/// swallow what follows.
fn compile(regex: &str) -> Result<Regex, regex::Error> {
    Regex::new(regex)?;
    Regex::new(&format!(r"\A(?:{regex})\z"))
}

/// The last line of an error's several: the others draw the regex.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or(&text).trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, regex: &str) -> Result<Placeholders, String> {
        Placeholders::with([(name.to_owned(), regex.to_owned())]).map_err(|error| error.to_string())
    }

    #[test]
    fn every_example_is_matched_wholly() {
        for builtin in BUILTINS {
            assert!(is_name(builtin.name), "{}", builtin.name);
            assert!(!builtin.examples.is_empty(), "{}", builtin.name);
            let regex = compile(builtin.regex).unwrap();
            assert_eq!(regex.capture_names().flatten().count(), 0, "{}", builtin.name);
            for example in builtin.examples {
                assert!(regex.is_match(example), "[{}] is not {example}", builtin.name);
                assert!(!regex.is_match(&format!("{example} x")), "[{}]", builtin.name);
            }
        }
    }

    #[test]
    fn what_only_looks_alike_is_not_matched() {
        for (name, text) in [
            ("ID", "3f4a0c1d2e5"),
            ("ID", "3f4a0c1d2e5b6"),
            ("IP", "256.1.1.1"),
            ("IP", "03:02:12"),
            ("PORT", "0"),
            ("PORT", "65536"),
            ("VERSION", "26"),
            ("SIZE", "512"),
            ("TIME", "12"),
            ("AGE", "a minute ago"),
            ("NUMBER", "1."),
        ] {
            let regex = compile(Placeholders::default().regex(name).unwrap()).unwrap();
            assert!(!regex.is_match(text), "[{name}] is {text}");
        }
    }

    #[test]
    fn a_book_adds_its_own() {
        let placeholders = with("TICKET-1_A", "T-[0-9]+").unwrap();
        assert_eq!(placeholders.regex("TICKET-1_A"), Some("T-[0-9]+"));
        assert!(placeholders.regex("ID").is_some());
        assert_eq!(placeholders.regex("TICKET"), None);
    }

    #[test]
    fn what_cannot_be_a_placeholder_is_told_by_name() {
        for name in ["", "id", "Id", "1ID", "-X", "A B", "É", "A:B", "A]"] {
            assert!(with(name, "x").unwrap_err().starts_with(&format!("`{name}` is no name")));
        }
        assert!(with("ID", "x").unwrap_err().contains("`ID` is built in"));
        assert_eq!(
            with("FOO", "(").unwrap_err(),
            "the regex of the placeholder `FOO` is none: unclosed group"
        );
        assert!(with("FOO", "a)(b").is_err());
        assert!(with("FOO", "(?x) a # all the rest").is_err());
        assert!(with("FOO", "(?P<n>a)").unwrap_err().contains("names a group"));
    }

    #[test]
    fn a_mistyped_name_has_a_nearest_one() {
        let placeholders = with("TICKET", "T").unwrap();
        for (word, name) in
            [("DIGSET", "DIGEST"), ("TICKTE", "TICKET"), ("PORTS", "PORT"), ("SIZ", "SIZE")]
        {
            assert_eq!(placeholders.nearest(word), Some(name), "{word}");
        }
        for word in ["FOO", "OK", "UP", "WARN", "ERROR", "INFO", "DEBUG", "ID", "Y"] {
            assert_eq!(placeholders.nearest(word), None, "{word}");
        }
    }
}
