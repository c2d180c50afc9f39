//! The edits of a chapter that put a new text into the block of an expectation.

use std::ops::Range;

use crate::model::fence::Fence;
use crate::model::scenario::Expectation;
use crate::text::keys;
use crate::text::splice::Edit;

/// Returns the edits that put a new text into its block.
pub(super) fn edits(text: &str, expectation: &Expectation, new: &str) -> Vec<Edit> {
    let fence = &expectation.fence;
    let prefix = prefix(text, expectation, fence);
    let eol = eol(text, fence);
    let mut new_lines: Vec<&str> = new.lines().collect();
    if let Some(at) = interrupt(text, expectation) {
        new_lines.insert(at.min(new_lines.len()), "^C");
    }
    let lines = new_lines.into_iter().map(|line| match line {
        "" => format!("{}{eol}", prefix.trim_end()),
        line => format!("{prefix}{line}{eol}"),
    });
    let mut edits = vec![Edit { range: expectation.body.clone(), text: lines.collect() }];
    edits.extend(longer_fence(text, fence, new));
    edits
}

/// Returns the index of the line among the expected ones that shows that Ctrl-C is pressed. It is not
/// expected itself, and stays.
fn interrupt(text: &str, expectation: &Expectation) -> Option<usize> {
    if !expectation.attributes.in_session || expectation.text.lines().any(keys::is_interrupt) {
        return None;
    }
    let mut lines = text[expectation.body.clone()].lines();
    lines.position(|line| keys::is_interrupt(line.trim_start_matches(['>', ' ', '\t'])))
}

/// Returns how lines of a block end.
pub(super) fn eol(text: &str, fence: &Fence) -> &'static str {
    if text[fence.block.clone()].contains("\r\n") { "\r\n" } else { "\n" }
}

/// Returns the prefix of each line of a block.
fn prefix(text: &str, expectation: &Expectation, fence: &Fence) -> String {
    let first = expectation.lines.iter().find(|line| !line.is_empty());
    let (line, is_own) = match first {
        Some(line) if expectation.body.contains(&line.start) => (line.start, true),
        _ => (fence.marks.start, false),
    };
    let line_start = text[..line].rfind('\n').map_or(0, |newline| newline + 1);
    let prefix = &text[line_start..line];
    if is_own {
        // The indent of a line is not part of the container's prefix.
        return prefix.to_owned();
    }
    // The first line of a list item has a marker where the other lines are indented.
    prefix
        .chars()
        .filter(|c| *c != '\u{feff}')
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect()
}

/// Returns edits that lengthen the fence, if a line of the content could close it.
fn longer_fence(text: &str, fence: &Fence, content: &str) -> Vec<Edit> {
    let marks = &text[fence.marks.clone()];
    let Some(mark) = marks.chars().next() else { return Vec::new() };
    let longest = longest_run(content, mark);
    let Some(closing) = fence.closing.as_ref().filter(|_| longest >= marks.len()) else {
        return Vec::new();
    };
    let new = String::from(mark).repeat(longest + 1);
    [fence.marks.clone(), closing.prefix.end..fence.block.end]
        .map(|range: Range<usize>| Edit { range, text: new.clone() })
        .into()
}

/// Returns the length of the longest run of a mark at the start of a line.
pub(super) fn longest_run(content: &str, mark: char) -> usize {
    let run = |line: &str| {
        let line = line.trim_start();
        line.len() - line.trim_start_matches(mark).len()
    };
    content.lines().map(run).max().unwrap_or_default()
}
