//! A new block above a step, in the same list or quote.

use crate::model::scenario::Step;
use crate::text::splice::Edit;

/// Returns the edit that inserts a block with this info string and content above a step; `None` if the step begins in the
/// line of a list's mark, or the content could close the block.
pub(super) fn block_above(text: &str, step: &Step, info: &str, content: &str) -> Option<Edit> {
    let start = step.fence.marks.start;
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let prefix = &text[line..start];
    let is_container = prefix.chars().all(|c| matches!(c, ' ' | '\t' | '>'));
    let is_fenced = text[step.fence.marks.clone()].starts_with(['`', '~']);
    if !is_container || !is_fenced || content.contains("```") {
        return None;
    }
    let fence = [format!("```{info}")].into_iter();
    let content = content.lines().map(str::to_owned);
    let lines = fence.chain(content).chain(["```".to_owned(), String::new()]);
    let lines = lines.map(|line| format!("{}\n", format!("{prefix}{line}").trim_end()));
    Some(Edit::insert(line, lines.collect()))
}
