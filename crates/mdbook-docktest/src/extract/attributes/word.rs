//! The words of an info string: `name`, `name=value` or `name="quoted value"`.

use std::iter;
use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(in crate::extract) struct Word<'a> {
    pub(in crate::extract) name: &'a str,
    pub(in crate::extract) name_span: Range<usize>,
    pub(in crate::extract) value: Option<Value<'a>>,
    /// The name and the value.
    pub(in crate::extract) span: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
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
    let mut at = 0;
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

// mdBook also splits at these.
fn is_separator(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace()
}

fn find_end(info: &str, start: usize, ends: impl Fn(char) -> bool) -> usize {
    info[start..].find(ends).map_or(info.len(), |length| start + length)
}

fn value(info: &str, start: usize) -> Value<'_> {
    if info[start..].starts_with('"') {
        return quoted(info, start);
    }
    let span = start..find_end(info, start, is_separator);
    let raw = &info[span.clone()];
    let flaw = raw.is_empty().then_some("missing value");
    Value { raw, text: raw.to_owned(), span, flaw }
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
