//! Finds the parts of a fenced block in the chapter's text, which the parser does not report.

use std::ops::Range;

use super::attributes::language::language;
use crate::model::fence::{Closing, Fence};

/// Finds the parts of a block. `block` and `content_end` come from the parser: the range from fence
/// to fence, and the end of the last piece of content.
///
/// Returns `None` if `block` does not start with a fence.
pub(super) fn parts(text: &str, block: &Range<usize>, content_end: Option<usize>) -> Option<Fence> {
    let all = text.get(block.clone())?;
    let mark = all.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = all.len() - all.trim_start_matches(mark).len();
    let marks = block.start..block.start + length;

    let line_end = all.find('\n').map_or(block.end, |newline| block.start + newline);
    let info = trimmed(text, marks.end..line_end);

    let body_start = (line_end + 1).min(block.end);
    let last_line = all.rfind('\n').map_or(block.start, |newline| block.start + newline + 1);
    let content_end = content_end.unwrap_or(body_start);
    let closing = (last_line >= body_start && last_line > block.start)
        .then(|| trimmed(text, last_line..block.end))
        // Content can look like a fence, e.g. if it is indented; it then ends after this line
        // starts.
        .filter(|_| content_end <= last_line)
        .and_then(|line| closing_marks(text, last_line..line.end, mark, length))
        .map(|marks| (Closing { prefix: last_line..marks.start }, marks.end));
    let (closing, body_end, end) = match closing {
        Some((closing, end)) => (Some(closing), last_line, end),
        None => (None, block.end, block.end),
    };
    let language = language(&text[info.clone()]).span;
    let language = info.start + language.start..info.start + language.end;
    Some(Fence {
        block: block.start..end,
        marks,
        info,
        language,
        body: body_start..body_end,
        closing,
    })
}

fn closing_marks(
    text: &str,
    line: Range<usize>,
    mark: char,
    at_least: usize,
) -> Option<Range<usize>> {
    let before = text[line.clone()].trim_end_matches(mark);
    let start = line.start + before.len();
    let is_prefix = before.chars().all(|c| matches!(c, ' ' | '\t' | '>'));
    (is_prefix && line.end - start >= at_least).then_some(start..line.end)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let all = &text[range.clone()];
    let start = range.start + (all.len() - all.trim_ascii_start().len());
    let end = range.end - (all.len() - all.trim_ascii_end().len());
    if start < end { start..end } else { range.start..range.start }
}
