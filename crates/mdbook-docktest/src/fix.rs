//! Applies the remedies of findings to a chapter and to its file.

use crate::model::finding::Finding;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::text::position::LineStarts;
use crate::text::splice::{Edit, splice};

mod mistakes;
mod source;
mod taken;

use self::mistakes::Mistakes;
use self::source::Places;
use self::taken::Taken;

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

/// A remedy with its edits.
#[derive(Debug)]
struct Candidate {
    place: Place,
    edits: Vec<Edit>,
    /// The same edits of the chapter's file; `None` if they have no place there, or change nothing.
    in_source: Option<Vec<Edit>>,
}

/// Applies remedies that do not overlap, in the order of the text; of those that do, the first. Without
/// names, also marks the scripts that are sessions, which need no finding.
///
/// `scenario` and the findings are those of `text`, and `steps` the steps of the scenario that can be marked;
/// `source` is the text of the chapter's file, which
/// differs from `text` by `{{#include}}` and the like.
pub(crate) fn fix<'a>(
    text: &str,
    source: &str,
    scenario: &Scenario,
    steps: &[Step],
    findings: impl IntoIterator<Item = &'a Finding>,
    choice: Choice<'_>,
) -> Fixed {
    let lines = LineStarts::of(text);
    let findings = findings.into_iter().filter_map(|finding| {
        let remedy = choice.of(finding)?.clone();
        Some((finding.span.start, finding.line, remedy))
    });
    let steps = steps.iter().filter(|_| choice == Choice::Proved);
    let sessions = steps.filter_map(|step| {
        let (at, remedy) = (step.fence.info.start, step.mark_as_console()?);
        Some((at, lines.line(text, at), remedy))
    });
    let mut remedies: Vec<(usize, usize, Remedy)> = findings.chain(sessions).collect();
    remedies.sort_by_key(|(at, ..)| *at);
    let places = Places::of(text, source);
    let candidate = |(_, line, remedy): (usize, usize, Remedy)| {
        let edits = remedy.edits_of(text);
        let is_new = edits.iter().any(|edit| text.get(edit.range.clone()) != Some(&edit.text));
        let in_source = if is_new { places.in_source(&edits) } else { None };
        Candidate { place: Place { line, title: remedy.title }, edits, in_source }
    };
    let candidates: Vec<Candidate> = remedies.into_iter().map(candidate).collect();
    let mistakes = Mistakes::of(text, scenario);
    let mut fixing = Fixing { text, scenario, mistakes, changes: Changes::default() };
    fixing.apply(&candidates);
    let Changes { edits, in_source, applied, refused, .. } = fixing.changes;
    Fixed { text: splice(text, edits), source: splice(source, in_source), applied, refused }
}

/// A chapter to which remedies are applied.
struct Fixing<'a> {
    text: &'a str,
    scenario: &'a Scenario,
    /// Those of the text with the changes so far.
    mistakes: Mistakes,
    changes: Changes,
}

/// What has been done with remedies.
#[derive(Debug, Clone, Default)]
struct Changes {
    edits: Vec<Edit>,
    in_source: Vec<Edit>,
    taken: Taken,
    applied: Vec<Place>,
    refused: Vec<Place>,
}

impl Changes {
    fn add(&mut self, candidate: &Candidate) {
        let Candidate { place, edits, in_source } = candidate;
        // Two findings can have the same remedy, and other remedies for what has changed now are
        // found when the chapter is read again.
        if self.taken.overlap(edits) {
            return;
        }
        let Some(in_source) = in_source else { return self.refused.push(place.clone()) };
        self.taken.take(edits);
        self.edits.extend_from_slice(edits);
        self.in_source.extend_from_slice(in_source);
        self.applied.push(place.clone());
    }
}

impl Fixing<'_> {
    /// Applies remedies together, as the whole chapter is read to see what they do; if that is not well, in two halves. So a
    /// refused one costs only as many readings as the remedies can be halved.
    fn apply(&mut self, candidates: &[Candidate]) {
        let mut changes = self.changes.clone();
        candidates.iter().for_each(|candidate| changes.add(candidate));
        if changes.applied.len() == self.changes.applied.len() {
            self.changes = changes;
            return;
        }
        let mistakes = Mistakes::of(&splice(self.text, changes.edits.clone()), self.scenario);
        let is_worse = match candidates {
            [_] => mistakes.are_more_than(&self.mistakes),
            _ => mistakes.have_new(&self.mistakes),
        };
        if !is_worse {
            (self.mistakes, self.changes) = (mistakes, changes);
        } else if let [candidate] = candidates {
            self.changes.refused.push(candidate.place.clone());
        } else {
            let (first, second) = candidates.split_at(candidates.len() / 2);
            self.apply(first);
            self.apply(second);
        }
    }
}

#[cfg(test)]
mod tests;
