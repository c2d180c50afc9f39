//! Finds the fences that are indented so far that they go on from the text above: to every viewer they are text.
//!
//! The content of a list item or of an admonition of MkDocs is often written so.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::is_unseen;
use crate::text::splice::Edit;

/// A block whose fence is in a paragraph.
pub(in crate::extract) struct Misplaced {
    /// The line of its fence, without its indentation.
    pub(in crate::extract) opening: Range<usize>,
    /// The end of its last line, if that is a fence.
    pub(in crate::extract) end: Option<usize>,
    /// What makes a block of it: its lines are indented like the text above. Nothing if that is not clear.
    pub(in crate::extract) edits: Vec<Edit>,
    /// Whether every viewer shows the text above in the same way.
    pub(in crate::extract) is_plain: bool,
}

/// The marker of a list item, with its indentation and the blanks after it.
static ITEM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ *(?:[-*+]|\d{1,9}[.)]) +").expect("the regex is valid"));

/// Returns the block whose fence text in a paragraph begins with, if it looks like commands.
pub(in crate::extract) fn misplaced(text: &str, start: usize) -> Option<Misplaced> {
    let mark = ["```", "~~~"].into_iter().find(|mark| text[start..].starts_with(mark))?;
    let line_start = text[..start].rfind('\n')? + 1;
    let indent = &text[line_start..start];
    let mut lines = text[line_start..].split_inclusive('\n');
    let opening = lines.next()?[indent.len()..].trim_end();
    let info = opening.trim_start_matches(&mark[..1]);
    if info.contains('`') || !indent.chars().all(|c| matches!(c, ' ' | '\t' | '>')) {
        return None;
    }
    let marks = &opening[..opening.len() - info.len()];
    let mut content = String::new();
    let mut end = None;
    let mut at = line_start + indent.len() + opening.len();
    at += text[at..].find('\n').map_or(0, |feed| feed + 1);
    for line in lines {
        let Some(inner) =
            line.strip_prefix(indent).or_else(|| line.trim().is_empty().then_some("\n"))
        else {
            break;
        };
        at += line.len();
        if inner.starts_with(marks) && inner.trim_end().trim_start_matches(&mark[..1]).is_empty() {
            end = Some(at);
            break;
        }
        content.push_str(inner);
    }
    if !is_unseen(info, &content) {
        return None;
    }
    let above = above(text, line_start)?;
    let column = ITEM
        .find(above)
        .map_or(above.len() - above.trim_start_matches(' ').len(), |item| item.len());
    let can_move = indent.chars().all(|c| c == ' ') && column < indent.len();
    let edits = end
        .filter(|_| can_move)
        .map(|end| without_indent(text, line_start..end, column..indent.len()));
    Some(Misplaced {
        opening: start..start + opening.len(),
        end,
        edits: edits.unwrap_or_default(),
        is_plain: !["!!!", "???", "==="].iter().any(|sign| above.trim_start().starts_with(sign)),
    })
}

/// The first line of the paragraph, or of the list item, that goes on above a line.
fn above(text: &str, line_start: usize) -> Option<&str> {
    let mut first = None;
    for line in text[..line_start].lines().rev() {
        if line.trim().is_empty() {
            break;
        }
        first = Some(line);
        if ITEM.is_match(line) {
            break;
        }
    }
    first
}

/// Removes these columns, which are blank, from each line.
fn without_indent(text: &str, lines: Range<usize>, columns: Range<usize>) -> Vec<Edit> {
    let mut start = lines.start;
    let mut edits = Vec::new();
    for line in text[lines].split_inclusive('\n') {
        if line.len() > columns.end && !line.trim().is_empty() {
            let range = start + columns.start..start + columns.end;
            edits.push(Edit { range, text: String::new() });
        }
        start += line.len();
    }
    edits
}
