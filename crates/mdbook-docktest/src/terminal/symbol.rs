//! Symbols for invisible characters and those that change the direction of text.
//!
//! Control characters have pictures in Unicode (`␀`). Characters that change the direction of text have
//! none, so their code point is shown (`<U+202E>`): if a page or a terminal obeyed them, it would show
//! another text than the program printed.

/// Whether a character has a symbol. All control characters except line feeds and tabs do.
pub(super) fn has_symbol(c: char) -> bool {
    let is_control = c.is_control() && c != '\n' && c != '\t';
    is_control || changes_direction(c)
}

fn changes_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The symbol of a character that [has one](has_symbol).
pub(super) fn symbol(c: char) -> String {
    let picture = match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('␡'),
        _ => None,
    };
    picture.map_or_else(|| format!("<U+{:04X}>", u32::from(c)), String::from)
}

/// Whether a text contains a character with a symbol.
///
/// Output may be long and rarely contains one, so ASCII is checked in a loop that the compiler can
/// vectorize.
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
    fn symbols_are_pictures_or_code_points() {
        let shown = |text: &str| text.chars().map(symbol).collect::<String>();
        assert_eq!(shown("\0\x07\x08\x0c\x1b\x7f"), "␀␇␈␌␛␡");
        assert_eq!(shown("\u{85}\u{202e}\u{61c}"), "<U+0085><U+202E><U+061C>");
    }

    #[test]
    fn visible_characters_have_no_symbol() {
        assert!(!has_symbols("a\tb\né 日本語 👩\u{200d}🚀 \u{fffd}"));
    }

    proptest! {
        #[test]
        fn a_text_has_symbols_if_a_character_has_one(text in any::<String>(), repeat in 1..20usize) {
            let text = text.repeat(repeat);
            prop_assert_eq!(has_symbols(&text), text.chars().any(has_symbol));
        }

        #[test]
        fn symbols_are_visible(c in any::<char>()) {
            prop_assert!(!has_symbols(&symbol(c)));
        }
    }
}
