//! Outcomes as HTML that mdBook passes through unchanged.
//!
//! A CommonMark HTML block ends at a blank line, and output may have blank lines; so a fragment is one
//! physical line, with line feeds as character references. It starts with a comment, because such a
//! block ends at the end of the line with the comment's end (CommonMark 0.31, HTML blocks, kind 2).
//! After `<figure>` or `<div>` (kind 6), the author's next lines would belong to the block up to a
//! blank line, which in turn would make a tight list loose. Output is in `<samp>` without `<code>`,
//! because mdBook adds its copy button and its highlighter to code.

use maud::{Markup, PreEscaped, html};

use super::outcome::{Outcome, Shown};
use super::playback::Playback;
use super::provenance::Provenance;
use super::{MARK, markdown};
use crate::model::finding::{Finding, Severity};
use crate::model::scenario::ChapterFile;
use crate::render::labels::Labels;
use crate::render::page::Page;
use crate::terminal::{Piece, plain};

mod fold;
mod samp;

use fold::fold;
use samp::{Detail, Samp};

/// The bytes that a step may add to its page, in addition to 1.6 times the text that it shows.
pub(super) const STEP: usize = 1024;
/// The part of [`STEP`] for the figure. The rest, and what the figure does not use, is for the changes.
const FIGURE: usize = 640;

/// The output and the findings of a step as HTML.
pub(super) struct Printed {
    /// The HTML, on one physical line.
    pub(super) html: String,
    /// The bytes that the step may still add to its page.
    pub(super) spare: usize,
}

pub(super) fn outcome(outcome: &Outcome<'_>, id: &str, labels: &Labels) -> Printed {
    let mut markup = html! {};
    let mut spare = STEP;
    if !outcome.commands.is_empty() {
        let Figure { markup: content, text } = within_limit(outcome, labels);
        markup = html! { figure.docktest id=(id) { (content) } };
        spare = (STEP + text * 8 / 5).saturating_sub(MARK.len() + markup.0.len());
    }
    if !outcome.findings.is_empty() {
        let findings = html! {
            div.docktest-findings role="note" {
                p { strong { (labels.finding()) } }
                @for finding in &outcome.findings { (self::finding(finding)) }
            }
        };
        markup.0.push_str(&findings.0);
    }
    // Measured before references are inserted: mdBook's renderer converts them back to characters.
    Printed { html: one_line(markup), spare: spare.min(STEP) }
}

/// The caption of a block that is written to a file.
pub(super) fn file(file: &ChapterFile, labels: &Labels) -> String {
    let label = if file.appends { labels.added_to_file() } else { labels.file() };
    one_line(html! {
        p.docktest-file {
            (label) " " code translate="no" { (plain(&file.name)) }
            @if let Some(mode) = &file.mode { " · " (labels.mode(mode)) }
        }
    })
}

/// The values that took the place of placeholders.
pub(super) fn values(label: &str, values: &[(&str, &str)]) -> String {
    one_line(html! {
        p.docktest-values {
            (label)
            @for (index, (placeholder, value)) in values.iter().enumerate() {
                @if index > 0 { "," }
                " " code translate="no" { (plain(placeholder)) } " = "
                code translate="no" { (plain(value)) }
            }
        }
    })
}

/// The provenance of the page: a summary line, with the details folded.
pub(super) fn provenance(provenance: &Provenance, page: &Page) -> String {
    one_line(html! {
        details.docktest-provenance {
            summary { (plain(&provenance.summary)) }
            dl {
                @for (term, description) in &provenance.details {
                    dt { (term) }
                    dd { (plain(description)) }
                }
            }
            @if let Some(href) = &page.verifications {
                p { a href=(href) { (page.labels.verifications()) } }
            }
        }
    })
}

/// Renders a figure within its limit: if it is too large, without colours and playback; if that is still
/// too large, as plain text.
fn within_limit(outcome: &Outcome<'_>, labels: &Labels) -> Figure {
    for detail in [Detail::Full, Detail::Streams] {
        let figure = Figure::new(outcome, detail, labels);
        if figure.markup.0.len() <= figure.text * 8 / 5 + FIGURE {
            return figure;
        }
    }
    let mut samp = Samp::default();
    samp.text(&markdown::transcript(&outcome.commands));
    let (is_mixed, label) = caption(outcome, labels);
    let label = if is_mixed { labels.mixed_output() } else { label };
    let text = samp.text;
    let markup = html! {
        figcaption { (label) }
        (block(label, samp, None, labels))
    };
    Figure { markup, text }
}

/// The content of a step's figure.
struct Figure {
    markup: Markup,
    /// The bytes of text in the markup.
    text: usize,
}

impl Figure {
    fn new(outcome: &Outcome<'_>, detail: Detail, labels: &Labels) -> Self {
        let (is_mixed, label) = caption(outcome, labels);
        let mut figure = Self { markup: html! {}, text: 0 };
        let caption = html! {
            figcaption {
                (label)
                @if is_mixed { " " span.err { (labels.error_output()) } }
            }
        };
        figure.markup.0.push_str(&caption.0);
        for shown in &outcome.commands {
            figure.command(shown, detail, labels);
        }
        figure
    }

    fn command(&mut self, shown: &Shown, detail: Detail, labels: &Labels) {
        let label = if shown.is_all_stderr() { labels.error_output() } else { labels.output() };
        let command = shown.command.as_ref().map(|command| {
            let mut kbd = Samp::default();
            kbd.text(command.trim_end());
            self.text += kbd.text;
            kbd
        });
        let (visible, folded) = fold(&shown.pieces);
        let visible = self.samp(&visible, detail);
        let folded = folded.map(|folded| (self.samp(&folded.pieces, detail), folded.lines));
        let playback = shown.playback.as_ref().filter(|_| detail == Detail::Full);
        let markup = html! {
            @if let Some(kbd) = command {
                p.docktest-command data-prompt=[&shown.prompt] { kbd { (PreEscaped(kbd.html)) } }
            }
            @if !shown.pieces.is_empty() { (block(label, visible, playback, labels)) }
            @if let Some((samp, lines)) = folded {
                details {
                    summary { (labels.more_lines(labels.number(lines))) }
                    (block(label, samp, None, labels))
                }
            }
            @if !shown.notes.is_empty() {
                p.docktest-note { (shown.notes.join(" · ")) }
            }
        };
        self.markup.0.push_str(&markup.0);
    }

    fn samp(&mut self, pieces: &[Piece], detail: Detail) -> Samp {
        let samp = Samp::new(pieces, detail);
        self.text += samp.text;
        samp
    }
}

/// Whether there is output of both streams, and the caption of the figure.
fn caption<'l>(outcome: &Outcome<'_>, labels: &'l Labels) -> (bool, &'l str) {
    if outcome.commands.iter().all(Shown::is_all_stderr) {
        (false, labels.error_output())
    } else {
        (outcome.commands.iter().any(Shown::has_stderr), labels.output())
    }
}

/// A block of output. It is focusable for scrolling by keyboard. Its text is always left to right,
/// whatever the direction of the page.
fn block(label: &str, samp: Samp, playback: Option<&Playback>, labels: &Labels) -> Markup {
    let note =
        playback.filter(|playback| playback.is_shortened).map(|_| labels.silences_shortened());
    html! {
        pre
            tabindex="0" role="group" aria-label=(label) dir="ltr" translate="no"
            data-docktest-times=[playback.map(|playback| &playback.delays)]
            data-label=[playback.map(|_| labels.playback())]
            data-play=[playback.map(|_| labels.play())]
            data-pause=[playback.map(|_| labels.pause())]
            data-restart=[playback.map(|_| labels.restart())]
            data-note=[note]
        { samp { (PreEscaped(samp.html)) } }
    }
}

fn finding(finding: &Finding) -> Markup {
    let severity = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    html! {
        // Messages are always in English.
        p lang="en" {
            code { (severity) "[" (finding.code) "]" } " " (plain(&finding.message))
            @if let Some(help) = &finding.help { br; "help: " (plain(help)) }
        }
    }
}

/// Converts markup to one physical line of Markdown; see the module's documentation.
///
/// Escapes double braces for preprocessors that run later: `links` would replace `{{#include}}` in
/// output by a file. mdBook's renderer converts the references back to characters.
pub(super) fn one_line(markup: Markup) -> String {
    let html = markup.into_string().replace('\n', "&#10;").replace("{{", "{&#123;");
    format!("{MARK}{html}")
}

#[cfg(test)]
mod tests;
