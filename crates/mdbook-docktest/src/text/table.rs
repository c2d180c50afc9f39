//! A table of text.

use unicode_width::UnicodeWidthStr;

/// What separates columns.
const GAP: usize = 2;

/// Aligns columns. `style` returns a cell, by its line and column, as it is shown, which has the width of its text. Each
/// line ends with a line feed, and has no spaces at its end.
pub(crate) fn aligned(
    lines: &[Vec<String>],
    style: impl Fn((usize, usize), &str) -> String,
) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        lines.iter().filter_map(|line| Some(line.get(column)?.width())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let last = line.iter().rposition(|cell| !cell.is_empty());
        let shown = last.map_or(&[][..], |last| &line[..=last]);
        for (column, cell) in shown.iter().enumerate() {
            text.push_str(&style((number, column), cell));
            if Some(column) != last {
                text.push_str(&" ".repeat(widths[column] + GAP - cell.width()));
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&[&str]]) -> Vec<Vec<String>> {
        lines.iter().map(|line| line.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_on_a_terminal() {
        let plain = |_, cell: &str| cell.to_owned();
        let table = lines(&[&["A", "WIDE"], &["é", "2"], &["日本", ""]]);
        assert_eq!(aligned(&table, plain), "A     WIDE\né     2\n日本\n");
        assert_eq!(aligned(&lines(&[&["A"]]), plain), "A\n");
        assert_eq!(aligned(&[], plain), "");
    }

    #[test]
    fn styles_do_not_count() {
        let style = |(line, column): (usize, usize), cell: &str| match (line, column) {
            (1, 0) => format!("<{cell}>"),
            _ => cell.to_owned(),
        };
        let table = lines(&[&["AB", "C"], &["a", "c"]]);
        assert_eq!(aligned(&table, style), "AB  C\n<a>   c\n");
    }
}
