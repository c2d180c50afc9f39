//! Applies the remedies of findings to a chapter and to its file.

use std::ops::Range;

use crate::extract::extract;
use crate::model::finding::Finding;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Scenario;
use crate::text::splice::{Edit, splice};

mod source;

use self::source::in_source;

/// Which remedies are applied. Of the remedies of a finding, it is the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    /// Those that the text or the run has proved.
    Proved,
    /// Those with one of these names, whatever they are based on.
    Named(&'a [String]),
}

/// A remedy at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The line of the finding.
    pub line: usize,
    /// The title of the remedy.
    pub title: String,
}

/// A chapter with applied remedies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// The new text of the chapter.
    pub text: String,
    /// The new text of the chapter's file.
    pub source: String,
    /// The remedies that were applied.
    pub applied: Vec<Place>,
    /// The remedies that cannot be applied: what they would change comes from another file, or the
    /// chapter would have a wrong annotation afterwards.
    pub refused: Vec<Place>,
}

impl Choice<'_> {
    fn of(self, finding: &Finding) -> Option<&Remedy> {
        finding.remedies.iter().find(|remedy| match self {
            Self::Proved => remedy.basis == Basis::Proved,
            Self::Named(names) => names.iter().any(|name| remedy.is_named(name)),
        })
    }
}

/// Applies remedies that do not overlap, in the order of the text; of those that do, the first.
///
/// `scenario` and the findings are those of `text`; `source` is the text of the chapter's file, which
/// differs from `text` by `{{#include}}` and the like.
pub(crate) fn fix<'a>(
    text: &str,
    source: &str,
    scenario: &Scenario,
    findings: impl IntoIterator<Item = &'a Finding>,
    choice: Choice<'_>,
) -> Fixed {
    let wrong = |text: &str| {
        let scenario = extract(&scenario.path, text, scenario.extensions);
        scenario.findings.iter().filter(|finding| finding.code.is_about_annotations()).count()
    };
    let mut findings: Vec<&Finding> = findings.into_iter().collect();
    findings.sort_by_key(|finding| finding.span.start);
    let mut fixed = Fixed {
        text: text.to_owned(),
        source: source.to_owned(),
        applied: Vec::new(),
        refused: Vec::new(),
    };
    let (mut edits, mut source_edits) = (Vec::new(), Vec::new());
    let mut wrong_before = wrong(text);
    for finding in findings {
        let Some(remedy) = choice.of(finding) else { continue };
        let new = remedy.edits_of(text);
        // Two findings can have the same remedy, and other remedies for what has changed now are
        // found when the chapter is read again.
        if new.iter().any(|edit| edits.iter().any(|other| overlap(edit, other))) {
            continue;
        }
        let place = Place { line: finding.line, title: remedy.title.clone() };
        let Some(new_in_source) = in_source(text, source, &new) else {
            fixed.refused.push(place);
            continue;
        };
        let all = [edits.as_slice(), &new].concat();
        let result = splice(text, all.clone());
        let wrong_after = wrong(&result);
        if result == fixed.text || wrong_after > wrong_before {
            fixed.refused.push(place);
            continue;
        }
        wrong_before = wrong_after;
        edits = all;
        source_edits.extend(new_in_source);
        fixed.text = result;
        fixed.applied.push(place);
    }
    fixed.source = splice(source, source_edits);
    fixed
}

/// Whether one edit could change what the other is about. Adjacent ranges are enough: two insertions
/// at the same place have no order.
fn overlap(one: &Edit, other: &Edit) -> bool {
    let touches = |a: &Range<usize>, b: &Range<usize>| a.start <= b.end && b.start <= a.end;
    touches(&one.range, &other.range)
}

#[cfg(test)]
mod tests;
