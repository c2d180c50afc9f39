//! The byte order mark that some editors write at the start of a file, and that mdBook strips.

/// U+FEFF, three bytes in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Returns the text without a leading mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// The length of a text's leading mark in bytes, or 0 if it has none.
pub(crate) fn mark_len(text: &str) -> usize {
    text.len() - without_mark(text).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_leading_mark_is_stripped() {
        assert_eq!(without_mark("\u{feff}\u{feff}a"), "\u{feff}a");
        assert_eq!(without_mark("a\u{feff}"), "a\u{feff}");
        assert_eq!((mark_len("\u{feff}a"), mark_len("a")), (3, 0));
    }
}
