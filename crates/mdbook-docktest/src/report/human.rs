//! The report for people: each finding with an excerpt of the text, then the summary.

use std::iter;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Chapter, Report, remedies};
use crate::model::finding::{Finding, Severity};
use crate::model::status::StepStatus;
use crate::terminal::plain;

/// Whether a report has colours, as ANSI escape sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// For a terminal that supports them.
    On,
    /// For anything else.
    Off,
}

/// The number of failed steps of a chapter up to which each one is named.
const MOST_STEPS: usize = 3;

/// Formats the report in the style of rustc.
pub(crate) fn human(report: &Report, colours: Colours) -> String {
    let renderer = match colours {
        Colours::On => Renderer::styled(),
        Colours::Off => Renderer::plain(),
    };
    let mut text = String::new();
    for chapter in &report.chapters {
        for finding in chapter.findings_in_order() {
            text.push_str(&excerpt(chapter.text(), finding, &renderer));
            text.push_str("\n\n");
        }
    }
    for finding in &report.files {
        text.push_str(&excerpt("", finding, &renderer));
        text.push_str("\n\n");
    }
    for chapter in &report.chapters {
        let steps = chapter.steps_kept_from_running();
        if steps > 0 {
            let (path, steps) = (chapter.path.display(), counted(steps, "step"));
            text.push_str(&format!("Not run because of its errors: {path} ({steps})\n"));
        }
    }
    let can_be_verified_again =
        |finding: &Finding| finding.is_error() && !finding.code.is_about_recordings();
    let chapters = report.chapters.iter();
    let failed = chapters.filter(|chapter| chapter.findings.iter().any(can_be_verified_again));
    for path in failed.flat_map(to_rerun) {
        text.push_str(&format!("To run it again: mdbook-docktest verify {}\n", quoted(&path)));
    }
    text.push_str(&remedies::hint(report));
    text.push_str(&summary(report));
    text
}

/// Returns the arguments of `verify` that reproduce the errors of a chapter: its failed steps, or
/// the whole chapter if there are many, or if no step failed.
fn to_rerun(chapter: &Chapter) -> Vec<String> {
    let path = chapter.path.display();
    let steps = chapter.steps().iter().zip(chapter.statuses());
    let failed: Vec<String> = steps
        .filter(|(_, status)| *status == StepStatus::Failed)
        .map(|(step, _)| format!("{path}:{}", step.line))
        .collect();
    if (1..=MOST_STEPS).contains(&failed.len()) { failed } else { vec![path.to_string()] }
}

/// Formats a finding with the lines that it is about. `text` is the text of the file, or empty to
/// show only the place.
fn excerpt(text: &str, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let path = finding.path.to_string_lossy();
    let title = level.primary_title(finding.message.as_str()).id(finding.code.name());
    let mut group = if text.is_empty() {
        title.element(Origin::path(path.as_ref()).line(finding.line).char_column(finding.column))
    } else {
        let place = AnnotationKind::Primary.span(visible(text, finding));
        let source = Snippet::source(text);
        title.element(source.path(path.as_ref()).annotation(place))
    };
    if let Some(help) = &finding.help {
        // annotate-snippets sanitizes titles, but passes escape sequences in messages through, and
        // this one may quote the output of a program.
        let help = plain(help).replace(is_bidirectional_control, "\u{fffd}");
        group = group.element(Level::HELP.message(help));
    }
    let remedy = remedies::shown(finding).filter(|_| !text.is_empty());
    let groups: Vec<Group<'_>> =
        iter::once(group).chain(remedy.map(|remedy| remedies::group(text, remedy))).collect();
    renderer.render(&groups)
}

/// Whether a character makes a terminal show text in another order.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the finding's span without trailing line feeds, which would be drawn as one more line.
/// It is cut at the end of the text, as the chapter may have been edited while it was running.
fn visible(text: &str, finding: &Finding) -> Range<usize> {
    let boundary = |offset: usize| {
        (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let start = boundary(finding.span.start);
    let end = boundary(finding.span.end).max(start);
    start..start + text[start..end].trim_end().len()
}

/// Formats the summary line.
pub(super) fn summary(report: &Report) -> String {
    let summary = report.summary();
    format!(
        "{}, {}: {} passed, {} failed, {} skipped, {} ignored\n",
        counted(summary.chapters, "chapter"),
        counted(summary.steps, "step"),
        summary.passed,
        summary.failed,
        summary.skipped,
        summary.ignored,
    )
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Quotes a path for a shell.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:".contains(c);
    if path.chars().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
