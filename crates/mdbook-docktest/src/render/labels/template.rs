//! Texts of labels with parameters in braces: `exit status: {status}`.

use std::fmt::{Display, Write};

/// A text from a book's settings, all of whose parameters are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(String);

/// Why a text cannot be a label.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateError {
    /// The label has no such parameter.
    #[error("{}", unknown_parameter(.name, .known))]
    Unknown { name: String, known: &'static [&'static str] },
    /// A label must fit on one line.
    #[error("contains a control character, such as a line feed: write it on one line")]
    Control,
    /// The list of months must have twelve words.
    #[error("expected twelve months separated by spaces, found {count}")]
    Months { count: usize },
}

fn unknown_parameter(name: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
    match known.as_slice() {
        [] => format!("unknown parameter `{{{name}}}`: this label has no parameters"),
        known => format!("unknown parameter `{{{name}}}`: use {}", known.join(" or ")),
    }
}

impl Template {
    /// Checks a text.
    ///
    /// # Errors
    /// If the text has a control character, or a name in braces that is not among the parameters.
    pub(super) fn new(
        text: String,
        parameters: &'static [&'static str],
    ) -> Result<Self, TemplateError> {
        if text.chars().any(char::is_control) {
            return Err(TemplateError::Control);
        }
        let unknown = names(&text).find(|name| !parameters.contains(name)).map(str::to_owned);
        match unknown {
            Some(name) => Err(TemplateError::Unknown { name, known: parameters }),
            None => Ok(Self(text)),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// The names between braces.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// Replaces the names in braces by their values. Other braces are kept.
pub(super) fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let split = |text, byte| {
        let at = memchr::memchr(byte, str::as_bytes(text))?;
        Some((&text[..at], &text[at + 1..]))
    };
    while let Some((before, braced)) = split(rest, b'{') {
        filled.push_str(before);
        let value = split(braced, b'}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        rest = match value {
            Some((value, after)) => {
                // Writing to a string does not fail.
                let _ = write!(filled, "{value}");
                after
            }
            None => {
                filled.push('{');
                braced
            }
        };
    }
    filled.push_str(rest);
    filled
}
