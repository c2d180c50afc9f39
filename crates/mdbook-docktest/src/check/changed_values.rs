//! Expected output that is out of date: it differs from the real one only in values that change from run to run.

use super::Difference;
use super::quote::cut;
use crate::expect::ChangedValue;
use crate::model::finding::Code;
use crate::model::scenario::Expectation;

/// How many values are named.
const NAMED: usize = 5;

/// Returns the finding about values that have changed.
pub(super) fn difference(expectation: &Expectation, changed: &[ChangedValue]) -> Difference {
    let place = |value: &ChangedValue| {
        let line = expectation.lines.get(value.line)?;
        Some(line.start + value.span.start..line.start + value.span.end)
    };
    let first = changed.first().and_then(place);
    let help = "run `accept` to write placeholders, which match any value of their kind";
    Difference {
        code: Code::ChangedValues,
        span: first.unwrap_or_else(|| expectation.body.clone()),
        message: "the output differs only in values that change from run to run".to_owned(),
        help: Some(with_values(help, changed)),
        // Only `accept` knows the names of the values, which a chapter shares.
        remedies: Vec::new(),
    }
}

/// Returns the finding about what docker prints while it pulls an image. `changed` are the other values that have changed.
pub(super) fn in_pull(expectation: &Expectation, changed: &[ChangedValue]) -> Difference {
    let help = "images are there before the first step: run `accept` to write what is printed then";
    Difference {
        code: Code::ChangedValues,
        span: expectation.body.clone(),
        message: "the output differs only in what docker prints while it pulls an image".to_owned(),
        help: Some(with_values(help, changed)),
        remedies: Vec::new(),
    }
}

fn with_values(help: &str, changed: &[ChangedValue]) -> String {
    let mut help = help.to_owned();
    for ChangedValue { expected, actual, kind, .. } in changed.iter().take(NAMED) {
        help.push_str(&format!("\n[{}]  {} → {}", kind.placeholder, cut(expected), cut(actual)));
    }
    if let Some(more @ 1..) = changed.len().checked_sub(NAMED) {
        help.push_str(&format!("\n({more} more)"));
    }
    help
}

#[cfg(test)]
mod tests;
