//! Bytes that mean only themselves.

/// Whether a byte has no meaning in a word or in quotes, whatever is around it, except that it can be part of a name.
pub(super) fn is_plain(byte: u8) -> bool {
    /// Looked up, as this is asked for most bytes of a script.
    static PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut index = 0;
        while index < plain.len() {
            let byte = index as u8;
            plain[index] = byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'%')
                || !byte.is_ascii();
            index += 1;
        }
        plain
    };
    PLAIN[usize::from(byte)]
}
