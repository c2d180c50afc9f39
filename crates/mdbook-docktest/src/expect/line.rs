//! Lines of a pattern, and whether a line of output matches.

use std::borrow::Cow;

use regex::{Captures, Regex, RegexBuilder};

use super::binding::{Bindings, Key};
use super::placeholder::Placeholders;
use super::token::{Token, tokens};

/// A line of a pattern that matches one line of output.
#[derive(Debug, Clone)]
pub(super) struct LinePattern(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Matches only this text.
    Literal(String),
    /// Has no names to bind.
    Unbound(Regex),
    Bound(BoundLine),
    /// Matches nothing: the line could not be compiled.
    Impossible,
}

/// A line with names to bind.
#[derive(Debug, Clone)]
struct BoundLine {
    pieces: Vec<Piece>,
    /// The regex while no name is bound.
    regex: Regex,
    /// The names of the groups `b0`, `b1`, … of the regex.
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// A regex.
    Fixed(String),
    /// The index of a name, and the regex of its placeholder.
    Name(usize, String),
}

impl LinePattern {
    /// Matches only this text.
    pub(super) fn text(line: &str) -> Self {
        Self(Kind::Literal(line.to_owned()))
    }

    /// Matches nothing.
    pub(super) fn impossible() -> Self {
        Self(Kind::Impossible)
    }

    /// Parses a line.
    ///
    /// # Errors
    /// If the regex of its placeholders is too large.
    pub(super) fn parse(line: &str, placeholders: &Placeholders) -> Result<Self, regex::Error> {
        let mut text = String::new();
        let mut is_text = true;
        let mut pieces = Vec::new();
        let mut keys = Vec::new();
        let (line, any_end) = split_any_end(line);
        for (token, _) in tokens(line, placeholders) {
            let piece = match token {
                Token::Text(piece) | Token::NearMiss { text: piece, .. } => {
                    text.push_str(piece);
                    Piece::Fixed(regex::escape(piece))
                }
                // Not greedy, so that a name after it is bound to the first value.
                Token::Anything => Piece::Fixed(".*?".to_owned()),
                Token::Placeholder { name, binding } => {
                    let regex = placeholders.regex(name).unwrap_or_default();
                    match binding {
                        None => Piece::Fixed(format!("(?:{regex})")),
                        Some(binding) => {
                            let key =
                                Key { placeholder: name.to_owned(), name: binding.to_owned() };
                            keys.push(key);
                            Piece::Name(keys.len() - 1, regex.to_owned())
                        }
                    }
                }
            };
            is_text &= matches!(token, Token::Text(_) | Token::NearMiss { .. });
            pieces.push(piece);
        }
        if let Some(blanks) = any_end {
            is_text = false;
            pieces.push(Piece::Fixed(format!("(?:{blanks}.*?)?")));
        }
        if is_text {
            return Ok(Self(Kind::Literal(text)));
        }
        let regex = compile(&pieces, &keys, &Bindings::default())?;
        Ok(Self(if keys.is_empty() {
            Kind::Unbound(regex)
        } else {
            Kind::Bound(BoundLine { pieces, regex, keys })
        }))
    }

    /// Whether the line has names to bind.
    pub(super) fn binds(&self) -> bool {
        matches!(self.0, Kind::Bound(_))
    }

    /// Whether a line of output matches. If so, the names are bound.
    pub(super) fn fits(&self, line: &str, bindings: &mut Cow<'_, Bindings>) -> bool {
        match &self.0 {
            Kind::Literal(text) => text == line,
            Kind::Unbound(regex) => regex.is_match(line),
            Kind::Bound(bound) => bound.fits(line, bindings),
            Kind::Impossible => false,
        }
    }
}

impl BoundLine {
    fn fits(&self, line: &str, bindings: &mut Cow<'_, Bindings>) -> bool {
        let Some(captures) = self.regex.captures(line) else { return false };
        if self.bind(&captures, bindings) {
            return true;
        }
        // If there are several ways to match, the first one may conflict with a binding where another
        // does not. This is rare, so the regex is not cached.
        let is_ambiguous = self.pieces.len() > 1;
        let is_any_bound = self.keys.iter().any(|key| bindings.value(key).is_some());
        let may_fit = self.keys.iter().all(|key| bindings.may_be_in(key, line));
        if !is_ambiguous || !is_any_bound || !may_fit {
            return false;
        }
        let Ok(regex) = compile(&self.pieces, &self.keys, bindings) else { return false };
        regex.captures(line).is_some_and(|captures| self.bind(&captures, bindings))
    }

    /// Binds all names to the captured values, or none if one conflicts.
    fn bind(&self, captures: &Captures<'_>, bindings: &mut Cow<'_, Bindings>) -> bool {
        let mut bound = bindings.as_ref().clone();
        let agrees = self.keys.iter().enumerate().all(|(index, key)| {
            captures.name(&group(index)).is_some_and(|value| bound.bind(key, value.as_str()))
        });
        if agrees && bound != **bindings {
            *bindings = Cow::Owned(bound);
        }
        agrees
    }
}

/// Splits whitespace followed by `[..]` from the end of a line. Together they also match nothing,
/// because trailing whitespace is removed from the output.
fn split_any_end(line: &str) -> (&str, Option<&str>) {
    let Some(before) = line.strip_suffix("[..]") else { return (line, None) };
    let text = before.trim_ascii_end();
    (text, Some(&before[text.len()..]))
}

fn group(index: usize) -> String {
    format!("b{index}")
}

fn compile(pieces: &[Piece], keys: &[Key], bindings: &Bindings) -> Result<Regex, regex::Error> {
    let mut pattern = String::from(r"\A");
    for piece in pieces {
        match piece {
            Piece::Fixed(regex) => pattern.push_str(regex),
            Piece::Name(index, placeholder) => {
                let regex = bindings.regex(&keys[*index]);
                let regex = regex.as_deref().unwrap_or(placeholder);
                pattern.push_str(&format!("(?P<{}>{regex})", group(*index)));
            }
        }
    }
    pattern.push_str(r"\z");
    // A line may have several placeholders, each as large as the default limit allows.
    RegexBuilder::new(&pattern).size_limit(64 << 20).build()
}
