//! The placeholders of a book: the built-in ones and its own.

use std::collections::BTreeMap;

use regex::Regex;

use super::builtin::BUILTINS;
use crate::text::nearest::nearest;

/// The placeholders of a book. The default has only the [built-in](super::BUILTINS) ones.
///
/// A book can add placeholders, but not redefine a built-in one: `[ID]` means the same in every book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placeholders {
    own: BTreeMap<String, String>,
}

/// An invalid placeholder in a book's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceholderError {
    /// The name could not be distinguished from text.
    #[error(
        "invalid placeholder name `{0}`: use an upper-case letter, followed by upper-case letters, \
         digits, `_` or `-`"
    )]
    BadName(String),
    /// The name is taken by a built-in placeholder.
    #[error("placeholder `{0}` is built in: choose another name")]
    BuiltIn(String),
    /// The regex does not parse.
    #[error("invalid regex for placeholder `{name}`: {reason}")]
    BadRegex {
        /// The name of the placeholder.
        name: String,
        /// The message of the regex crate.
        reason: String,
    },
    /// The regex has a named group, which could not occur twice in a line.
    #[error("the regex for placeholder `{0}` has a named group: use `(?:…)`")]
    NamedGroup(String),
}

impl Placeholders {
    /// The built-in placeholders and `own`, given as names and regexes. A regex matches a whole value
    /// and needs no anchors.
    ///
    /// # Errors
    /// If a name or a regex is invalid; only the first is reported.
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

    /// The book's own placeholders, as names and regexes.
    pub(crate) fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own.iter().map(|(name, regex)| (name.as_str(), regex.as_str()))
    }

    /// Returns the regex of a placeholder.
    pub fn regex(&self, name: &str) -> Option<&str> {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name);
        builtin.map(|builtin| builtin.regex).or_else(|| self.own.get(name).map(String::as_str))
    }

    /// Returns the placeholder that an author may have meant by an unknown upper-case word.
    pub(super) fn nearest(&self, word: &str) -> Option<&str> {
        let builtin = BUILTINS.iter().map(|builtin| builtin.name);
        nearest(word, builtin.chain(self.own.keys().map(String::as_str)))
    }
}

/// Whether a word is a valid placeholder name.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_' | '-'))
}

/// Compiles the regex alone and as part of a line, where e.g. a comment in extended syntax would
/// swallow the rest.
fn compile(regex: &str) -> Result<Regex, regex::Error> {
    Regex::new(regex)?;
    Regex::new(&format!(r"\A(?:{regex})\z"))
}

/// The last line of the error; the others only quote the regex.
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
    fn every_example_is_a_whole_match() {
        for builtin in BUILTINS {
            assert!(is_name(builtin.name), "{}", builtin.name);
            assert!(!builtin.examples.is_empty(), "{}", builtin.name);
            let regex = compile(builtin.regex).unwrap();
            assert_eq!(regex.capture_names().flatten().count(), 0, "{}", builtin.name);
            for example in builtin.examples {
                assert!(regex.is_match(example), "[{}] does not match {example}", builtin.name);
                assert!(!regex.is_match(&format!("{example} x")), "[{}]", builtin.name);
            }
        }
    }

    #[test]
    fn similar_text_is_not_matched() {
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
            assert!(!regex.is_match(text), "[{name}] matches {text}");
        }
    }

    #[test]
    fn a_book_can_add_placeholders() {
        let placeholders = with("TICKET-1_A", "T-[0-9]+").unwrap();
        assert_eq!(placeholders.regex("TICKET-1_A"), Some("T-[0-9]+"));
        assert!(placeholders.regex("ID").is_some());
        assert_eq!(placeholders.regex("TICKET"), None);
    }

    #[test]
    fn an_invalid_placeholder_is_an_error_with_its_name() {
        for name in ["", "id", "Id", "1ID", "-X", "A B", "É", "A:B", "A]"] {
            let expected = format!("invalid placeholder name `{name}`: use ");
            assert!(with(name, "x").unwrap_err().starts_with(&expected));
        }
        assert!(with("ID", "x").unwrap_err().contains("`ID` is built in"));
        assert_eq!(
            with("FOO", "(").unwrap_err(),
            "invalid regex for placeholder `FOO`: unclosed group"
        );
        assert!(with("FOO", "a)(b").is_err());
        assert!(with("FOO", "(?x) a # all the rest").is_err());
        assert!(with("FOO", "(?P<n>a)").unwrap_err().contains("has a named group"));
    }

    #[test]
    fn a_mistyped_name_has_a_suggestion() {
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
