//! Expected output that is out of date: it differs from the real one only in values that change from run to run.

use std::collections::BTreeSet;

use super::Difference;
use super::quote::cut;
use crate::expect::{ChangedValue, with_placeholders};
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Expectation;
use crate::text::splice::Edit;

/// How many values are named.
const NAMED: usize = 5;

/// Returns the finding about values that have changed.
pub(super) fn difference(expectation: &Expectation, changed: &[ChangedValue]) -> Difference {
    let remedy = remedy(expectation, changed);
    let place = |value: &ChangedValue| {
        let line = expectation.lines.get(value.line)?;
        Some(line.start + value.span.start..line.start + value.span.end)
    };
    let first = changed.first().and_then(place);
    let mut help =
        String::from("run `accept` to write placeholders, which match any value of their kind");
    for ChangedValue { expected, actual, kind, .. } in changed.iter().take(NAMED) {
        help.push_str(&format!("\n[{}]  {} → {}", kind.placeholder, cut(expected), cut(actual)));
    }
    if let Some(more @ 1..) = changed.len().checked_sub(NAMED) {
        help.push_str(&format!("\n({more} more)"));
    }
    Difference {
        code: Code::ChangedValues,
        span: first.unwrap_or_else(|| expectation.body.clone()),
        message: "the output differs only in values that change from run to run".to_owned(),
        help: Some(help),
        remedies: remedy.into_iter().collect(),
    }
}

/// Returns the edit that writes placeholders for the values.
fn remedy(expectation: &Expectation, changed: &[ChangedValue]) -> Option<Remedy> {
    let edit = |changed: &[ChangedValue]| {
        let [first, ..] = changed else { return None };
        let source = expectation.text.lines().nth(first.line)?.trim_ascii_end();
        let line = expectation.lines.get(first.line)?;
        let new = with_placeholders(source, &changed.iter().collect::<Vec<_>>());
        let text = new.get(first.span.start..)?.to_owned();
        Some(Edit { range: line.start + first.span.start..line.start + source.len(), text })
    };
    let lines = changed.chunk_by(|one, other| one.line == other.line);
    let edits = lines.map(edit).collect::<Option<Vec<_>>>()?;
    let names: BTreeSet<String> =
        changed.iter().map(|value| format!("`[{}]`", value.kind.placeholder)).collect();
    let names: Vec<String> = names.into_iter().collect();
    let title = format!("write {} for these values", names.join(", "));
    (!edits.is_empty()).then_some(Remedy { title, edits, basis: Basis::Proved })
}

#[cfg(test)]
mod tests;
