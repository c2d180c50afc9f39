//! Lines of new patterns, in which values have become placeholders.

use crate::expect::gap::gaps;
use crate::expect::names::Names;
use crate::expect::volatile::{Kind, Nature, Volatile};

/// A line of a new pattern.
#[derive(Debug)]
pub(super) struct Line {
    pieces: Vec<Piece>,
    pub(super) origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The line is as it was.
    Kept,
    /// Only values were replaced.
    Values,
    /// The line is new, or in another place.
    Output,
}

#[derive(Debug)]
enum Piece {
    /// A part of a pattern.
    Pattern(String),
    Value(Value),
}

/// A value that changes from run to run.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) placeholder: &'static str,
    pub(super) nature: Nature,
    /// What was printed.
    pub(super) actual: String,
    /// The width of what stands in its place so far, in characters.
    width: usize,
}

impl Line {
    pub(super) fn kept(source: &str) -> Self {
        Self { pieces: vec![Piece::Pattern(source.to_owned())], origin: Origin::Kept }
    }

    /// A `...` where the old pattern has none.
    pub(super) fn dots() -> Self {
        Self { pieces: vec![Piece::Pattern("...".to_owned())], origin: Origin::Output }
    }

    /// Whether it is `...`, old or new.
    pub(super) fn is_dots(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Pattern(pattern)] if pattern == "...")
    }

    /// A line in which values become placeholders. `pattern` makes a pattern of the rest.
    pub(super) fn with_values<'a>(
        source: &str,
        values: impl Iterator<Item = (&'a Volatile, &'a str)>,
        origin: Origin,
        pattern: impl Fn(&str) -> String,
    ) -> Self {
        let mut pieces = Vec::new();
        let mut kept = 0;
        for (Volatile { span, kind }, actual) in values {
            pieces.push(Piece::Pattern(pattern(&source[kept..span.start])));
            pieces.push(Piece::Value(Value::new(kind, actual, &source[span.clone()])));
            kept = span.end;
        }
        let origin = if kept == 0 && origin == Origin::Values { Origin::Kept } else { origin };
        pieces.push(Piece::Pattern(pattern(&source[kept..])));
        Self { pieces, origin }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            Piece::Pattern(_) => None,
        })
    }

    /// Returns the line's text. Columns stay where they are as far as possible.
    pub(super) fn text(&self, names: &Names) -> String {
        let mut text = String::new();
        // By how many characters the text is ahead of what it replaces.
        let mut ahead = 0_isize;
        for piece in &self.pieces {
            match piece {
                Piece::Value(value) => {
                    let placeholder = value.placeholder(names);
                    ahead += signed(placeholder.len()) - signed(value.width);
                    text.push_str(&placeholder);
                }
                Piece::Pattern(pattern) => {
                    let leading = pattern.len() - pattern.trim_start_matches(' ').len();
                    let leading = (!text.is_empty() && leading >= 2).then_some(0..leading);
                    let mut kept = 0;
                    for gap in leading.into_iter().chain(gaps(pattern)) {
                        text.push_str(&pattern[kept..gap.start]);
                        kept = gap.end;
                        if pattern[gap.clone()].contains('\t') {
                            text.push_str(&pattern[gap]);
                            continue;
                        }
                        let width = (signed(gap.len()) - ahead).max(2);
                        ahead += width - signed(gap.len());
                        text.push_str(&" ".repeat(width.unsigned_abs()));
                    }
                    text.push_str(&pattern[kept..]);
                }
            }
        }
        text
    }
}

/// A width for calculations. No line is longer than an `isize` can tell.
fn signed(width: usize) -> isize {
    isize::try_from(width).unwrap_or(isize::MAX)
}

impl Value {
    fn new(kind: &Kind, actual: &str, expected: &str) -> Self {
        Self {
            placeholder: kind.placeholder,
            nature: kind.nature,
            actual: actual.to_owned(),
            width: expected.chars().count(),
        }
    }

    fn placeholder(&self, names: &Names) -> String {
        let is_named = self.nature.is_identity();
        match names.get(self.placeholder, &self.actual).filter(|_| is_named) {
            Some(name) => format!("[{}:{name}]", self.placeholder),
            None => format!("[{}]", self.placeholder),
        }
    }
}
