//! A whole expectation, line by line.

use std::ops::Range;

use super::line::LinePattern;
use super::placeholder::Placeholders;
use super::token::{Token, is_any_lines, tokens};

/// What a text must look like.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(super) elements: Vec<Element>,
    /// The pattern's lines as they were written, one for each element.
    pub(super) sources: Vec<String>,
    /// Whether each byte counts.
    pub(super) is_exact: bool,
    flaws: Vec<Flaw>,
}

#[derive(Debug, Clone)]
pub(super) enum Element {
    /// Any number of lines.
    AnyLines,
    /// One line.
    Line(LinePattern),
}

/// Something in a pattern that is hardly meant as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The line, counted from 0.
    pub line: usize,
    /// Its place in that line, in bytes.
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Pattern {
    /// Reads a pattern. Whatever the text is, it is one.
    pub fn parse(text: &str, placeholders: &Placeholders) -> Self {
        let mut pattern =
            Self { elements: Vec::new(), sources: Vec::new(), is_exact: false, flaws: Vec::new() };
        for line in lines(text, false) {
            pattern.push(line, placeholders);
        }
        pattern
    }

    /// The pattern that only this text matches, byte for byte; nothing in it has a meaning.
    pub fn exact(text: &str) -> Self {
        let lines = lines(text, true);
        Self {
            elements: lines.iter().map(|line| Element::Line(LinePattern::text(line))).collect(),
            sources: lines.into_iter().map(str::to_owned).collect(),
            is_exact: true,
            flaws: Vec::new(),
        }
    }

    /// How many lines it has, those excepted that make no difference.
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    /// What an author should look at again.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    fn push(&mut self, line: &str, placeholders: &Placeholders) {
        let index = self.elements.len();
        for (token, span) in tokens(line, placeholders) {
            let Token::NearMiss { text, name, meant } = token else { continue };
            let right = text.replacen(name, meant, 1);
            self.flaws.push(Flaw {
                line: index,
                span,
                message: format!("there is no placeholder `{name}`; this is plain text"),
                help: format!("did you mean `{right}`? If not, write `[[]{}`", &text[1..]),
            });
        }
        let element = if is_any_lines(line) {
            Element::AnyLines
        } else {
            let line_pattern = LinePattern::parse(line, placeholders).unwrap_or_else(|error| {
                self.flaws.push(Flaw {
                    line: index,
                    span: 0..line.len(),
                    message: "the placeholders of this line are too large together".to_owned(),
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

/// The lines of a text as they are compared: with their ends if each byte counts, else without
/// blanks at their ends and without blank lines at the text's end.
pub(super) fn lines(text: &str, is_exact: bool) -> Vec<&str> {
    if is_exact {
        return text.split_inclusive('\n').collect();
    }
    text.trim_ascii_end().lines().map(str::trim_ascii_end).collect()
}
