//! Fences that are indented so far that Markdown takes them for text: below a tab or a box of MkDocs, or in a list.

use super::Extraction;
use super::attributes::{self, Info};
use super::blocks::CodeBlock;
use super::unmarked::look_of;

/// A fence in indented code.
struct Inner<'a> {
    /// Where its line starts in the content.
    start: usize,
    info: &'a str,
    code: String,
}

impl Extraction<'_> {
    /// Reports those in a block of indented code that would have commands.
    pub(super) fn take_indented_fences(&mut self, block: &CodeBlock) {
        for inner in fences(&block.content) {
            let has_commands = match attributes::parse(inner.info) {
                Info::Step { attributes, .. } => !attributes.ignore && !inner.code.is_empty(),
                Info::Other(kind) => look_of(kind, &inner.code).is_some(),
                Info::Output { .. } => false,
            };
            if has_commands && let Some(place) = block.line_at(inner.start) {
                let why = "its fence is indented by four blanks or more, and so it is text";
                let help = "indent the block like the text above it";
                self.not_a_step(place, why, help.to_owned(), Vec::new());
            }
        }
    }
}

fn fences(text: &str) -> Vec<Inner<'_>> {
    let mut fences: Vec<Inner<'_>> = Vec::new();
    let mut is_open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| content.starts_with(mark));
        match (mark, fences.last_mut()) {
            (Some(_), _) if is_open => is_open = false,
            (Some(_), _) => {
                let info = content.trim_start_matches(['`', '~']);
                fences.push(Inner { start, info, code: String::new() });
                is_open = true;
            }
            (None, Some(inner)) if is_open => inner.code.extend([content, "\n"]),
            (None, _) => {}
        }
        start += line.len();
    }
    fences
}
