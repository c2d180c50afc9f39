//! Parsed patterns.

use std::ops::Range;

use super::line::LinePattern;
use super::placeholder::Placeholders;
use super::token::{Token, is_any_lines, tokens};
use super::volatile::Volatile;

/// A pattern that a whole text can be matched against.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(super) elements: Vec<Element>,
    /// The source line of each element.
    pub(super) sources: Vec<String>,
    /// Whether text is compared byte for byte.
    pub(super) is_exact: bool,
    flaws: Vec<Flaw>,
}

#[derive(Debug, Clone)]
pub(super) enum Element {
    /// `...`: any number of lines.
    AnyLines,
    Line(LinePattern),
}

/// A probable mistake in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The line, counted from 0.
    pub line: usize,
    /// The byte range in that line.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl Pattern {
    /// Parses a pattern. Every text is a valid pattern; probable mistakes are in [`Self::flaws`].
    pub fn parse(text: &str, placeholders: &Placeholders) -> Self {
        let mut pattern =
            Self { elements: Vec::new(), sources: Vec::new(), is_exact: false, flaws: Vec::new() };
        for line in lines(text, false) {
            pattern.push(line, placeholders, &[]);
        }
        pattern
    }

    /// As [`Self::parse`], with values that are compared by their kind: some for each line.
    pub(super) fn with_values(
        text: &str,
        placeholders: &Placeholders,
        values: &[Vec<Volatile>],
    ) -> Self {
        let mut pattern =
            Self { elements: Vec::new(), sources: Vec::new(), is_exact: false, flaws: Vec::new() };
        for (line, values) in lines(text, false).into_iter().zip(values) {
            pattern.push(line, placeholders, values);
        }
        pattern
    }

    /// Returns a pattern that matches only this text, byte for byte.
    pub fn exact(text: &str) -> Self {
        let lines = lines(text, true);
        Self {
            elements: lines.iter().map(|line| Element::Line(LinePattern::exact(line))).collect(),
            sources: lines.into_iter().map(str::to_owned).collect(),
            is_exact: true,
            flaws: Vec::new(),
        }
    }

    /// The number of lines, without ignored blank lines at the end.
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether the pattern has names to bind.
    pub(crate) fn has_names(&self) -> bool {
        (0..self.elements.len()).any(|element| self.binds(element))
    }

    /// The probable mistakes in the pattern.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    fn push(&mut self, line: &str, placeholders: &Placeholders, values: &[Volatile]) {
        let index = self.elements.len();
        for (token, span) in tokens(line, placeholders) {
            let Token::NearMiss { text, name, meant } = token else { continue };
            let right = text.replacen(name, meant, 1);
            self.flaws.push(Flaw {
                line: index,
                span,
                message: format!("unknown placeholder `{name}`: it is compared as plain text"),
                help: format!("did you mean `{right}`? If not, write `[[]{}`", &text[1..]),
            });
        }
        let element = if is_any_lines(line) {
            Element::AnyLines
        } else {
            let line_pattern =
                LinePattern::parse(line, placeholders, values).unwrap_or_else(|error| {
                    self.flaws.push(Flaw {
                        line: index,
                        span: 0..line.len(),
                        message:
                            "line is too complex: its placeholders form a regex that is too large"
                                .to_owned(),
                        help: error.to_string(),
                    });
                    LinePattern::impossible()
                });
            Element::Line(line_pattern)
        };
        self.elements.push(element);
        self.sources.push(line.to_owned());
    }
}

/// Splits a text into the lines to compare: with their line feeds if `is_exact`, else without
/// trailing whitespace and without blank lines at the end.
pub(crate) fn lines(text: &str, is_exact: bool) -> Vec<&str> {
    if is_exact {
        return text.split_inclusive('\n').collect();
    }
    text.trim_ascii_end().lines().map(str::trim_ascii_end).collect()
}
