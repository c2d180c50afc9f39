//! Lines of a pattern, and whether a line of output matches.

use std::borrow::Cow;
use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder};

use super::binding::{Bindings, Key};
use super::build_steps::{self, before_done};
use super::gap::{self, is_equal_but_for_gaps};
use super::placeholder::Placeholders;
use super::token::{Token, tokens};
use super::volatile::{Kind, Volatile};

/// A line of a pattern that matches one line of output.
#[derive(Debug, Clone)]
pub(super) struct LinePattern(Form);

#[derive(Debug, Clone)]
enum Form {
    /// Matches only this text, byte for byte.
    Exact(String),
    /// Matches only this text, with gaps of any width.
    Literal(String),
    /// Has no names to bind.
    Unbound(Regex),
    Bound(BoundLine),
    /// Matches nothing: the line could not be compiled.
    Impossible,
}

/// A line with names to bind, or values to compare by their kind.
#[derive(Debug, Clone)]
struct BoundLine {
    pieces: Vec<Piece>,
    /// The regex while no name is bound.
    regex: Regex,
    /// The names of the groups `b0`, `b1`, … of the regex.
    keys: Vec<Key>,
    /// The kinds of the groups `v0`, `v1`, … of the regex, and what is expected in their places.
    values: Vec<(&'static Kind, String)>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// A regex.
    Fixed(String),
    /// The index of a name, and the regex of its placeholder.
    Name(usize, String),
    /// The index of a value, and the regex of its kind.
    Value(usize, &'static str),
}

impl LinePattern {
    /// Matches only this text, byte for byte.
    pub(super) fn exact(line: &str) -> Self {
        Self(Form::Exact(line.to_owned()))
    }

    /// Matches nothing.
    pub(super) fn impossible() -> Self {
        Self(Form::Impossible)
    }

    /// Parses a line. `values` are compared by their kind.
    ///
    /// # Errors
    /// If the regex of its placeholders is too large.
    pub(super) fn parse(
        line: &str,
        placeholders: &Placeholders,
        values: &[Volatile],
    ) -> Result<Self, regex::Error> {
        let mut text = String::new();
        let mut is_text = true;
        let mut pieces = Vec::new();
        let mut keys = Vec::new();
        let mut compared = Vec::new();
        let (line, any_end) = split_any_end(line);
        let step = if any_end.is_none() { before_done(line) } else { None };
        let line = step.unwrap_or(line);
        for (token, span) in tokens(line, placeholders) {
            match token {
                Token::Text(piece) | Token::NearMiss { text: piece, .. } => {
                    text.push_str(piece);
                    let mut at = span.start;
                    for value in values.iter().filter(|value| is_within(&value.span, &span)) {
                        let before = &line[..value.span.start];
                        pieces.push(fixed(&before[at..], at));
                        align(&mut pieces, before, value.kind.placeholder);
                        pieces.push(Piece::Value(compared.len(), value.kind.regex()));
                        compared.push((value.kind, line[value.span.clone()].to_owned()));
                        at = value.span.end;
                    }
                    let rest = if at == span.start { piece } else { &line[at..span.end] };
                    pieces.push(fixed(rest, at));
                }
                // Not greedy, so that a name after it is bound to the first value.
                Token::Anything => pieces.push(Piece::Fixed(".*?".to_owned())),
                Token::Placeholder { name, binding } => {
                    let regex = placeholders.regex(name).unwrap_or_default();
                    align(&mut pieces, &line[..span.start], name);
                    pieces.push(match binding {
                        None => Piece::Fixed(format!("(?:{regex})")),
                        Some(binding) => {
                            let key =
                                Key { placeholder: name.to_owned(), name: binding.to_owned() };
                            keys.push(key);
                            Piece::Name(keys.len() - 1, regex.to_owned())
                        }
                    });
                }
            }
            is_text &= matches!(token, Token::Text(_) | Token::NearMiss { .. });
        }
        if let Some(blanks) = any_end {
            is_text = false;
            let blanks = gap::regex(blanks, line.is_empty());
            pieces.push(Piece::Fixed(format!("(?:{blanks}.*?)?")));
        }
        if step.is_some() {
            is_text = false;
            pieces.push(Piece::Fixed(build_steps::DONE.to_owned()));
        }
        if is_text && compared.is_empty() {
            return Ok(Self(Form::Literal(text)));
        }
        let regex = compile(&pieces, &keys, &Bindings::default())?;
        Ok(Self(if keys.is_empty() && compared.is_empty() {
            Form::Unbound(regex)
        } else {
            Form::Bound(BoundLine { pieces, regex, keys, values: compared })
        }))
    }

    /// Whether the line has names to bind.
    pub(super) fn binds(&self) -> bool {
        matches!(&self.0, Form::Bound(bound) if !bound.keys.is_empty())
    }

    /// Whether a line of output matches. If so, the names are bound.
    pub(super) fn fits(&self, line: &str, bindings: &mut Cow<'_, Bindings>) -> bool {
        match &self.0 {
            Form::Exact(text) => text == line,
            Form::Literal(text) => is_equal_but_for_gaps(text, line),
            Form::Unbound(regex) => regex.is_match(line),
            Form::Bound(bound) => match bound.captures(line, bindings) {
                None => false,
                Some((_, new)) => {
                    if new != **bindings {
                        *bindings = Cow::Owned(new);
                    }
                    true
                }
            },
            Form::Impossible => false,
        }
    }

    /// Returns what a line of output that matches has in place of the values that are compared by their kind.
    pub(super) fn values<'a>(&self, line: &'a str, bindings: &Bindings) -> Vec<&'a str> {
        let Form::Bound(bound) = &self.0 else { return Vec::new() };
        let Some((captures, _)) = bound.captures(line, bindings) else { return Vec::new() };
        let values = (0..bound.values.len()).filter_map(|index| captures.name(&value_group(index)));
        values.map(|value| value.as_str()).collect()
    }
}

impl BoundLine {
    /// Matches a line. Also returns the bindings after it.
    fn captures<'a>(&self, line: &'a str, bindings: &Bindings) -> Option<(Captures<'a>, Bindings)> {
        let captures = self.regex.captures(line)?;
        if let Some(bound) = self.bind(&captures, bindings) {
            return Some((captures, bound));
        }
        // If there are several ways to match, the first one may conflict with a binding where another
        // does not. This is rare, so the regex is not cached.
        let is_ambiguous = self.pieces.len() > 1;
        let is_any_bound = self.keys.iter().any(|key| bindings.value(key).is_some());
        let may_fit = self.keys.iter().all(|key| bindings.may_be_in(key, line));
        if !is_ambiguous || !is_any_bound || !may_fit {
            return None;
        }
        let regex = compile(&self.pieces, &self.keys, bindings).ok()?;
        let captures = regex.captures(line)?;
        let bound = self.bind(&captures, bindings)?;
        Some((captures, bound))
    }

    /// Binds all names to the captured values; `None` if one conflicts, or if another value than the expected one is
    /// printed in every run.
    fn bind(&self, captures: &Captures<'_>, bindings: &Bindings) -> Option<Bindings> {
        let mut bound = bindings.clone();
        let names_agree = self.keys.iter().enumerate().all(|(index, key)| {
            captures.name(&name_group(index)).is_some_and(|value| bound.bind(key, value.as_str()))
        });
        let values_agree = self.values.iter().enumerate().all(|(index, (kind, expected))| {
            captures.name(&value_group(index)).is_some_and(|value| {
                value.as_str() == expected || !bindings.is_repeated(kind, value.as_str())
            })
        });
        (names_agree && values_agree).then_some(bound)
    }
}

/// Lets the indentation before a number or a size have any width: such columns are aligned to the right.
fn align(pieces: &mut Vec<Piece>, before: &str, placeholder: &str) {
    let is_indented = !before.is_empty() && before.trim_ascii().is_empty();
    if is_indented && matches!(placeholder, "NUMBER" | "SIZE") {
        *pieces = vec![Piece::Fixed(r"[ \t]*".to_owned())];
    }
}

/// A piece of text that begins at this offset of its line.
fn fixed(text: &str, at: usize) -> Piece {
    Piece::Fixed(gap::regex(text, at == 0))
}

pub(super) fn is_within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Splits whitespace followed by `[..]` from the end of a line. Together they also match nothing,
/// because trailing whitespace is removed from the output.
fn split_any_end(line: &str) -> (&str, Option<&str>) {
    let Some(before) = line.strip_suffix("[..]") else { return (line, None) };
    let text = before.trim_ascii_end();
    (text, Some(&before[text.len()..]))
}

fn name_group(index: usize) -> String {
    format!("b{index}")
}

fn value_group(index: usize) -> String {
    format!("v{index}")
}

fn compile(pieces: &[Piece], keys: &[Key], bindings: &Bindings) -> Result<Regex, regex::Error> {
    let mut pattern = String::from(r"\A");
    for piece in pieces {
        match piece {
            Piece::Fixed(regex) => pattern.push_str(regex),
            Piece::Name(index, placeholder) => {
                let regex = bindings.regex(&keys[*index]);
                let regex = regex.as_deref().unwrap_or(placeholder);
                pattern.push_str(&format!("(?P<{}>{regex})", name_group(*index)));
            }
            Piece::Value(index, regex) => {
                pattern.push_str(&format!("(?P<{}>{regex})", value_group(*index)));
            }
        }
    }
    pattern.push_str(r"\z");
    // A line may have several placeholders, each as large as the default limit allows.
    RegexBuilder::new(&pattern).size_limit(64 << 20).build()
}
