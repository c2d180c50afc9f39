//! The words of an info string: `name`, `name=value` or `name="quoted value"`.

use std::iter;
use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) name: &'a str,
    pub(super) name_span: Range<usize>,
    pub(super) value: Option<Value>,
    /// Name and value.
    pub(super) span: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Without quotes and escapes.
    pub(super) text: String,
    /// With the quotes.
    pub(super) span: Range<usize>,
    /// What is wrong with the way in which it is quoted.
    pub(super) flaw: Option<&'static str>,
}

pub(super) fn words(info: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    iter::from_fn(move || {
        at += info[at..].find(|c| !is_separator(c))?;
        let start = at;
        at = end_of(info, start, |c| is_separator(c) || c == '=');
        let name_span = start..at;
        let value = info[at..].starts_with('=').then(|| value(info, at + 1));
        if let Some(value) = &value {
            at = value.span.end;
        }
        Some(Word { name: &info[name_span.clone()], name_span, value, span: start..at })
    })
}

// mdBook splits at these, too.
fn is_separator(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace()
}

fn end_of(info: &str, start: usize, ends: impl Fn(char) -> bool) -> usize {
    info[start..].find(ends).map_or(info.len(), |length| start + length)
}

fn value(info: &str, start: usize) -> Value {
    if info[start..].starts_with('"') {
        return quoted(info, start);
    }
    let span = start..end_of(info, start, is_separator);
    let text = info[span.clone()].to_owned();
    let flaw = text.is_empty().then_some("the value is missing");
    Value { text, span, flaw }
}

/// An unknown escape keeps its backslash, as in bash's `$'…'`: `until="\d+"` means what it says.
fn quoted(info: &str, start: usize) -> Value {
    let mut text = String::new();
    let mut characters = info[start + 1..].char_indices();
    while let Some((offset, c)) = characters.next() {
        match c {
            '"' => {
                let closed = start + 1 + offset + 1;
                let end = end_of(info, closed, is_separator);
                let flaw = (end > closed).then_some("something follows the closing quote");
                return Value { text, span: start..end, flaw };
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
    Value { text, span: start..info.len(), flaw: Some("the closing quote is missing") }
}
