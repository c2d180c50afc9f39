//! The list as HTML.

use maud::{Markup, html};

use super::{Entry, Part};
use crate::labels::Labels;
use crate::render::html::one_line;

/// How many entries are shown; of a longer list, the end is folded.
const SHOWN: usize = 12;

/// One physical line of HTML.
pub(in crate::render) fn html(entries: &[Entry], labels: &Labels) -> String {
    // So that what is folded is never a single entry.
    let shown = if entries.len() > SHOWN { SHOWN - 1 } else { entries.len() };
    let (shown, folded) = entries.split_at(shown);
    one_line(html! {
        // Safari takes a list without markers for none, unless it is told.
        ul.docktest-effects role="list" aria-label=(labels.changes()) {
            @for entry in shown { (item(entry, labels)) }
            @if !folded.is_empty() {
                li {
                    details {
                        summary { (labels.more_changes(folded.len())) }
                        ul role="list" { @for entry in folded { (item(entry, labels)) } }
                    }
                }
            }
        }
    })
}

fn item(entry: &Entry, labels: &Labels) -> Markup {
    let sign = entry.sign.character();
    html! {
        li {
            @match entry.sign.label(labels) {
                Some(label) => b role="img" aria-label=(label) { (sign) },
                None => b aria-hidden="true" { (sign) },
            }
            " "
            @for part in &entry.parts {
                @match part {
                    Part::Text(text) => (text),
                    Part::Name(name) => code { (name) },
                }
            }
            @if entry.count > 1 { "\u{a0}×" (entry.count) }
        }
    }
}
