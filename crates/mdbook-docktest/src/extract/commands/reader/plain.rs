//! Bytes that mean only themselves.

/// Whether a byte has no meaning in a word or in quotes, whatever is around it, except that it can be part of a name.
pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'%')
        || !byte.is_ascii()
}
