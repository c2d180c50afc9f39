//! Tells mistyped attributes of ours from those of other tools, which mean nothing here.
//!
//! An attribute is taken for a mistyped one of ours if it is [nearly](nearest) its name, and has a value where
//! that needs one. `title="…"`, `hl_lines="1"`, `linenos`, `.copy` or `{1,3}` are nearly none of them.

use super::word::Word;
use crate::text::nearest::nearest;

/// Names that are written with a value.
const VALUED: [&str; 7] = ["exit", "until", "lines", "for", "stdin", "timeout", "retry"];

/// Returns the name among `known` that a word is a mistyped form of.
pub(in crate::extract) fn intended<'a>(word: &Word<'_>, known: &[&'a str]) -> Option<&'a str> {
    let name = word.name.to_ascii_lowercase();
    if let Some(same) = known.iter().find(|known| **known == name) {
        return Some(same);
    }
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'));
    let candidate = nearest(name.as_str(), known.iter().copied()).filter(|_| is_name)?;
    let fits = word.value.is_some() || !VALUED.contains(&candidate);
    // One letter of three makes another word: `foo` is not `for`.
    let is_anagram = || sorted(&name) == sorted(candidate);
    (fits && (candidate.len() > 3 || is_anagram())).then_some(candidate)
}

fn sorted(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}
