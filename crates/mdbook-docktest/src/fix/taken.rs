//! The places in a text that have an edit.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::text::position::work;
use crate::text::splice::Edit;

/// Places of edits that do not overlap.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken(BTreeSet<(usize, usize)>);

impl Taken {
    /// Whether one of the edits overlaps with a place, or is an insertion at the place of another: these have no order.
    pub(super) fn overlap(&self, edits: &[Edit]) -> bool {
        edits.iter().any(|edit| self.overlaps(&edit.range))
    }

    fn overlaps(&self, range: &Range<usize>) -> bool {
        // No place overlaps with another, so that of those which begin before the end of this one, the last ends last.
        let mut before = self.0.range(..(range.end, 0)).rev();
        let is_in_last = before.next().is_some_and(|(_, end)| {
            work::add(1);
            range.start < *end
        });
        is_in_last || self.0.contains(&(range.start, range.end))
    }

    pub(super) fn take(&mut self, edits: &[Edit]) {
        self.0.extend(edits.iter().map(|edit| (edit.range.start, edit.range.end)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_edit() {
        let mut taken = Taken::default();
        for place in [10..20, 30..30, 40..50, 0..5, 20..20] {
            let edits = [Edit { range: place, text: String::new() }];
            assert!(!taken.overlap(&edits), "{edits:?}");
            taken.take(&edits);
        }
        for (place, overlaps) in [
            (10..20, true),
            (12..15, true),
            (12..12, true),
            (5..11, true),
            (29..31, true),
            (30..30, true),
            (0..60, true),
            (5..10, false),
            (10..10, false),
            (20..30, false),
            (30..40, false),
            (50..60, false),
        ] {
            assert_eq!(taken.overlaps(&place), overlaps, "{place:?}");
        }
    }
}
