//! Applies the remedies of findings to a chapter and to its file.

use crate::model::finding::Finding;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::text::position::LineStarts;
use crate::text::splice::splice;

mod mistakes;
mod source;
mod taken;

use self::mistakes::Mistakes;
use self::source::in_source;
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
    let mut fixed = Fixed {
        text: text.to_owned(),
        source: source.to_owned(),
        applied: Vec::new(),
        refused: Vec::new(),
    };
    let mut before = Mistakes::of(text, scenario);
    let is_well = |text: &str| !Mistakes::of(text, scenario).have_new(&before);
    if let Some(fixed) = all_at_once(text, source, &remedies, is_well) {
        return fixed;
    }
    let (mut edits, mut source_edits, mut taken) = (Vec::new(), Vec::new(), Taken::default());
    for (_, line, remedy) in remedies {
        let new = remedy.edits_of(text);
        // Two findings can have the same remedy, and other remedies for what has changed now are
        // found when the chapter is read again.
        if taken.overlap(&new) {
            continue;
        }
        let place = Place { line, title: remedy.title };
        let Some(new_in_source) = in_source(text, source, &new) else {
            fixed.refused.push(place);
            continue;
        };
        let all = [edits.as_slice(), &new].concat();
        let result = splice(text, all.clone());
        let after = Mistakes::of(&result, scenario);
        if result == fixed.text || after.are_more_than(&before) {
            fixed.refused.push(place);
            continue;
        }
        before = after;
        taken.take(&new);
        edits = all;
        source_edits.extend(new_in_source);
        fixed.text = result;
        fixed.applied.push(place);
    }
    fixed.source = splice(source, source_edits);
    fixed
}

/// Applies all remedies that do not overlap without trying each of them, which reads the whole chapter; `None` if one of them
/// changes nothing or has no place in the source, or if the new text is not well.
fn all_at_once(
    text: &str,
    source: &str,
    remedies: &[(usize, usize, Remedy)],
    is_well: impl Fn(&str) -> bool,
) -> Option<Fixed> {
    let (mut edits, mut source_edits, mut applied) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken = Taken::default();
    for (_, line, remedy) in remedies {
        let new = remedy.edits_of(text);
        if taken.overlap(&new) {
            continue;
        }
        if new.iter().all(|edit| text.get(edit.range.clone()) == Some(&edit.text)) {
            return None;
        }
        source_edits.extend(in_source(text, source, &new)?);
        taken.take(&new);
        edits.extend(new);
        applied.push(Place { line: *line, title: remedy.title.clone() });
    }
    let new = splice(text, edits);
    let is_changed = applied.is_empty() || new != text;
    (is_changed && is_well(&new)).then(|| Fixed {
        text: new,
        source: splice(source, source_edits),
        applied,
        refused: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
