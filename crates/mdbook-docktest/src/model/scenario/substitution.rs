//! Values in the place of placeholders.

use std::borrow::Cow;
use std::ops::Range;

/// A placeholder of a command or a file, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// The place of the placeholder in the text.
    pub range: Range<usize>,
    /// The value from book.toml.
    pub value: String,
}

/// Returns a text with values in the place of placeholders.
pub(crate) fn substituted<'a>(text: &'a str, substitutions: &[Substitution]) -> Cow<'a, str> {
    if substitutions.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut new = String::with_capacity(text.len());
    let mut end = 0;
    for Substitution { range, value } in substitutions {
        new.push_str(&text[end..range.start]);
        new.push_str(value);
        end = range.end;
    }
    Cow::Owned(new + &text[end..])
}
