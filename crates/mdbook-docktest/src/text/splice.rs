//! Edits to a text that leave all other bytes unchanged.

use std::ops::Range;

/// A replacement. An empty range inserts; an empty text removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the original text to replace.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
}

impl Edit {
    /// Inserts `text` at `offset` and removes nothing.
    pub(crate) fn insert(offset: usize, text: String) -> Self {
        Self { range: offset..offset, text }
    }
}

/// Applies edits, given in any order. Bytes outside their ranges are unchanged.
///
/// Insertions at the same offset keep the order in which they are given.
///
/// # Panics
///
/// If two ranges overlap, or a range is out of bounds or not on character boundaries.
pub(crate) fn splice(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut spliced = String::with_capacity(text.len() + added);
    let mut kept = 0;
    for edit in &edits {
        spliced.push_str(&text[kept..edit.range.start]);
        spliced.push_str(&edit.text);
        kept = edit.range.end;
    }
    spliced.push_str(&text[kept..]);
    spliced
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_replace_insert_and_remove() {
        let edits = vec![
            Edit { range: 8..9, text: String::new() },
            Edit { range: 0..2, text: "one".into() },
            Edit::insert(3, "(".into()),
            Edit::insert(3, ")".into()),
        ];
        assert_eq!(splice("un, deux!", edits), "one,() deux");
    }

    /// Tuples of a kept piece, a removed piece and its replacement.
    fn pieces() -> impl Strategy<Value = Vec<(String, String, String)>> {
        prop::collection::vec(("\\PC{0,8}", "\\PC{0,8}", "\\PC{0,8}"), 0..8)
    }

    proptest! {
        #[test]
        fn text_outside_the_edits_is_unchanged(pieces in pieces(), tail in "\\PC{0,8}", seed in any::<prop::sample::Index>()) {
            let mut text = String::new();
            let mut expected = String::new();
            let mut edits = Vec::new();
            for (kept, old, new) in &pieces {
                text.push_str(kept);
                expected.push_str(kept);
                let start = text.len();
                text.push_str(old);
                expected.push_str(new);
                edits.push(Edit { range: start..text.len(), text: new.clone() });
            }
            text.push_str(&tail);
            expected.push_str(&tail);
            // Edits at different offsets may come in any order.
            if !edits.is_empty() && pieces.iter().all(|(kept, ..)| !kept.is_empty()) {
                let middle = seed.index(edits.len());
                edits.rotate_left(middle);
            }
            prop_assert_eq!(splice(&text, edits), expected);
        }
    }
}
