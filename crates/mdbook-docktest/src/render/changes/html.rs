//! The list of changes as HTML.

use maud::{Markup, html};

use super::entry::{Entry, Part, Sign};
use crate::render::html::one_line;
use crate::render::labels::Labels;

/// Returns one physical line of HTML, of at most `spare` bytes plus 1.6 times its text. The signs that are not
/// among those `explained` on the page are explained, and added to them.
///
/// If names and paths take too many bytes as elements, they are plain text; if that is still too much,
/// the last entry says how many changes are left out.
pub(in crate::render) fn html(
    entries: &[Entry],
    explained: &mut Vec<Sign>,
    spare: usize,
    labels: &Labels,
) -> String {
    let mut legend = Vec::new();
    for entry in entries {
        if !explained.contains(&entry.sign) {
            explained.push(entry.sign);
            legend.push(entry.sign);
        }
    }
    let legend = Legend { signs: &legend, labels };
    let items: Vec<Item> = entries.iter().map(|entry| Item::new(entry, true, labels)).collect();
    if fitting(&items, spare, &legend) == items.len() {
        return list(&items, None, &legend);
    }
    let items: Vec<Item> = entries.iter().map(|entry| Item::new(entry, false, labels)).collect();
    let kept = fitting(&items, spare, &legend);
    if kept == items.len() {
        return list(&items, None, &legend);
    }
    // Never leave out a single change: the note would take its place.
    let rest = Item::rest(items.len(), labels);
    let kept = fitting(&items, spare.saturating_sub(rest.markup.0.len()), &legend);
    let kept = kept.min(items.len().saturating_sub(2));
    list(&items[..kept], Some(items.len() - kept), &legend)
}

/// The signs to explain.
struct Legend<'a> {
    signs: &'a [Sign],
    labels: &'a Labels,
}

struct Item {
    markup: Markup,
    /// How many bytes of it are text.
    text: usize,
}

impl Item {
    fn new(entry: &Entry, has_elements: bool, labels: &Labels) -> Self {
        let sign = entry.sign.character();
        let markup = html! {
            li {
                @match entry.sign.label(labels) {
                    Some(label) => b role="img" aria-label=(label) { (sign) },
                    None => b aria-hidden="true" { (sign) },
                }
                " "
                @for part in &entry.parts {
                    @match part {
                        Part::Name(name) if has_elements => code { (name) },
                        Part::Text(text) | Part::Name(text) => (text),
                    }
                }
                @if entry.count > 1 { "\u{a0}×" (entry.count) }
            }
        };
        let text = html! { (entry.text()) }.0.len();
        Self { markup, text }
    }

    fn rest(count: usize, labels: &Labels) -> Self {
        let text = labels.more_changes(count);
        Self { markup: html! { li { (text) } }, text: 0 }
    }
}

/// How many of the first items fit.
fn fitting(items: &[Item], spare: usize, legend: &Legend<'_>) -> usize {
    let mut size = list(&[], None, legend).len();
    let mut text = 0;
    items
        .iter()
        .take_while(|item| {
            size += item.markup.0.len();
            text += item.text;
            size <= spare + text * 8 / 5
        })
        .count()
}

fn list(items: &[Item], left_out: Option<usize>, legend: &Legend<'_>) -> String {
    let Legend { signs, labels } = legend;
    one_line(html! {
        figure.docktest-effects {
            figcaption {
                (labels.changes())
                @if !signs.is_empty() {
                    " "
                    small {
                        "("
                        @for (place, sign) in signs.iter().enumerate() {
                            @if place > 0 { ", " }
                            (sign.character()) "\u{a0}" (sign.meaning(labels))
                        }
                        ")"
                    }
                }
            }
            // Safari does not expose a list without markers as a list, unless it has the role.
            ul role="list" {
                @for item in items { (item.markup) }
                @if let Some(count) = left_out { (Item::rest(count, labels).markup) }
            }
        }
    })
}
