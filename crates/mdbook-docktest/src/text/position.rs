//! Byte offsets as lines and columns.

/// The line and the column of a byte offset, both counted from 1; the column counts characters.
///
/// A byte order mark takes no column. An offset past the end or inside a character is moved back to
/// the nearest character boundary.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
