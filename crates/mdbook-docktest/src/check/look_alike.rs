//! Names the characters of a diff that look the same: ordinary and no-break spaces, hyphens and dashes, letters
//! of different alphabets. Without that, a diff would show a line twice.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_security::confusable_detection::skeleton;

use crate::expect::{Bindings, DiffLine, Mismatch, Pattern};

/// Returns the lines of a diff, with names for the characters that make lines differ that look the same; and a line that
/// explains these names, if there are any. `parse` reads a line of the expectation.
pub(super) fn diff(mismatch: &Mismatch, parse: impl Fn(&str) -> Pattern) -> Vec<String> {
    let mut lines: Vec<DiffLine> = mismatch.diff.clone();
    let mut named = BTreeMap::new();
    let is_difference =
        |line: &DiffLine| matches!(line, DiffLine::Missing(_) | DiffLine::Unexpected(_));
    for stretch in lines.chunk_by_mut(|a, b| is_difference(a) && is_difference(b)) {
        let split = stretch.iter().position(|line| matches!(line, DiffLine::Unexpected(_)));
        let (missing, unexpected) = stretch.split_at_mut(split.unwrap_or(stretch.len()));
        for line in missing {
            let DiffLine::Missing(expected) = line else { continue };
            let alike = unexpected.iter_mut().find_map(|line| match line {
                DiffLine::Unexpected(actual) => {
                    look_the_same(expected, actual, &parse).then_some(actual)
                }
                _ => None,
            });
            if let Some(actual) = alike {
                let both = (name(expected, actual, &mut named), name(actual, expected, &mut named));
                (*expected, *actual) = both;
            }
        }
    }
    let mut lines: Vec<String> = lines.iter().map(DiffLine::to_string).collect();
    if !named.is_empty() {
        let meanings = named.iter().map(|(code, meaning)| format!("{code} is {meaning}"));
        lines.push(format!(
            "these lines look the same: {}",
            meanings.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

/// Whether a line of output looks as a line of the pattern expects, although it does not match.
fn look_the_same(expected: &str, actual: &str, parse: impl Fn(&str) -> Pattern) -> bool {
    let pattern = parse(&plain(expected));
    pattern.matches(&plain(actual), &mut Bindings::default()).is_ok()
}

/// Replaces characters by the ASCII characters that they look like, and removes those that are not visible.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in skeletons(text) {
        // Blanks of any width and number look alike.
        if c != ' ' || !plain.ends_with(' ') {
            plain.push(c);
        }
    }
    plain
}

fn skeletons(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(|c| {
        let replacement: String = match c {
            _ if c.is_ascii_graphic() => c.into(),
            _ if c.is_whitespace() => " ".into(),
            _ if is_invisible(c) => String::new(),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => "-".into(),
            '\u{2018}'..='\u{201b}' => "'".into(),
            '\u{201c}'..='\u{201f}' => "\"".into(),
            '\u{2026}' => "...".into(),
            c => skeleton(c.encode_utf8(&mut [0; 4])).collect(),
        };
        replacement.chars().collect::<Vec<_>>()
    })
}

/// Whether a character takes no room: of those that Unicode calls default ignorable, those that occur in text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Returns a line in which characters are named that another line has less or more often.
fn name(line: &str, other: &str, named: &mut BTreeMap<String, &'static str>) -> String {
    let count = |text: &str, c: char| text.chars().filter(|found| *found == c).count();
    let mut result = String::new();
    for c in line.chars() {
        if c == ' ' || c.is_ascii_graphic() || count(line, c) == count(other, c) {
            result.push(c);
            continue;
        }
        let code = format!("<U+{:04X}>", u32::from(c));
        // Writing to a string cannot fail.
        let _ = write!(result, "{code}");
        if let Some(meaning) = meaning(c) {
            named.insert(code, meaning);
        } else {
            named.entry(code).or_insert("another character");
        }
    }
    result
}

fn meaning(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' => "a tab",
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{2002}'..='\u{200a}' => "a space of another width",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' | '\u{200d}' => "a zero-width joiner",
        '\u{2010}' => "a hyphen",
        '\u{2011}' => "a no-break hyphen",
        '\u{2012}' | '\u{2013}' => "an en dash",
        '\u{2014}' | '\u{2015}' => "an em dash",
        '\u{2018}'..='\u{201f}' => "a curly quote",
        '\u{2026}' => "an ellipsis",
        '\u{202f}' => "a narrow no-break space",
        '\u{2060}' => "a word joiner",
        '\u{2212}' => "a minus sign",
        '\u{300}'..='\u{36f}' => "a combining accent",
        '\u{370}'..='\u{3ff}' => "a Greek letter",
        '\u{400}'..='\u{52f}' => "a Cyrillic letter",
        '\u{ff01}'..='\u{ff5e}' => "a full-width character",
        '\u{feff}' => "a byte order mark",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::Placeholders;

    fn shown(expected: &str, actual: &str) -> String {
        let placeholders = Placeholders::default();
        let pattern = Pattern::parse(expected, &placeholders);
        let mismatch = pattern.matches(actual, &mut Bindings::default());
        let parse = |line: &str| Pattern::parse(line, &placeholders);
        diff(&mismatch.expect_err("they differ"), parse).join("\n")
    }

    #[test]
    fn characters_that_look_the_same_are_named() {
        for (expected, actual, lines) in [
            ("1 Mo", "1\u{a0}Mo", "- 1 Mo\n+ 1<U+00A0>Mo\n… <U+00A0> is a no-break space"),
            (
                "1\u{202f}Mo",
                "1\u{a0}Mo",
                "- 1<U+202F>Mo\n+ 1<U+00A0>Mo\n… <U+00A0> is a no-break space, <U+202F> is a narrow no-break space",
            ),
            ("a b", "a\tb", "- a b\n+ a<U+0009>b\n… <U+0009> is a tab"),
            ("ab", "a\u{200b}b", "- ab\n+ a<U+200B>b\n… <U+200B> is a zero-width space"),
            ("a-b", "a\u{2011}b", "- a-b\n+ a<U+2011>b\n… <U+2011> is a no-break hyphen"),
            ("--rm", "\u{2013}rm", "- --rm\n+ –rm"),
            ("-p", "\u{2013}p", "- -p\n+ <U+2013>p\n… <U+2013> is an en dash"),
            (
                "it's \"x\"",
                "it\u{2019}s \u{201c}x\u{201d}",
                "- it's \"x\"\n+ it<U+2019>s <U+201C>x<U+201D>\n… <U+2019> is a curly quote, <U+201C> is a curly quote, <U+201D> is a curly quote",
            ),
            (
                "cafe\u{301}",
                "caf\u{e9}",
                "- cafe<U+0301>\n+ caf<U+00E9>\n… <U+00E9> is another character, <U+0301> is a combining accent",
            ),
            ("p\u{430}ge", "page", "- p<U+0430>ge\n+ page\n… <U+0430> is a Cyrillic letter"),
            (
                "...\nx\ntaille : [SIZE]",
                "y\nx\ntaille\u{a0}: 3MB",
                "  ...\n  x\n- taille : [SIZE]\n+ taille<U+00A0>: 3MB\n… <U+00A0> is a no-break space",
            ),
            (
                "été 1 Mo",
                "été 1\u{a0}Mo",
                "- été 1 Mo\n+ été 1<U+00A0>Mo\n… <U+00A0> is a no-break space",
            ),
        ] {
            let lines = lines.replace('…', "these lines look the same:");
            assert_eq!(shown(expected, actual), lines, "{expected:?}");
        }
    }

    #[test]
    fn lines_that_look_different_stay_as_they_are() {
        assert_eq!(shown("1 Mo", "2\u{a0}Mo"), "- 1 Mo\n+ 2\u{a0}Mo");
        assert_eq!(shown("é", "e"), "- é\n+ e");
        assert_eq!(shown("a  b", "a b c"), "- a  b\n+ a b c");
        assert_eq!(shown("[ID]", "日本"), "- [ID]\n+ 日本");
    }
}
