//! Remedies in reports for people.

use std::ops::Range;

use annotate_snippets::{Group, Level, Patch, Snippet};

use super::Report;
use super::window::Window;
use crate::model::finding::Finding;
use crate::model::remedy::{Basis, Remedy};
use crate::text::splice::{Edit, splice};

/// Returns the lines that the remedy changes, as they are afterwards. Lines that it removes are left out.
pub(super) fn changed_lines(text: &str, remedy: &Remedy) -> Vec<String> {
    let mut edits = remedy.edits_of(text);
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    // A group of edits with the lines that they share.
    let mut groups: Vec<(Range<usize>, Vec<Edit>)> = Vec::new();
    for edit in edits {
        let Range { start, end } = lines_of(text, &edit.range);
        match groups.last_mut() {
            Some((lines, edits)) if start < lines.end => {
                lines.end = end.max(lines.end);
                edits.push(edit);
            }
            _ => groups.push((start..end, vec![edit])),
        }
    }
    let new = |(lines, edits): (Range<usize>, Vec<Edit>)| {
        let moved = edits.into_iter().map(|edit| Edit {
            range: edit.range.start - lines.start..edit.range.end - lines.start,
            ..edit
        });
        splice(&text[lines.clone()], moved.collect())
    };
    let new: Vec<String> = groups.into_iter().map(new).collect();
    new.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
}

/// Returns the range of the lines that a range is in, with their line endings.
fn lines_of(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let ends_a_line = !range.is_empty() && text[..range.end].ends_with('\n');
    let line_end = || text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
    start..if ends_a_line { range.end } else { line_end() }
}

/// Returns the remedy that is shown to people as an edit: what `fix` does. The help says in words what is
/// only proposed.
pub(super) fn shown(finding: &Finding) -> Option<&Remedy> {
    let proved = finding.remedies.iter().find(|remedy| remedy.basis == Basis::Proved);
    proved.or_else(|| finding.remedies.first().filter(|_| finding.help.is_none()))
}

/// Returns the remedy as the last part of a finding, with the lines that it changes. Of one offset, the line is known.
pub(super) fn group<'a>(
    text: &'a str,
    remedy: &'a Remedy,
    (known, line): (usize, usize),
) -> Group<'a> {
    let mut edits = remedy.edits_of(text);
    edits.sort_by_key(|edit| edit.range.start);
    let first = edits.first().map_or(known, |edit| edit.range.start);
    let feeds = |range: Range<usize>| text[range].matches('\n').count();
    let line = line + feeds(known..first.max(known)) - feeds(first.min(known)..known).min(line - 1);
    let ranges: Vec<Range<usize>> = edits.iter().map(|edit| edit.range.clone()).collect();
    let from = Window::around(text, &ranges, line);
    let moved = |range: Range<usize>| range.start - from.start..range.end - from.start;
    let patches = edits.into_iter().map(|edit| Patch::new(moved(edit.range), edit.text));
    let title = Level::HELP.secondary_title(remedy.title.as_str());
    title.element(Snippet::source(from.text).line_start(from.line).patches(patches))
}

/// Returns the line that names `fix`; empty if it has nothing to do.
pub(super) fn hint(report: &Report) -> String {
    match report.findings().filter(|finding| finding.is_fixable()).count() {
        0 => String::new(),
        _ if report.is_fixed => String::new(),
        count => format!("{count} of these can be fixed by `mdbook-docktest fix`\n"),
    }
}

#[cfg(test)]
mod tests;
