//! A label's text, with what is put into it between braces: `exit status: {status}`.

use std::fmt::{Display, Write};

/// A text of a book's own, of which it is known that all its parameters exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(String);

/// Why a text cannot be a label.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateError {
    /// Nothing of that name is put there.
    #[error("{}", unknown_parameter(.name, .known))]
    Unknown { name: String, known: &'static [&'static str] },
    /// A label stands on one line.
    #[error("it has a control character, such as a line feed: write it on one line")]
    Control,
    /// A year has twelve.
    #[error("these are {count} months: write twelve, with spaces between them")]
    Months { count: usize },
}

fn unknown_parameter(name: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
    match known.as_slice() {
        [] => format!("there is no `{{{name}}}` to put there, nor anything else"),
        known => format!("there is no `{{{name}}}` to put there, but {}", known.join(", ")),
    }
}

impl Template {
    /// # Errors
    /// When something is in braces that is no parameter.
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

/// What is between braces.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// The text with values in the place of their names. Other braces stay.
pub(super) fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, braced)) = rest.split_once('{') {
        filled.push_str(before);
        let value = braced.split_once('}').and_then(|(name, after)| {
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
