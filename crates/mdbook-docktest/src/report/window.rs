//! The parts of a text that excerpts show.

use std::ops::Range;

use crate::text::position::work;

/// The lines of a text that an excerpt needs: to be given a whole chapter for each finding would take the renderer the
/// square of its length.
pub(super) struct Window<'a> {
    pub(super) text: &'a str,
    /// Where it starts in the whole text.
    pub(super) start: usize,
    /// The number of its first line.
    pub(super) line: usize,
}

impl<'a> Window<'a> {
    /// Returns the lines of these ranges, which are in order, and the next ones above and below. The first range starts in
    /// this line.
    pub(super) fn around(text: &'a str, ranges: &[Range<usize>], line: usize) -> Self {
        let first = ranges.first().map_or(0, |range| range.start);
        let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let newline_before = |at: usize| text[..at].rfind('\n');
        let newline_after = |at: usize| text[at..].find('\n').map(|feed| at + feed + 1);
        let own = newline_before(first);
        let start = own.and_then(newline_before).map_or(0, |newline| newline + 1);
        let end = newline_after(last).and_then(newline_after).unwrap_or(text.len());
        work::add(end - start);
        let above = text[start..first].matches('\n').count();
        Self { text: &text[start..end], start, line: line.saturating_sub(above).max(1) }
    }
}
