//! What stands for characters that cannot be seen, or that would move others.
//!
//! Control characters have pictures in Unicode (`␀`). Those that change the direction of text have
//! none and are named (`<U+202E>`): a page or a terminal that obeyed them would show another text than
//! the one that was printed.

/// Whether a character has a symbol: all control characters but line feeds and tabs have one.
pub(super) fn has_symbol(c: char) -> bool {
    let is_control = c.is_control() && c != '\n' && c != '\t';
    is_control || moves_others(c)
}

fn moves_others(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands for a character that [has a symbol](has_symbol).
pub(super) fn symbol(c: char) -> String {
    let picture = match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('␡'),
        _ => None,
    };
    picture.map_or_else(|| format!("<U+{:04X}>", u32::from(c)), String::from)
}

/// Whether a text has a character with a symbol.
///
/// Output may be long, and hardly any has one. Of ASCII this is a pass over bytes that a compiler can
/// make many at a time.
pub(super) fn has_symbols(text: &str) -> bool {
    let is_plain = |bytes: &[u8]| {
        bytes.iter().fold(true, |is_plain, &byte| {
            is_plain & ((0x20..0x7f).contains(&byte) | (byte == b'\n') | (byte == b'\t'))
        })
    };
    !text.as_bytes().chunks(64).all(is_plain) && text.contains(has_symbol)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_have_pictures_and_others_are_named() {
        let shown = |text: &str| text.chars().map(symbol).collect::<String>();
        assert_eq!(shown("\0\x07\x08\x0c\x1b\x7f"), "␀␇␈␌␛␡");
        assert_eq!(shown("\u{85}\u{202e}\u{61c}"), "<U+0085><U+202E><U+061C>");
    }

    #[test]
    fn what_can_be_seen_has_none() {
        assert!(!has_symbols("a\tb\né 日本語 👩\u{200d}🚀 \u{fffd}"));
    }

    proptest! {
        #[test]
        fn texts_have_the_symbols_of_their_characters(text in any::<String>(), repeat in 1..20usize) {
            let text = text.repeat(repeat);
            prop_assert_eq!(has_symbols(&text), text.chars().any(has_symbol));
        }

        #[test]
        fn a_symbol_can_be_seen(c in any::<char>()) {
            prop_assert!(!has_symbols(&symbol(c)));
        }
    }
}
