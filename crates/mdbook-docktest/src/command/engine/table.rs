//! A table of text.

use unicode_width::UnicodeWidthStr;

/// What separates columns.
const GAP: usize = 2;

/// Aligns columns. Each line ends with a line feed, and has no spaces at its end.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut lines = vec![header.map(str::to_owned)];
    lines.extend(rows);
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let mut shown = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let padding = width + GAP - cell.width();
            shown.push_str(cell);
            shown.push_str(&" ".repeat(padding));
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_on_a_terminal() {
        let rows = [["é", "2"], ["日本", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(["A", "WIDE"], rows), "A     WIDE\né     2\n日本\n");
        assert_eq!(table(["A"], []), "A\n");
    }
}
