//! Finds the placeholders that have a value.

use std::ops::Range;

use crate::model::values::Values;

/// Returns the places of the placeholders that have a value, with it, in order.
///
/// Unlike what is recognized without a value, a placeholder also counts in quotes and in here-documents:
/// a reader replaces it there, too. It does not count within a longer word, nor as the name of a variable.
pub(in crate::extract) fn occurrences<'a>(
    text: &str,
    values: &'a Values,
) -> Vec<(Range<usize>, &'a str)> {
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    for (placeholder, value) in values.longest_first() {
        for (start, _) in text.match_indices(placeholder) {
            let place = start..start + placeholder.len();
            let is_free =
                found.iter().all(|(other, _)| other.end <= place.start || place.end <= other.start);
            if is_free && is_whole(text, &place) {
                found.push((place, value));
            }
        }
    }
    found.sort_by_key(|(place, _)| place.start);
    found
}

/// Whether neither side of a place continues a word, and it is not a variable.
fn is_whole(text: &str, place: &Range<usize>) -> bool {
    let own = &text[place.clone()];
    let before = text[..place.start].chars().next_back();
    let after = text[place.end..].chars().next();
    let continues = |c: char| c.is_alphanumeric() || c == '_' || (c == '-' && own.contains('-'));
    let begins_with_word = own.starts_with(|c: char| c.is_alphanumeric());
    let ends_with_word = own.ends_with(|c: char| c.is_alphanumeric());
    let is_variable = before == Some('$')
        || text[..place.start].ends_with("${")
        // An assignment, unless it is a part of a path or an option's value.
        || (after == Some('=') && before.is_none_or(|c| c.is_whitespace() || c == ';'));
    !(begins_with_word && (before.is_some_and(continues) || is_variable)
        || ends_with_word && after.is_some_and(continues))
}
