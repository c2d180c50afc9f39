//! Byte offsets as lines and columns.

/// The line and the column of a byte offset, both counted from 1; the column counts characters.
///
/// A byte order mark takes no column. An offset past the end or inside a character is moved back to
/// the nearest character boundary.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    work::add(offset.min(text.len()));
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let before = &text[..offset.unwrap_or(0)];
    let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let column = before[line_start..].chars().filter(|c| *c != '\u{feff}').count() + 1;
    (line, column)
}

/// The byte offset of a line and a column, as [`line_and_column`] returns them. A column past the end of its
/// line is moved back to it, and so is a line past the end of the text.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[before..].lines().next().unwrap_or_default();
    let shown = rest.char_indices().filter(|(_, c)| *c != '\u{feff}');
    let found = shown.map(|(at, _)| at).nth(column.saturating_sub(1));
    before + found.unwrap_or(rest.len())
}

/// The starts of a text's lines, so that the lines of many offsets are found without counting each from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Finds the lines of a text.
    pub(crate) fn of(text: &str) -> Self {
        work::add(text.len());
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        // Counting is cheaper than growing.
        let mut starts = Vec::with_capacity(newlines.clone().count() + 1);
        starts.push(0);
        starts.extend(newlines.map(|newline| newline + 1));
        Self(starts)
    }

    /// Returns the same as [`line_and_column`] for the text of which these are the lines.
    pub(crate) fn line_and_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(text, offset);
        let start = self.0[line - 1];
        let (_, column) = line_and_column(&text[start..], offset - start.min(offset));
        (line, column)
    }

    /// Returns the line of an offset, counted from 1.
    pub(crate) fn line(&self, text: &str, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset.min(text.len()))
    }

    /// Returns the same as [`offset`] for the text of which these are the lines.
    pub(crate) fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        match self.0.get(line.saturating_sub(1)) {
            Some(start) => start + offset(&text[*start..], 1, column),
            None => text.len(),
        }
    }
}

/// How many steps of work the tests of long chapters have seen: they assert that twice the text is twice the work, without
/// a clock.
pub(crate) mod work {
    #[cfg(test)]
    thread_local! {
        static DONE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// Adds work that grows with a text, or with a chapter.
    #[cfg_attr(not(test), expect(unused_variables, reason = "only tests count"))]
    pub(crate) fn add(amount: usize) {
        #[cfg(test)]
        DONE.with(|done| done.set(done.get() + amount));
    }

    /// Returns how much work this makes.
    #[cfg(test)]
    pub(crate) fn of(make: impl FnOnce()) -> usize {
        DONE.with(|done| done.set(0));
        make();
        DONE.with(std::cell::Cell::get)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_starts_of_lines_say_the_same_as_counting(text in "[a\u{e9}\n\r\u{feff}]{0,12}", line in 1usize..9, column in 1usize..9) {
            let starts = LineStarts::of(&text);
            for at in 0..text.len() + 3 {
                prop_assert_eq!(starts.line_and_column(&text, at), line_and_column(&text, at));
            }
            prop_assert_eq!(starts.offset(&text, line, column), offset(&text, line, column));
        }
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let text = "é\r\n\u{feff}où là\n";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, text.find("là").expect("the text contains it")), (2, 4));
        assert_eq!(line_and_column(text, 1), (1, 1), "inside of é");
        assert_eq!(line_and_column(text, 99), (3, 1));
    }

    #[test]
    fn a_line_and_a_column_lead_back_to_their_offset() {
        let text = "é\r\n\u{feff}où là\n";
        for at in ["é", "où", "ù", "là"] {
            let at = text.find(at).expect("the text contains it");
            let (line, column) = line_and_column(text, at);
            assert_eq!(offset(text, line, column), at);
        }
        assert_eq!((offset(text, 1, 9), offset(text, 9, 1)), (2, text.len()));
    }

    #[test]
    fn every_line_of_a_long_text_is_counted() {
        for text in ["\n".repeat(1000), "a\n".repeat(1000), format!("{}\n", "a".repeat(999))] {
            let lines = text.matches('\n').count();
            assert_eq!(line_and_column(&text, text.len()), (lines + 1, 1));
        }
    }
}
