//! The byte order mark that some editors put at the start of a file, and that mdBook drops.

/// The mark in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text without its mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// How many bytes a text's mark takes: 0 where it has none.
pub(crate) fn mark_len(text: &str) -> usize {
    text.len() - without_mark(text).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_is_dropped() {
        assert_eq!(without_mark("\u{feff}\u{feff}a"), "\u{feff}a");
        assert_eq!(without_mark("a\u{feff}"), "a\u{feff}");
        assert_eq!((mark_len("\u{feff}a"), mark_len("a")), (3, 0));
    }
}
