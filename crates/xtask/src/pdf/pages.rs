//! What poppler's programs say about the pages of a PDF.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Returns the pages of the anchors in the output of `pdfinfo -dests`, by name.
pub(super) fn destinations(output: &str) -> BTreeMap<String, usize> {
    let destination = |line: &str| {
        let (page, rest) = line.trim_start().split_once(' ')?;
        let (_, name) = rest.split_once("] \"")?;
        // The name is the fragment of a URL.
        let name = percent_decode_str(name.trim_end().strip_suffix('"')?);
        Some((name.decode_utf8_lossy().into_owned(), page.parse().ok()?))
    };
    output.lines().filter_map(destination).collect()
}

/// Returns the number of lines with text on each page in the output of `pdftotext`, without the page's head
/// and number.
pub(super) fn lines(output: &str) -> Vec<usize> {
    let pages = output.strip_suffix('\u{c}').unwrap_or(output).split('\u{c}');
    let count = |page: &str| page.lines().filter(|line| !line.trim().is_empty()).count();
    pages.map(|page| count(page).saturating_sub(2)).collect()
}

/// Returns the last page of each chapter that has more than one, with the chapter's index. Pages are counted
/// from 1.
pub(super) fn last_pages(
    starts: &[usize],
    pages: usize,
) -> impl Iterator<Item = (usize, usize)> + '_ {
    starts.iter().enumerate().filter_map(move |(chapter, start)| {
        let last = starts.get(chapter + 1).map_or(pages, |next| next - 1);
        (last > *start).then_some((chapter, last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_have_pages() {
        let output = "Page  Destination                 Name\n   4 [ XYZ   11  826 null      ] \"%C3%A0-b\"\n  \
                      12 [ XYZ   11  204 null      ] \"c\"\n";
        let expected = BTreeMap::from([("à-b".to_owned(), 4), ("c".to_owned(), 12)]);
        assert_eq!(destinations(output), expected);
    }

    #[test]
    fn only_the_last_pages_of_chapters_with_several_pages_count() {
        assert_eq!(lines("head\na\n\nb\n1\n\u{c}head\n2\n\u{c}"), [2, 0]);
        assert_eq!(last_pages(&[3, 4, 7], 9).collect::<Vec<_>>(), [(1, 6), (2, 9)]);
    }
}
