//! Gaps: what separates the columns of a table. Their widths depend on the widest value of a column, so
//! that an age or a size can move all columns to its right.

use std::iter;
use std::ops::Range;

/// A gap as a regex: two or more blanks, or a tab.
pub(super) const REGEX: &str = r"(?:[ \t]{2,}|\t)";

/// Whether two lines are equal but for the widths of their gaps. Indentation has a meaning in YAML and
/// the like, and is compared exactly.
pub(super) fn is_equal_but_for_gaps(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    let mut is_line_start = true;
    loop {
        let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        if same == one.len() && same == other.len() {
            return true;
        }
        // The blanks that both lines have before their first difference belong to the gap.
        let start = same - blanks(one[..same].iter().rev());
        let widths = [one, other].map(|line| gap(&line[start..]));
        let ([Some(first), Some(second)], true) = (widths, start > 0 || !is_line_start) else {
            return false;
        };
        (one, other) = (&one[start + first..], &other[start + second..]);
        is_line_start = false;
    }
}

/// Returns the width of the gap at the start of a line, if there is one.
fn gap(line: &[u8]) -> Option<usize> {
    let width = blanks(line.iter());
    (width >= 2 || line[..width].contains(&b'\t')).then_some(width)
}

fn blanks<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|byte| is_blank(**byte)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns the byte ranges of the gaps of a line after its indentation.
pub(super) fn gaps(line: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = line.as_bytes();
    let mut at = blanks(bytes.iter());
    iter::from_fn(move || {
        while at < bytes.len() {
            let width = blanks(bytes[at..].iter());
            let range = at..at + width;
            at += width.max(1);
            if gap(&bytes[range.clone()]).is_some() {
                return Some(range);
            }
        }
        None
    })
}

/// Returns a regex for a piece of a line that matches the piece with gaps of any width.
pub(super) fn regex(piece: &str, is_line_start: bool) -> String {
    let leading = if is_line_start { None } else { gap(piece.as_bytes()).map(|width| 0..width) };
    let mut regex = String::new();
    let mut kept = 0;
    for gap in leading.into_iter().chain(gaps(piece)) {
        regex.push_str(&regex::escape(&piece[kept..gap.start]));
        regex.push_str(REGEX);
        kept = gap.end;
    }
    regex.push_str(&regex::escape(&piece[kept..]));
    regex
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_or_more_blanks_equal_two_or_more() {
        for (one, other) in [
            ("a  b", "a     b"),
            ("a   b  c d", "a  b    c d"),
            ("a\tb", "a    b"),
            ("a\tb", "a \t b"),
            ("  a  b", "  a   b"),
            ("é  à", "é    à"),
        ] {
            assert!(is_equal_but_for_gaps(one, other), "{one:?} {other:?}");
            assert!(is_equal_but_for_gaps(other, one), "{other:?} {one:?}");
        }
    }

    #[test]
    fn one_blank_and_indentation_are_exact() {
        for (one, other) in [
            ("a b", "a  b"),
            ("a b", "ab"),
            ("a b", "a\tb"),
            ("  a", "    a"),
            ("  a", "\ta"),
            ("a", "  a"),
            ("a  b", "a  c"),
            ("a  b", "a  b  c"),
            ("a  ", "a"),
        ] {
            assert!(!is_equal_but_for_gaps(one, other), "{one:?} {other:?}");
            assert!(!is_equal_but_for_gaps(other, one), "{other:?} {one:?}");
        }
    }

    proptest! {
        #[test]
        fn comparison_and_regex_agree(one in "[ab \t]{0,12}", other in "[ab \t]{0,12}") {
            let regex = regex::Regex::new(&format!(r"\A{}\z", regex(&one, true))).unwrap();
            prop_assert_eq!(regex.is_match(&other), is_equal_but_for_gaps(&one, &other));
        }
    }
}
