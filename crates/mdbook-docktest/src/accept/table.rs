//! Tables of which a page shows other rows than were printed.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::refusal::Refusal;
use crate::expect::without_pull;

/// A header: words in capitals, in columns; or that of `df`.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^ *[A-Z%][A-Z0-9%/()._#-]*(?: +[A-Z%/][A-Z0-9%/()._#-]*)* {2,}[A-Z%/][A-Z0-9%/()._#-]*",
        r"(?: +[A-Z%/][A-Z0-9%/()._#-]*)*$|^Filesystem .* Mounted on$",
    ))
    .expect("it is a regex of our own")
});

/// Returns that a table has another number of rows on the page than in the output.
/// With `...`, the author has said that others may be left out.
pub(super) fn other_rows(old: &str, actual: &str) -> Option<Refusal> {
    let old = without_pull(old).map_or(Cow::Borrowed(old), Cow::Owned);
    let actual = without_pull(actual).map_or(Cow::Borrowed(actual), Cow::Owned);
    let lines = |text| str::lines(text).map(str::trim_end).filter(|line| !line.is_empty());
    let (mut shown, mut printed) = (lines(&old), lines(&actual));
    let header = shown.find(|line| HEADER.is_match(line))?;
    let is_same = |line: &str| line.split_whitespace().eq(header.split_whitespace());
    if printed.clone().any(is_same) {
        printed.find(|line| is_same(line))?;
    } else {
        printed.find(|line| is_other_version(header, line))?;
    }
    if shown.clone().any(|line| line.trim() == "...") {
        return None;
    }
    let (shown, printed) = (shown.count(), printed.count());
    (shown != printed).then_some(Refusal::OtherRows { shown, printed })
}

/// Whether a line can be the header that another version of docker gives to the same table, as `VIRTUAL SIZE` was once that
/// of `SIZE`: it begins alike, and has most of the words.
fn is_other_version(header: &str, line: &str) -> bool {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (header.split_whitespace().collect(), line.split_whitespace().collect());
    let common = old.iter().filter(|word| new.contains(word)).count();
    HEADER.is_match(line) && old.first() == new.first() && 2 * common > new.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_rows_of_the_same_table_are_counted() {
        let page = "DRIVER    VOLUME NAME\nlocal     solo\nlocal     other\n";
        for (actual, expected) in [
            ("DRIVER    VOLUME NAME\nlocal     solo\n", Some((2, 1))),
            ("DRIVER   VOLUME NAME\nlocal    a\nlocal    b\nlocal    c\n", Some((2, 3))),
            // Other values.
            ("DRIVER    VOLUME NAME\nlocal     solo\nlocal     third\n", None),
            // Below the output of other commands.
            ("solo\nDRIVER    VOLUME NAME\nlocal     solo\n", Some((2, 1))),
            // Something else.
            ("solo\n", None),
            ("VOLUME NAME\nsolo\n", None),
        ] {
            let expected = expected.map(|(shown, printed)| Refusal::OtherRows { shown, printed });
            assert_eq!(other_rows(page, actual), expected, "{actual}");
        }
        // Another version has other columns.
        let old = "REPOSITORY    TAG    IMAGE ID    CREATED    VIRTUAL SIZE\nshop  1  a  b  1 MB\nweb  1  a  b  1 MB\n";
        let new = "REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\nweb  1  a  b  1MB\n";
        assert_eq!(other_rows(old, new), Some(Refusal::OtherRows { shown: 2, printed: 1 }));
        assert_eq!(other_rows("CONTAINER ID   IMAGE   STATUS\na  b  c\n", new), None);
        let dots = "DRIVER    VOLUME NAME\nlocal     solo\n...\n";
        assert_eq!(other_rows(dots, page), None);
        assert_eq!(other_rows("a  b\nc  d\n", "a  b\n"), None, "no table");
    }
}
