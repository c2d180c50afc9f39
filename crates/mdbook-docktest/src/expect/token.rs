//! The tokens of a pattern line, and escaping text that contains them.

use std::ops::Range;

use super::placeholder::{Placeholders, is_name};

/// The line that matches any number of lines.
const ANY_LINES: &str = "...";

/// A piece of a pattern line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Matches itself.
    Text(&'a str),
    /// `[..]`
    Anything,
    /// `[NAME]` or `[NAME:binding]`
    Placeholder { name: &'a str, binding: Option<&'a str> },
    /// Matches itself, but is probably a misspelled placeholder.
    NearMiss { text: &'a str, name: &'a str, meant: &'a str },
}

/// Whether a line matches any number of lines.
pub(super) fn is_any_lines(line: &str) -> bool {
    line.trim() == ANY_LINES
}

/// The tokens of a line with their byte ranges.
pub(super) fn tokens<'a>(
    line: &'a str,
    placeholders: &'a Placeholders,
) -> Vec<(Token<'a>, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut text_start = 0;
    let mut at = 0;
    while let Some(bracket) = line[at..].find('[').map(|offset| at + offset) {
        let Some((token, length)) = special(&line[bracket..], placeholders) else {
            at = bracket + 1;
            continue;
        };
        if text_start < bracket {
            tokens.push((Token::Text(&line[text_start..bracket]), text_start..bracket));
        }
        at = bracket + length;
        text_start = at;
        tokens.push((token, bracket..at));
    }
    if text_start < line.len() {
        tokens.push((Token::Text(&line[text_start..]), text_start..line.len()));
    }
    tokens
}

/// The special token at the start of `rest`, and its length in bytes.
fn special<'a>(rest: &'a str, placeholders: &'a Placeholders) -> Option<(Token<'a>, usize)> {
    if rest.starts_with("[..]") {
        return Some((Token::Anything, 4));
    }
    if rest.starts_with("[[]") || rest.starts_with("[.]") {
        return Some((Token::Text(&rest[1..2]), 3));
    }
    let end = rest.find(']')?;
    let inner = &rest[1..end];
    let (name, binding) = match inner.split_once(':') {
        Some((name, binding)) => (name, Some(binding)),
        None => (inner, None),
    };
    if !is_name(name) || !binding.is_none_or(is_binding) {
        return None;
    }
    let token = if placeholders.regex(name).is_some() {
        Token::Placeholder { name, binding }
    } else {
        Token::NearMiss { text: &rest[..=end], name, meant: placeholders.nearest(name)? }
    };
    Some((token, end + 1))
}

fn is_binding(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Returns the pattern that matches only this text: special sequences, and text that looks like a
/// misspelled placeholder, are escaped.
pub(super) fn literal(text: &str, placeholders: &Placeholders) -> String {
    let mut pattern = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_any_lines(line) {
            pattern.push_str(&line.replacen('.', "[.]", 1));
            continue;
        }
        let mut rest = line;
        while let Some(bracket) = rest.find('[') {
            pattern.push_str(&rest[..bracket]);
            let is_special = special(&rest[bracket..], placeholders).is_some();
            pattern.push_str(if is_special { "[[]" } else { "[" });
            rest = &rest[bracket + 1..];
        }
        pattern.push_str(rest);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_tokens(line: &str) -> Vec<String> {
        let placeholders = Placeholders::default();
        let tokens = tokens(line, &placeholders);
        tokens
            .into_iter()
            .map(|(token, span)| match token {
                Token::Text(text) => text.to_owned(),
                Token::Anything => "<anything>".to_owned(),
                Token::Placeholder { name, binding } => {
                    format!("<{name} {}>", binding.unwrap_or_default())
                }
                Token::NearMiss { meant, .. } => format!("<{}, not {meant}>", &line[span]),
            })
            .collect()
    }

    #[test]
    fn special_tokens_are_split_from_text() {
        assert_eq!(only_tokens("a [ID] b"), ["a ", "<ID >", " b"]);
        assert_eq!(only_tokens("[ID:app-1][..]"), ["<ID app-1>", "<anything>"]);
        assert_eq!(only_tokens("[[ID]]"), ["[", "<ID >", "]"]);
    }

    #[test]
    fn brackets_without_a_known_name_are_text() {
        for text in ["[y/N]", "[FOO]", "[id]", "[ID", "[ID:]", "[ID:a b]", "[]", "[...]", "[a:b]"] {
            assert_eq!(only_tokens(text), [text]);
        }
    }

    #[test]
    fn a_bracketed_character_is_an_escape() {
        assert_eq!(only_tokens("[[]ID]"), ["[", "ID]"]);
        assert_eq!(only_tokens("[.].."), [".", ".."]);
    }

    #[test]
    fn a_mistyped_name_is_a_near_miss() {
        assert_eq!(only_tokens("x [DIGSET] y"), ["x ", "<[DIGSET], not DIGEST>", " y"]);
        assert_eq!(only_tokens("[DIGSET:a]"), ["<[DIGSET:a], not DIGEST>"]);
    }

    #[test]
    fn only_special_sequences_are_escaped() {
        let placeholders = Placeholders::default();
        let literal = |text| literal(text, &placeholders);
        assert_eq!(literal("[y/N] [FOO] a[0]\n"), "[y/N] [FOO] a[0]\n");
        assert_eq!(literal("[ID] [..] [ID:a] [DIGSET]"), "[[]ID] [[]..] [[]ID:a] [[]DIGSET]");
        assert_eq!(literal("  ... \n... x"), "  [.].. \n... x");
        assert_eq!(literal("[[]][.]"), "[[][]][[].]");
    }
}
