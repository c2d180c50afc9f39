//! Outcomes as HTML that mdBook takes as it is.
//!
//! An HTML block of CommonMark ends at a blank line, and what is printed may hold blank lines; so
//! a fragment is one physical line, with its line feeds as character references. It starts with a
//! comment, because a block that starts with one ends with the line that the comment ends in
//! (CommonMark 0.31, HTML blocks, kind 2), whereas after `<figure>` or `<div>` (kind 6) the
//! author's next lines would belong to it up to a blank line, and a blank line would make a tight
//! list loose. Output is in `<samp>` without `<code>`: mdBook adds its copy button and its
//! highlighter to code.

use maud::{Markup, html};

use super::MARK;
use super::outcome::{Outcome, Shown};
use super::provenance::Provenance;
use crate::finding::{Finding, Severity};
use crate::labels::Labels;
use crate::page::Page;
use crate::recording::Stream;
use crate::terminal::plain;

pub(super) fn outcome(outcome: &Outcome<'_>, id: &str, labels: &Labels) -> String {
    let markup = html! {
        @if !outcome.commands.is_empty() {
            figure.docktest id=(id) {
                figcaption { (caption(outcome, labels)) }
                @for shown in &outcome.commands { (command(shown, labels)) }
            }
        }
        @if !outcome.findings.is_empty() {
            div.docktest-findings role="note" {
                p { strong { (labels.finding()) } }
                @for finding in &outcome.findings { (self::finding(finding)) }
            }
        }
    };
    one_line(markup)
}

/// A line that says what the page rests on, with the details folded.
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

fn caption<'l>(outcome: &Outcome<'_>, labels: &'l Labels) -> &'l str {
    if outcome.commands.iter().all(Shown::is_all_stderr) {
        labels.error_output()
    } else {
        labels.output()
    }
}

fn command(shown: &Shown, labels: &Labels) -> Markup {
    let label = if shown.is_all_stderr() { labels.error_output() } else { labels.output() };
    html! {
        @if let Some(command) = &shown.command {
            p.docktest-command { kbd { (command.trim_end()) } }
        }
        @if !shown.pieces.is_empty() {
            // The focus is for scrolling by keyboard; the direction also isolates bidirectional
            // controls, which a program may print, from the rest of the page.
            pre tabindex="0" role="group" aria-label=(label) dir="ltr" translate="no" {
                samp {
                    @for piece in &shown.pieces {
                        @match piece.stream {
                            Stream::Stdout => (piece.text),
                            Stream::Stderr => span.docktest-stderr title=(labels.error_output()) { (piece.text) },
                            Stream::Typed => kbd { (piece.text) },
                        }
                    }
                }
            }
        }
        @for note in &shown.notes { p.docktest-note { (note) } }
    }
}

fn finding(finding: &Finding) -> Markup {
    let severity = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    html! {
        // Messages are in English on every page.
        p lang="en" {
            code { (severity) "[" (finding.code) "]" } " " (plain(&finding.message))
            @if let Some(help) = &finding.help { br; "help: " (plain(help)) }
        }
    }
}

/// Markup that is put into Markdown as one physical line; see above.
pub(super) fn one_line(markup: Markup) -> String {
    format!("{MARK}{}", markup.into_string().replace('\n', "&#10;"))
}
