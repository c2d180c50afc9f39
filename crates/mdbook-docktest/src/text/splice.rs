//! Putting new text into a chapter without touching the rest of it.

use std::ops::Range;

/// One replacement. An empty range inserts; an empty text removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// What goes, in bytes of the original text.
    pub range: Range<usize>,
    /// What comes in its place.
    pub text: String,
}

impl Edit {
    /// An edit that keeps all and adds `text` at `offset`.
    pub(crate) fn insert(offset: usize, text: String) -> Self {
        Self { range: offset..offset, text }
    }
}

/// Applies edits, given in any order. Every byte outside of their ranges comes out as it was.
///
/// Insertions at the same place keep the order in which they are given.
///
/// # Panics
///
/// If two ranges overlap, or one does not lie on character boundaries within the text.
pub(crate) fn splice(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut spliced = String::with_capacity(text.len());
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

    /// Pieces that stay and pieces that go, in turns.
    fn pieces() -> impl Strategy<Value = Vec<(String, String, String)>> {
        prop::collection::vec(("\\PC{0,8}", "\\PC{0,8}", "\\PC{0,8}"), 0..8)
    }

    proptest! {
        #[test]
        fn what_is_outside_of_the_edits_stays(pieces in pieces(), tail in "\\PC{0,8}", seed in any::<prop::sample::Index>()) {
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
            // The order of edits at different places makes no difference.
            if !edits.is_empty() && pieces.iter().all(|(kept, ..)| !kept.is_empty()) {
                let middle = seed.index(edits.len());
                edits.rotate_left(middle);
            }
            prop_assert_eq!(splice(&text, edits), expected);
        }
    }
}
