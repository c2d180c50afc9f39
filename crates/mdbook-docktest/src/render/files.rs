//! Blocks that are written to files, and values that took the place of placeholders.

use super::fragments::Fragments;
use super::{Rendering, html, markdown};
use crate::model::scenario::{ChapterFile, Substitution};
use crate::render::page::{Page, Renderer};
use crate::text::splice::Edit;

impl Rendering<'_> {
    /// Gives a block that is written to a file its caption, or hides it.
    pub(super) fn file(&self, file: &ChapterFile, edits: &mut Vec<Edit>) {
        let Page { labels, renderer, .. } = self.page;
        let fence = &file.fence;
        if file.hidden {
            let text = self.nothing(&fence.block);
            edits.push(Edit { range: fence.block.clone(), text });
            return;
        }
        let next_line = self.next_line_after(&fence.block);
        let caption = match renderer {
            Renderer::Html => html::file(file, labels),
            // A blank line keeps it from continuing a paragraph.
            Renderer::Markdown if self.is_below_text(&fence.block) => {
                next_line.clone() + &markdown::file(file, labels)
            }
            Renderer::Markdown => markdown::file(file, labels),
        };
        edits.push(Edit::insert(fence.block.start, caption + &next_line));
        edits.push(Edit { range: fence.info.clone(), text: file.language.clone() });
        let mut below = Fragments::new(*renderer);
        let values = shown(&file.text, &file.substitutions);
        below.values(labels.written_with(), &without_repetition(values));
        if !below.is_empty() {
            let next_line = self.next_line(fence);
            edits.push(Edit::insert(fence.block.end, next_line.clone() + &below.join(&next_line)));
        }
    }
}

/// Returns the placeholders of a text with the values that took their place. A value that is the same
/// tells the reader nothing.
pub(super) fn shown<'a>(
    text: &'a str,
    substitutions: &'a [Substitution],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = substitutions
        .iter()
        .map(|substitution| (&text[substitution.range.clone()], substitution.value.as_str()));
    pairs.filter(|(placeholder, value)| placeholder != value)
}

pub(super) fn without_repetition<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for pair in pairs {
        if !found.contains(&pair) {
            found.push(pair);
        }
    }
    found
}
