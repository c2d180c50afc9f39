//! Input that nothing has read.

use super::Difference;
use super::output::has_ended;
use crate::extract::info_edit::remove_attribute;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Step;

/// Returns the difference if a step has ended as it should, and nothing has read all that `stdin` has. `text` is the
/// chapter's.
pub(super) fn difference(
    text: &str,
    step: &Step,
    commands: &[CommandRecording],
) -> Option<Difference> {
    let stdin = step.attributes.stdin.as_deref()?;
    let unread = commands.last()?.transcript.unread_lines;
    let has_ended = |command: &CommandRecording| has_ended(command) && command.end != End::Stopped;
    if unread == 0 || !commands.iter().all(has_ended) {
        return None;
    }
    let all = stdin.split_inclusive('\n').count() as u64;
    let (message, help) = if unread >= all {
        ("nothing has read `stdin`".to_owned(), "remove `stdin`")
    } else {
        let message = format!("nothing has read the last {unread} of {all} lines of `stdin`");
        (message, "remove these lines from `stdin`")
    };
    let edit = remove_attribute(text, &step.fence, "stdin").filter(|_| unread >= all);
    let remedy = edit.map(|edit| Remedy {
        title: "remove `stdin`".to_owned(),
        edits: vec![edit],
        basis: Basis::Proposed,
    });
    Some(Difference {
        code: Code::UnusedStdin,
        span: step.fence.opening(),
        message,
        help: Some(help.to_owned()),
        remedies: remedy.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::recording::{CommandRecording, End, Recording, StepRecording, Transcript};
    use crate::text::splice::splice;

    /// The findings if this many lines are left, with the text after the remedy.
    fn findings(text: &str, unread_lines: u64, end: End) -> Vec<String> {
        let scenario = extract(Path::new("a.md"), text, Extensions::default());
        let command =
            CommandRecording::new("cat", end, Transcript { unread_lines, ..Transcript::default() });
        let steps = vec![StepRecording::Ran { commands: vec![command], effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        let found = findings_by_default(text, &scenario, &recording);
        let shown = found.iter().map(|found| {
            let edits = found.remedies.first().map(|remedy| splice(text, remedy.edits.clone()));
            format!(
                "{} {}: {}\n{}",
                found.code,
                found.line,
                found.message,
                edits.unwrap_or_default()
            )
        });
        shown.collect()
    }

    #[test]
    fn what_nothing_has_read_is_found() {
        let text = "```bash stdin=\"a\\nb\\n\" tty\ncat\n```\n";
        let exited = End::Exited { status: 0 };
        assert_eq!(
            findings(text, 2, exited),
            ["unused-stdin 1: nothing has read `stdin`\n```bash tty\ncat\n```\n"]
        );
        assert_eq!(
            findings(text, 1, exited),
            ["unused-stdin 1: nothing has read the last 1 of 2 lines of `stdin`\n"]
        );
        assert_eq!(findings(text, 0, exited), [""; 0]);
        assert_eq!(findings(text, 2, End::Stopped), [""; 0]);
        let failed = findings(text, 2, End::Exited { status: 1 });
        assert!(failed.len() == 1 && failed[0].starts_with("exit-status"), "{failed:?}");
    }
}
