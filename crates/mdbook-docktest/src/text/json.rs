//! JSON as text for people and programs.

use std::io::{self, Write};

use serde::Serialize;

/// Formats a document as indented JSON, with a line feed at the end.
///
/// # Errors
/// Those of serde_json, which do not occur with plain data.
pub(crate) fn indented(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}

/// Writes a text as the content of a JSON string, as serde_json does, but several times as fast: it looks
/// at eight bytes at once.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write_escaped(mut text: &str, writer: &mut impl Write) -> io::Result<()> {
    while let Some(at) = first_to_escape(text.as_bytes()) {
        writer.write_all(&text.as_bytes()[..at])?;
        match text.as_bytes()[at] {
            b'"' => writer.write_all(b"\\\"")?,
            b'\\' => writer.write_all(b"\\\\")?,
            b'\n' => writer.write_all(b"\\n")?,
            b'\r' => writer.write_all(b"\\r")?,
            b'\t' => writer.write_all(b"\\t")?,
            0x08 => writer.write_all(b"\\b")?,
            0x0c => writer.write_all(b"\\f")?,
            other => write!(writer, "\\u{other:04x}")?,
        }
        text = &text[at + 1..];
    }
    writer.write_all(text.as_bytes())
}

/// The offset of the first quote, backslash or control character.
fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    const EACH: u64 = u64::MAX / 0xff;
    const HIGH: u64 = EACH << 7;
    // A byte below the limit gets its high bit. So may those after it, which do not matter.
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word & HIGH;
    let is_byte = |word: u64, byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word, b' ') | is_byte(word, b'"') | is_byte(word, b'\\');
        if found != 0 {
            return Some(8 * index + found.trailing_zeros() as usize / 8);
        }
    }
    let is_escaped = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
    Some(8 * words.len() + rest.iter().position(is_escaped)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_like_serde_json(text: &str) {
        let mut escaped = b"\"".to_vec();
        write_escaped(text, &mut escaped).expect("a vector takes everything");
        escaped.push(b'"');
        let expected = serde_json::to_string(text).expect("it is a text");
        assert_eq!(String::from_utf8_lossy(&escaped), expected);
    }

    #[test]
    fn each_character_is_escaped_as_by_serde_json_wherever_it_stands() {
        for c in (0..0x300).filter_map(char::from_u32) {
            for before in 0..9 {
                assert_like_serde_json(&format!("{}{c}{c}é<{c}", "x".repeat(before)));
            }
        }
    }

    proptest! {
        #[test]
        fn texts_are_escaped_as_by_serde_json(text in "([a-zé☃]{0,9}[\\x00-\\x7f]{0,2}){0,9}") {
            assert_like_serde_json(&text);
        }
    }
}
