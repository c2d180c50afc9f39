//! The report for people: each finding in its place in the author's text, then one line of figures.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::{Chapter, Report};
use crate::model::finding::{Finding, Severity};
use crate::model::status::StepStatus;
use crate::terminal::plain;

/// Whether a report has colours, as ANSI escape sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// For a terminal that knows them.
    On,
    /// For everything else.
    Off,
}

/// How many steps of a chapter are named one by one.
const MOST_STEPS: usize = 3;

/// Writes the report as rustc would.
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
    let can_be_seen_again =
        |finding: &Finding| finding.is_error() && !finding.code.is_about_recordings();
    let chapters = report.chapters.iter();
    let wrong = chapters.filter(|chapter| chapter.findings.iter().any(can_be_seen_again));
    for path in wrong.flat_map(to_run_again) {
        text.push_str(&format!("To run it again: mdbook-docktest verify {}\n", quoted(&path)));
    }
    text.push_str(&summary(report));
    text
}

/// What to verify to see again what is wrong with a chapter: its steps, or all of it if that is
/// shorter, or if something else is wrong.
fn to_run_again(chapter: &Chapter) -> Vec<String> {
    let path = chapter.path.display();
    let steps = chapter.steps().iter().zip(chapter.statuses());
    let failed: Vec<String> = steps
        .filter(|(_, status)| *status == StepStatus::Failed)
        .map(|(step, _)| format!("{path}:{}", step.line))
        .collect();
    if (1..=MOST_STEPS).contains(&failed.len()) { failed } else { vec![path.to_string()] }
}

/// A finding with the lines that it is about. `text` is its file's, or empty where only the place is
/// shown.
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
        // annotate-snippets makes titles harmless, but lets messages style themselves; this one may
        // quote what a program printed.
        let help = plain(help).replace(is_bidirectional_control, "\u{fffd}");
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

/// Whether a character has a terminal show a text in another order than it has.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The finding's span without the line feeds at its end, which would be drawn as one more line;
/// cut at the end of the text, because a report must not fail over a chapter that was edited while
/// it ran.
fn visible(text: &str, finding: &Finding) -> Range<usize> {
    let boundary = |offset: usize| {
        (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let start = boundary(finding.span.start);
    let end = boundary(finding.span.end).max(start);
    start..start + text[start..end].trim_end().len()
}

/// The line of figures.
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

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:".contains(c);
    if path.chars().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
