//! Expectations for steps that have none.

use crate::model::fence::Fence;
use crate::model::scenario::{OutputAttributes, Step};
use crate::text::splice::Edit;

use super::Subject;
use super::edits::{eol, longest_run};

/// Returns what of a step can be given an expectation: each command of a session without one, or else the whole step.
/// Streams print a different number of lines each time; of a step whose output is not shown, an expectation would be.
pub(super) fn subjects(step: &Step) -> Vec<(Subject, OutputAttributes)> {
    let attributes = &step.attributes;
    if attributes.hidden || attributes.no_output || attributes.follow.is_some() || !step.runs() {
        return Vec::new();
    }
    if step.session_markup.is_empty() {
        let whole = (Subject::Step(0), OutputAttributes::default());
        return step.expectations.is_empty().then_some(whole).into_iter().collect();
    }
    if !step.expectations.is_empty() {
        return Vec::new();
    }
    let in_session = OutputAttributes { in_session: true, ..OutputAttributes::default() };
    let commands = step.commands.iter().enumerate();
    let without = commands.filter(|(_, command)| command.expectation.is_none());
    without.map(|(index, _)| (Subject::Command(index), in_session)).collect()
}

/// Returns the edit of a chapter that adds an expectation; `None` if there is no place for it.
pub(super) fn insertion(text: &str, step: &Step, subject: Subject, new: &str) -> Option<Edit> {
    let fence = &step.fence;
    let prefix = &text[fence.closing.as_ref()?.prefix.clone()];
    let eol = eol(text, fence);
    let line = |line: &str| format!("{}{eol}", format!("{prefix}{line}").trim_end());
    match subject {
        Subject::Command(command) => {
            let end = step.commands.get(command)?.lines.last()?.end;
            let at = end + text[end..].find('\n')? + 1;
            Some(Edit::insert(at, new.lines().map(line).collect()))
        }
        Subject::Step(_) => {
            let marks = block_marks(text, fence, new);
            let lines = [String::new(), format!("{marks}output")].into_iter();
            let lines = lines.chain(new.lines().map(str::to_owned)).chain([marks]);
            let block: String = lines.map(|text| line(&text)).collect();
            let block = block.strip_suffix(eol).unwrap_or(&block);
            Some(Edit::insert(fence.block.end, format!("{eol}{block}")))
        }
    }
}

/// Returns a fence like the step's own that the content cannot close.
fn block_marks(text: &str, fence: &Fence, content: &str) -> String {
    let mark = if text[fence.marks.clone()].starts_with('~') { '~' } else { '`' };
    String::from(mark).repeat((longest_run(content, mark) + 1).max(3))
}
