//! Recognizes placeholders in commands: what a reader is to replace, such as `<volume name>`,
//! `YOUR_USERNAME` or `[container-id]`.
//!
//! The text alone decides, so that the result is the same on every machine. Much of it is what bash
//! would read as something else: `<name>` is two redirections, `[id]` is a pattern.

use std::borrow::Cow;
use std::ops::Range;

mod angle;
mod names;
mod values;

use self::angle::angle_brackets;
use self::names::in_words;
pub(super) use self::names::is_in_brackets;
pub(super) use self::values::occurrences;

/// Returns the places of the placeholders in a script, in order. `is_set` says whether the chapter
/// itself gives a meaning to a name, as a variable or as that of an object.
pub(super) fn placeholders(script: &str, is_set: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = angle_brackets(script);
    let masked = mask(script, &found);
    found.extend(in_words(&masked, is_set));
    found.sort_by_key(|place| place.start);
    found
}

/// Returns a script in which words take the place of what is in angle brackets, so that it can be split
/// into commands. Every other byte stays where it is.
pub(super) fn mask_angle_brackets(script: &str) -> Cow<'_, str> {
    mask(script, &angle_brackets(script))
}

/// Replaces ranges of a script by words of the same length.
pub(super) fn mask<'s>(script: &'s str, ranges: &[Range<usize>]) -> Cow<'s, str> {
    let mut masked = Cow::from(script);
    for range in ranges {
        masked.to_mut().replace_range(range.clone(), &"_".repeat(range.len()));
    }
    masked
}

#[cfg(test)]
mod tests;
