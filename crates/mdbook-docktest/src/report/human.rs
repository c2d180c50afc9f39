//! The report for people: the first findings with an excerpt of the text, the others on one line each, then the
//! summary.

use std::iter;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::window::Window;
use super::{Chapter, NamedEngine, Part, Report, remedies};
use crate::model::finding::{Finding, Severity};
use crate::model::status::StepStatus;
use crate::terminal::plain;

mod brief;
mod matrix;

use brief::{Listed, Shown};

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
/// The most commands to run failed steps again that are shown.
const MOST_COMMANDS: usize = 10;

/// Formats the report in the style of rustc. Of many findings, the first are shown in full.
pub(crate) fn human(report: &Report, colours: Colours) -> String {
    format(report, colours, brief::select)
}

/// Formats the report with all findings in full.
pub(crate) fn human_in_full(report: &Report, colours: Colours) -> String {
    format(report, colours, |findings| Listed { in_full: findings, ..Listed::default() })
}

fn format<'a>(
    report: &'a Report,
    colours: Colours,
    select: impl Fn(Vec<Shown<'a>>) -> Listed<'a>,
) -> String {
    let renderer = match colours {
        Colours::On => Renderer::styled(),
        Colours::Off => Renderer::plain(),
    };
    let chapters = report.chapters.iter().flat_map(|chapter| {
        let shown = |finding: &'a Finding| {
            let (source, place) = chapter.source(finding);
            Shown { finding, source, place, is_as_read: is_same(source, chapter.text()) }
        };
        chapter.findings_in_order().map(shown)
    });
    let files = report.files.iter();
    let files = files.map(|finding| Shown { finding, source: "", place: 0..0, is_as_read: false });
    let Listed { in_full, on_one_line, has_more } = select(chapters.chain(files).collect());
    let mut text = String::new();
    for shown in in_full {
        text.push_str(&excerpt(&shown, &renderer));
        text.push_str("\n\n");
    }
    text.push_str(&brief::lines(&on_one_line));
    if has_more {
        text.push_str("To see all findings in full: add `--all-findings`\n");
    }
    for chapter in &report.chapters {
        let steps = chapter.steps_kept_from_running();
        if steps > 0 {
            let (path, steps) = (chapter.path.display(), counted(steps, "step"));
            text.push_str(&format!("Not run because of its errors: {path} ({steps})\n"));
        }
    }
    text.extend(report.chapters.iter().flat_map(skipped_for_engine));
    let can_be_verified_again =
        |finding: &Finding| finding.is_error() && !finding.code.is_about_recordings();
    let chapters = report.chapters.iter();
    let failed = chapters.filter(|chapter| chapter.findings.iter().any(can_be_verified_again));
    let mut again = failed.flat_map(to_rerun);
    for arguments in again.by_ref().take(MOST_COMMANDS) {
        text.push_str(&format!("To run it again: mdbook-docktest verify {arguments}\n"));
    }
    if again.next().is_some() {
        text.push_str("To run another step again: mdbook-docktest verify FILE:LINE\n");
    }
    text.push_str(&remedies::hint(report));
    text.push_str(&summary(report, colours));
    text
}

/// Whether two texts are the same. Mostly they are the same memory, which is then not read.
fn is_same(one: &str, other: &str) -> bool {
    std::ptr::eq(one, other) || one == other
}

/// Returns a line for each step that is for other versions of the engine.
fn skipped_for_engine(chapter: &Chapter) -> impl Iterator<Item = String> {
    let steps = chapter.steps().iter().zip(chapter.statuses());
    let on = chapter.engine.as_ref().map(NamedEngine::suffix).unwrap_or_default();
    steps.filter(|(_, status)| *status == StepStatus::OtherEngine).map(move |(step, _)| {
        let reason = step.for_engine().unwrap_or_default();
        format!("{}:{}: skipped: {reason}{on}\n", chapter.path.display(), step.line)
    })
}

/// Returns the arguments of `verify` that reproduce the errors of a chapter: its failed steps, or
/// the whole chapter if there are many, or if no step failed.
fn to_rerun(chapter: &Chapter) -> Vec<String> {
    let path = chapter.path.display();
    let steps = chapter.steps().iter().zip(chapter.statuses());
    let mut failed: Vec<String> = steps
        .filter(|(_, status)| *status == StepStatus::Failed)
        .map(|(step, _)| format!("{path}:{}", step.line))
        .collect();
    // Steps that the same line includes.
    failed.dedup();
    if !(1..=MOST_STEPS).contains(&failed.len()) {
        failed = vec![path.to_string()];
    }
    let engine = chapter.engine.as_ref().map(|engine| format!("--engines {} ", engine.name));
    let engine = engine.unwrap_or_default();
    failed.iter().map(|path| format!("{engine}{}", quoted(path))).collect()
}

/// Formats a finding with the lines that it is about. `text` is the text of the file, or empty to
/// show only the place.
fn excerpt(shown: &Shown<'_>, renderer: &Renderer) -> String {
    let Shown { finding, source: text, place, is_as_read } = shown;
    let level = match finding.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let path = finding.path.to_string_lossy();
    let title = level.primary_title(finding.message.as_str()).id(finding.code.name());
    let place = visible(text, place.clone());
    let from = Window::around(text, std::slice::from_ref(&place), finding.line);
    let mut group = if text.is_empty() {
        title.element(Origin::path(path.as_ref()).line(finding.line).char_column(finding.column))
    } else {
        let source = Snippet::source(from.text).line_start(from.line);
        let place = AnnotationKind::Primary.span(place.start - from.start..place.end - from.start);
        title.element(source.path(path.as_ref()).annotation(place))
    };
    if let Some(help) = &finding.help {
        // annotate-snippets sanitizes titles, but passes escape sequences in messages through.
        group = group.element(Level::HELP.message(harmless(help)));
    }
    let remedy = remedies::shown(finding).filter(|_| *is_as_read && !text.is_empty());
    let remedy = remedy.map(|remedy| remedies::group(text, remedy, (place.start, finding.line)));
    let groups: Vec<Group<'_>> = iter::once(group).chain(remedy).collect();
    renderer.render(&groups)
}

/// Returns a text that may quote the output of a program, so that a terminal shows all of it as it is.
fn harmless(text: &str) -> String {
    plain(text).replace(is_bidirectional_control, "\u{fffd}")
}

/// Whether a character makes a terminal show text in another order.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a finding's span without trailing line feeds, which would be drawn as one more line.
/// It is cut at the end of the text, as the chapter may have been edited while it was running.
fn visible(text: &str, place: Range<usize>) -> Range<usize> {
    let boundary = |offset: usize| {
        (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let start = boundary(place.start);
    let end = boundary(place.end).max(start);
    start..start + text[start..end].trim_end().len()
}

/// Formats the summary line; before it, the table of several engines, and which part of the chapters these are.
pub(super) fn summary(report: &Report, colours: Colours) -> String {
    let summary = report.summary();
    let engines = report.engines.len();
    let chapters = counted(summary.chapters / engines.max(1), "chapter");
    let on_engines = match engines {
        0 => String::new(),
        count => format!(" on {}", counted(count, "engine")),
    };
    let part = report.part.map_or_else(String::new, |Part { partition, of_chapters }| {
        format!("partition {partition}, of {}: ", counted(of_chapters, "chapter"))
    });
    format!(
        "{}{part}{chapters}{on_engines}, {}: {} passed, {} failed, {} skipped, {} ignored\n",
        matrix::table(report, colours),
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
