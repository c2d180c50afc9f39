//! The words of an info string: `name`, `name=value` or `name="quoted value"`.

use std::iter;
use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extract) struct Word<'a> {
    pub(in crate::extract) name: &'a str,
    pub(in crate::extract) name_span: Range<usize>,
    pub(in crate::extract) value: Option<Value<'a>>,
    /// The name and the value.
    pub(in crate::extract) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extract) struct Value<'a> {
    /// The value as typed, with quotes and escapes.
    pub(in crate::extract) raw: &'a str,
    /// The value without quotes and escapes.
    pub(in crate::extract) text: String,
    /// The place of `raw` in the info string.
    pub(in crate::extract) span: Range<usize>,
    /// What is wrong with the value's syntax.
    pub(in crate::extract) flaw: Option<&'static str>,
}

pub(in crate::extract) fn words(info: &str) -> impl Iterator<Item = Word<'_>> {
    words_from(info, 0)
}

/// Returns the words from an offset.
pub(super) fn words_from(info: &str, start: usize) -> impl Iterator<Item = Word<'_>> {
    let mut at = start;
    iter::from_fn(move || {
        at += info[at..].find(|c| !is_separator(c))?;
        let start = at;
        at = find_end(info, start, |c| is_separator(c) || c == '=');
        let name_span = start..at;
        let value = info[at..].starts_with('=').then(|| value(info, at + 1));
        if let Some(value) = &value {
            at = value.span.end;
        }
        Some(Word { name: &info[name_span.clone()], name_span, value, span: start..at })
    })
}

// mdBook splits at the first two, too. Braces are around attributes of Pandoc.
fn is_separator(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace() || matches!(c, '{' | '}')
}

/// Returns the length of the bracket at the start of a text, up to the one that closes it; that of the text if none
/// does.
pub(super) fn balanced(text: &str) -> usize {
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '[' | '(' => open += 1,
            '}' | ']' | ')' => open -= 1,
            _ => {}
        }
        if open <= 0 {
            return at + c.len_utf8();
        }
    }
    text.len()
}

fn find_end(info: &str, start: usize, ends: impl FnMut(char) -> bool) -> usize {
    info[start..].find(ends).map_or(info.len(), |length| start + length)
}

fn value(info: &str, start: usize) -> Value<'_> {
    if info[start..].starts_with('"') {
        return quoted(info, start);
    }
    // Tools other than this one also use single quotes and lists.
    let close = match info[start..].chars().next() {
        Some('\'') => info[start + 1..].find('\'').map(|length| start + 1 + length + 1),
        Some('[' | '{' | '(') => Some(start + balanced(&info[start..])),
        _ => None,
    };
    let span = start..close.unwrap_or_else(|| end_of_plain(info, start));
    let raw = &info[span.clone()];
    let flaw = raw.is_empty().then_some("missing value");
    Value { raw, text: raw.to_owned(), span, flaw }
}

/// Returns the end of a value without quotes. Braces are part of it, as in a regex, unless they close those that the
/// value is in.
fn end_of_plain(info: &str, start: usize) -> usize {
    let mut open = 0;
    find_end(info, start, |c| {
        open += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        open < 0 || c == ',' || c.is_ascii_whitespace()
    })
}

/// Parses a quoted value. An unknown escape keeps its backslash, as in bash's `$'…'`, so that a
/// regex such as `until="\d+"` needs no second backslash.
fn quoted(info: &str, start: usize) -> Value<'_> {
    let mut text = String::new();
    let mut characters = info[start + 1..].char_indices();
    while let Some((offset, c)) = characters.next() {
        match c {
            '"' => {
                let closed = start + 1 + offset + 1;
                let end = find_end(info, closed, is_separator);
                let flaw = (end > closed).then_some("unexpected text after the closing quote");
                return Value { raw: &info[start..end], text, span: start..end, flaw };
            }
            '\\' => match characters.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(c @ ('"' | '\\')) => text.push(c),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    let flaw = Some("missing closing quote");
    Value { raw: &info[start..], text, span: start..info.len(), flaw }
}
