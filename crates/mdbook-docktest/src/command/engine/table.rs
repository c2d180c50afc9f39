//! A table with a header.

use crate::text::table::aligned;

/// Aligns columns. Each line ends with a line feed, and has no spaces at its end.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let header = header.map(str::to_owned).to_vec();
    let lines: Vec<Vec<String>> =
        std::iter::once(header).chain(rows.into_iter().map(Vec::from)).collect();
    aligned(&lines, |_, cell| cell.to_owned())
}
