//! Keys in the value of `stdin`: in addition to `\n`, `\t`, `\"` and `\\`, those that bash's `$'…'` has for
//! characters without a sign: `\x03`, `\e`, and `\cC` for Ctrl-C.

use std::iter::Peekable;
use std::str::Chars;

use super::word::Value;

/// Returns the text that a value stands for.
pub(super) fn keys(value: &Value<'_>) -> String {
    let Some(quoted) = value.raw.strip_prefix('"') else { return value.text.clone() };
    let mut characters = quoted.strip_suffix('"').unwrap_or(quoted).chars().peekable();
    let mut text = String::new();
    while let Some(c) = characters.next() {
        match c {
            '\\' => escaped(&mut characters, &mut text),
            c => text.push(c),
        }
    }
    text
}

/// Adds what is written behind a backslash.
fn escaped(characters: &mut Peekable<Chars<'_>>, text: &mut String) {
    match characters.next() {
        Some('n') => text.push('\n'),
        Some('t') => text.push('\t'),
        Some('e') => text.push('\x1b'),
        Some('c')
            if characters.peek().is_some_and(|c| ('@'..='_').contains(&c.to_ascii_uppercase())) =>
        {
            let key = characters.next().map_or(0, |key| key.to_ascii_uppercase() as u8 ^ 0x40);
            text.push(char::from(key));
        }
        Some('x') if characters.peek().is_some_and(char::is_ascii_hexdigit) => {
            let mut code = 0;
            for _ in 0..2 {
                let Some(digit) = characters.peek().and_then(|c| c.to_digit(16)) else { break };
                code = code * 16 + digit;
                characters.next();
            }
            text.extend(char::from_u32(code));
        }
        Some(c @ ('"' | '\\')) => text.push(c),
        Some(other) => text.extend(['\\', other]),
        None => text.push('\\'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::attributes::word::words;

    fn of(info: &str) -> String {
        keys(&words(info).next().unwrap().value.unwrap())
    }

    #[test]
    fn keys_are_written_as_in_bash() {
        assert_eq!(of(r#"stdin="\x10\x11""#), "\x10\x11");
        assert_eq!(of(r#"stdin="\cC\cd\e[A\x4a""#), "\x03\x04\x1b[AJ");
        assert_eq!(of(r#"stdin="a\tb\n\"\\x41\q""#), "a\tb\n\"\\x41\\q");
        assert_eq!(of(r#"stdin="\x\c""#), "\\x\\c");
        assert_eq!(of(r"stdin=\x41"), r"\x41");
    }
}
