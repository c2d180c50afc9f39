//! The boxes that GitHub calls alerts, `> [!WARNING]`, with titles in the book's words.
//!
//! mdBook writes the titles in English, and no Markdown replaces them. So the quote gets an element around it that looks like
//! mdBook's box, with a title of ours, and loses its marker. A box whose title is mdBook's own stays as it is.

use std::ops::Range;

use maud::{PreEscaped, html};
use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{BlockQuoteKind, Event, Tag};

use super::html::one_line;
use crate::model::markdown::Extensions;
use crate::render::labels::Labels;
use crate::terminal::plain;
use crate::text::byte_order_mark::{mark_len, without_mark};
use crate::text::splice::Edit;

mod icons;

/// A box of a chapter.
struct Alert {
    kind: BlockQuoteKind,
    /// From its first `>` up to the end of its last line.
    block: Range<usize>,
    /// The place of `[!WARNING]`.
    marker: Range<usize>,
}

/// Returns the edits of a chapter that give its boxes their titles. `next_line` returns the start of another line in the
/// container of a block.
pub(super) fn edits(
    text: &str,
    extensions: &Extensions,
    labels: &Labels,
    next_line: impl Fn(&Range<usize>) -> String,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for Alert { kind, block, marker } in alerts(text, extensions) {
        let (name, icon, english) = looks(kind);
        let title = title(kind, labels);
        if title == english {
            continue;
        }
        let heading = html! {
            p.blockquote-tag-title {
                svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" { path d=(icon) {} }
                (plain(title))
            }
        };
        // Closed below the quote.
        let opening = one_line(PreEscaped(format!(
            "<div class=\"docktest-alert blockquote-tag blockquote-tag-{name}\" role=\"note\" aria-label=\"{}\">{}",
            html! { (plain(title)) }.into_string(),
            heading.into_string()
        )));
        let next_line = next_line(&block);
        let closing = format!("{next_line}{}</div>", super::MARK);
        edits.push(Edit::insert(block.start, opening + &next_line));
        edits.push(Edit { range: marker, text: String::new() });
        edits.push(Edit::insert(block.end, closing));
    }
    edits
}

/// Returns the boxes of a chapter, in order.
fn alerts(text: &str, extensions: &Extensions) -> Vec<Alert> {
    if !(extensions.admonitions && text.contains("[!")) {
        return Vec::new();
    }
    let dropped = mark_len(text);
    let events = new_cmark_parser(without_mark(text), &extensions.to_options()).into_offset_iter();
    let alert = |(event, span): (Event<'_>, Range<usize>)| {
        let Event::Start(Tag::BlockQuote(Some(kind))) = event else { return None };
        let span = span.start + dropped..span.end + dropped;
        let quote = &text[span.clone()];
        let start = quote.find("[!")?;
        let marker = start..start + quote[start..].find(']')? + 1;
        let end = quote.trim_end_matches(['\r', '\n']).len();
        // In another quote, the span can end within the next line.
        let is_at_end = text[span.start + end..].chars().next().is_none_or(|c| "\r\n".contains(c));
        let end = if is_at_end { Some(end) } else { quote.rfind('\n') };
        let end = end.unwrap_or(quote.len());
        Some(Alert {
            kind,
            block: span.start..span.start + end,
            marker: span.start + marker.start..span.start + marker.end,
        })
    };
    events.filter_map(alert).collect()
}

/// Returns the suffix of mdBook's class for a kind of box, its icon, and the title that mdBook gives it.
fn looks(kind: BlockQuoteKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", icons::NOTE, "Note"),
        BlockQuoteKind::Tip => ("tip", icons::TIP, "Tip"),
        BlockQuoteKind::Important => ("important", icons::IMPORTANT, "Important"),
        BlockQuoteKind::Warning => ("warning", icons::WARNING, "Warning"),
        BlockQuoteKind::Caution => ("caution", icons::CAUTION, "Caution"),
    }
}

fn title(kind: BlockQuoteKind, labels: &Labels) -> &str {
    match kind {
        BlockQuoteKind::Note => labels.box_note(),
        BlockQuoteKind::Tip => labels.box_tip(),
        BlockQuoteKind::Important => labels.box_important(),
        BlockQuoteKind::Warning => labels.box_warning(),
        BlockQuoteKind::Caution => labels.box_caution(),
    }
}

#[cfg(test)]
mod tests;
