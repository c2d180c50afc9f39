//! One line of a pattern, and whether a line of output fits it.

use std::borrow::Cow;

use regex::{Captures, Regex, RegexBuilder};

use super::binding::{Bindings, Key};
use super::placeholder::Placeholders;
use super::token::{Token, tokens};

/// A line of a pattern that stands for one line of output.
#[derive(Debug, Clone)]
pub(super) struct LinePattern(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Only this text fits.
    Literal(String),
    /// What fits is the same whatever is bound.
    Unbound(Regex),
    Bound(BoundLine),
    /// Nothing fits: a line that could not be compiled.
    Impossible,
}

/// A line with names to bind.
#[derive(Debug, Clone)]
struct BoundLine {
    pieces: Vec<Piece>,
    /// With no name bound yet.
    regex: Regex,
    /// The name in each of the regex's groups `b0`, `b1`, …
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
    /// Only this text fits.
    pub(super) fn text(line: &str) -> Self {
        Self(Kind::Literal(line.to_owned()))
    }

    /// Nothing fits.
    pub(super) fn impossible() -> Self {
        Self(Kind::Impossible)
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When its placeholders make a regex that is too large.
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
                // As short as it can be, so that a name after it is bound to the first value.
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

    /// Whether it has names to bind.
    pub(super) fn binds(&self) -> bool {
        matches!(self.0, Kind::Bound(_))
    }

    /// Whether a line of output fits; its names are then bound.
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
        // With several ways to read the line, the first may only be the wrong one. This is seldom
        // needed, so the regex is not kept.
        let is_ambiguous = self.pieces.len() > 1;
        let knows_any = self.keys.iter().any(|key| bindings.value(key).is_some());
        let may_fit = self.keys.iter().all(|key| bindings.may_be_in(key, line));
        if !is_ambiguous || !knows_any || !may_fit {
            return false;
        }
        let Ok(regex) = compile(&self.pieces, &self.keys, bindings) else { return false };
        regex.captures(line).is_some_and(|captures| self.bind(&captures, bindings))
    }

    /// Binds all names to what was found, or none.
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

/// Splits blanks and a `[..]` from the end of a line, which also stand for nothing: a line of output
/// has lost the blanks at its end.
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
    // A line may hold several placeholders, each of which is as large as a regex is by default.
    RegexBuilder::new(&pattern).size_limit(64 << 20).build()
}
