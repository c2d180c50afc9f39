//! The rows of `docker buildx du`: it sorts records by when they were used, which for those of one build is the same moment,
//! and their IDs are random.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::Part;

/// Finds the rows by their size, and whether their space can be reclaimed and they can change.
pub(super) fn with_sizes(lines: &[&str]) -> Vec<Part> {
    rows(lines, str::to_owned)
}

/// Finds the rows by what is the same in each run, if sizes are not.
pub(super) fn without_sizes(lines: &[&str]) -> Vec<Part> {
    rows(lines, |row| row.rsplit_once(' ').map_or(row, |(same, _)| same).to_owned())
}

fn rows(lines: &[&str], key: impl Fn(&str) -> String) -> Vec<Part> {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^ID\s+RECLAIMABLE\s+SIZE\s+LAST ACCESSED\s*$").expect("the regex is valid")
    });
    static ROW: LazyLock<Regex> = LazyLock::new(|| {
        let regex = r"^(?:[0-9a-z]{25}|\[ID(?::[^\]\s]+)?\])(\*?)\s+(true|false)\s+(\S+)(?:\s|$)";
        Regex::new(regex).expect("the regex is valid")
    });
    let Some(header) = lines.iter().position(|line| HEADER.is_match(line)) else {
        return Vec::new();
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let rows = lines.iter().enumerate().skip(header + 1);
    rows.map_while(|(row, line)| {
        let row_text = ROW.captures(line)?;
        let [change, reclaimable, size] = [1, 2, 3].map(|group| &row_text[group]);
        let key = key(&format!("{reclaimable}{change} {size}"));
        let count = counts.entry(key.clone()).or_default();
        *count += 1;
        Some(Part { key: format!("{key} {count}"), lines: row..row + 1 })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::in_expected_order;

    const HEADER: &str =
        "ID                                        RECLAIMABLE     SIZE            LAST ACCESSED\n";

    fn text(rows: &[(&str, &str)]) -> String {
        let row = |(id, rest): &(&str, &str)| format!("{id:<42}{rest}\n");
        let rows: String = rows.iter().map(row).collect();
        format!("{HEADER}{rows}Reclaimable:\t8.4MB\nTotal:\t\t8.4MB\n")
    }

    const FIRST: &str = "r1jj5kgk00jjmqhlxj5cm66t9";
    const SECOND: &str = "r0k493nvx6o65vob17d96nh5o*";

    #[test]
    fn the_rows_of_a_build_cache_are_in_the_order_in_which_they_are_expected() {
        let kept = (FIRST, "false           8.388MB         2 seconds ago");
        let free = (SECOND, "true            8.2kB           2 seconds ago");
        for page in [
            text(&[("[ID]*", "true   [SIZE]   [AGE]"), ("[ID]", "false   [SIZE]   [AGE]")]),
            text(&[("[ID]*", "true   8.2kB   [AGE]"), ("[ID]", "false   8.388MB   [AGE]")]),
        ] {
            let actual = text(&[kept, free]);
            assert_eq!(in_expected_order(&page, &actual), text(&[free, kept]), "{page}");
        }
    }

    #[test]
    fn rows_are_distinguished_by_their_sizes_where_the_page_shows_them() {
        let small = (FIRST, "true            8.2kB           2 seconds ago");
        let large = ("r0k493nvx6o65vob17d96nh5o", "true            8.388MB         2 seconds ago");
        let page = text(&[("[ID]", "true   8.388MB   [AGE]"), ("[ID]", "true   8.2kB   [AGE]")]);
        assert_eq!(in_expected_order(&page, &text(&[small, large])), text(&[large, small]));
    }

    #[test]
    fn other_rows_stay_where_they_are() {
        let page = text(&[("[ID]", "true   [SIZE]"), ("[ID]", "false   [SIZE]")]);
        let (kept, free) = ((FIRST, "false           1B"), (SECOND, "true            1B"));
        for actual in [text(&[kept]), text(&[kept, free]), text(&[kept, kept])] {
            assert_eq!(in_expected_order(&page, &actual), actual);
        }
    }
}
