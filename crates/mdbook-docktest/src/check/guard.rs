//! Steps with the attribute `guard`: if one fails, the rest of its chapter does not run.

use crate::model::finding::{self, Code, Level};
use crate::model::scenario::Step;
use crate::text::position::LineStarts;

/// Whether a guard with these findings has failed. The book's lints do not matter: they decide what is reported, and
/// whatever a guard is there for is as true in a book that tolerates failures. Old values and the like are no failure.
pub(crate) fn has_failed(codes: &[Code]) -> bool {
    codes.iter().any(|code| code.default_level() == Level::Deny)
}

/// Returns the message about a step that did not run because of a guard. `failure` is the place of the guard's first finding
/// in the chapter; `None` if it did not run.
pub(super) fn consequence(
    (text, lines): (&str, &LineStarts),
    guard: &Step,
    failure: Option<usize>,
) -> String {
    let line = |offset| lines.line(text, offset);
    // A step in an included file has the line of the link.
    let is_in_file = line(guard.fence.body.start) == guard.line;
    let line = failure.filter(|_| is_in_file).map_or(guard.line, line);
    let what = if failure.is_some() { "failed" } else { "did not run" };
    finding::consequence(line, &format!(": this step did not run, as the `guard` there {what}"))
}
