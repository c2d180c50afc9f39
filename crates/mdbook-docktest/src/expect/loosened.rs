//! Patterns in which a value that changes from run to run stands for any value of its kind.

use super::alignment::Step;
use super::binding::Bindings;
use super::diff::Mismatch;
use super::line::is_within;
use super::pattern::{Pattern, lines};
use super::placeholder::Placeholders;
use super::token::{Token, tokens};
use super::volatile::{Kind, Scanner, Volatile};

/// A pattern that also matches if only values differ that change from run to run.
#[derive(Debug)]
pub(crate) struct Loosened {
    pub(super) pattern: Pattern,
    /// The values of each line.
    pub(super) values: Vec<Vec<Volatile>>,
}

/// A value that differs from the expected one, and changes from run to run.
#[derive(Debug, Clone)]
pub(crate) struct ChangedValue {
    /// The line of the pattern, counted from 0.
    pub(crate) line: usize,
    /// The byte range of the expected value in that line.
    pub(crate) span: std::ops::Range<usize>,
    /// The value that was expected.
    pub(crate) expected: String,
    /// The value in its place.
    pub(crate) actual: String,
    /// The kind of both.
    pub(crate) kind: &'static Kind,
}

impl Loosened {
    /// Parses a pattern. What the commands of `bindings` contain does not change.
    pub(crate) fn parse(text: &str, placeholders: &Placeholders, bindings: &Bindings) -> Self {
        let values: Vec<Vec<Volatile>> = values(text, placeholders)
            .map(|(line, mut values)| {
                let is_chosen =
                    |value: &Volatile| bindings.is_chosen(value.kind, &line[value.span.clone()]);
                values.retain(|value| !is_chosen(value));
                values
            })
            .collect();
        Self { pattern: Pattern::with_values(text, placeholders, &values), values }
    }

    /// Matches a text as [`Pattern::matches`] does, and returns the values that differ.
    ///
    /// # Errors
    /// The other differences, if there are any.
    pub(crate) fn matches(
        &self,
        actual: &str,
        bindings: &mut Bindings,
    ) -> Result<Vec<ChangedValue>, Mismatch> {
        let actual = lines(actual, false);
        let (steps, bound) = self.pattern.align(&actual, bindings);
        if steps.iter().any(Step::is_difference) {
            return Err(Mismatch::new(&self.pattern, &actual, &steps));
        }
        *bindings = bound;
        Ok(self.changes(&steps, &actual, bindings))
    }

    /// Returns the values that differ in the lines that match, even if others do not.
    pub(super) fn changed_values(&self, actual: &[&str]) -> Vec<ChangedValue> {
        let bindings = Bindings::default();
        let (steps, bound) = self.pattern.align(actual, &bindings);
        self.changes(&steps, actual, &bound)
    }

    fn changes(&self, steps: &[Step], actual: &[&str], bindings: &Bindings) -> Vec<ChangedValue> {
        let changed = steps.iter().flat_map(|step| match step {
            Step::Kept { element, line } => self.changed(*element, actual[*line], bindings),
            _ => Vec::new(),
        });
        changed.collect()
    }

    /// Returns the values of a line that differ from those of the element that it matches.
    fn changed(&self, element: usize, line: &str, bindings: &Bindings) -> Vec<ChangedValue> {
        let source = &self.pattern.sources[element];
        let found = self.pattern.values(element, line, bindings);
        let changed = self.values[element].iter().zip(found).filter_map(|(value, actual)| {
            let expected = &source[value.span.clone()];
            (expected != actual).then(|| ChangedValue {
                line: element,
                span: value.span.clone(),
                expected: expected.to_owned(),
                actual: actual.to_owned(),
                kind: value.kind,
            })
        });
        changed.collect()
    }
}

/// Returns the lines of a pattern, each with its values that change from run to run.
pub(super) fn values<'a>(
    text: &'a str,
    placeholders: &'a Placeholders,
) -> impl Iterator<Item = (&'a str, Vec<Volatile>)> {
    let mut scanner = Scanner::for_expectations();
    lines(text, false).into_iter().map(move |line| {
        let texts: Vec<_> = tokens(line, placeholders)
            .into_iter()
            .filter(|(token, _)| matches!(token, Token::Text(_)))
            .collect();
        let mut values = scanner.line(line);
        values.retain(|value| texts.iter().any(|(_, span)| is_within(&value.span, span)));
        (line, values)
    })
}
