//! An engine that ran out of memory.

use super::Difference;
use crate::model::finding::Code;
use crate::model::recording::OutOfMemory;
use crate::model::scenario::Step;
use crate::text::size::shown_size;

/// Returns the difference if it happened during this step.
pub(super) fn difference(
    index: usize,
    step: &Step,
    out_of_memory: Option<OutOfMemory>,
) -> Option<Difference> {
    let OutOfMemory { limit, .. } = out_of_memory.filter(|found| found.step == index)?;
    let limit = shown_size(limit);
    Some(Difference {
        code: Code::OutOfMemory,
        span: step.command.clone(),
        message: format!("the engine and its containers needed more memory than `{limit}`"),
        help: Some(
            "raise `memory` in book.toml; later failures may have the same cause".to_owned(),
        ),
        remedies: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::finding::Finding;
    use crate::model::recording::{CommandRecording, End, Recording, StepRecording, Transcript};

    const TEXT: &str = "```bash\na\n```\n\n```bash\nb\n```\n\n```bash\nc\n```\n";

    /// The findings if the engine runs out of memory during the second step, which ends as given.
    fn findings(end: End, third: &StepRecording) -> Vec<Finding> {
        let scenario = extract(Path::new("a.md"), TEXT, Extensions::default());
        let ran = |end| StepRecording::Ran {
            commands: vec![CommandRecording::new("x", end, Transcript::default())],
            effects: Vec::new(),
        };
        let first = ran(End::Exited { status: 0 });
        let recording = Recording {
            steps: vec![first, ran(end), third.clone()],
            out_of_memory: Some(OutOfMemory { step: 1, limit: 300 << 20 }),
            ..Recording::default()
        };
        findings_by_default(TEXT, &scenario, &recording)
    }

    fn places(findings: &[Finding]) -> Vec<(Code, usize)> {
        findings.iter().map(|found| (found.code, found.line)).collect()
    }

    #[test]
    fn it_is_at_its_step_with_the_limit_and_the_remedy() {
        let found = findings(End::Exited { status: 0 }, &StepRecording::Ignored);
        assert_eq!(places(&found), [(Code::OutOfMemory, 6)]);
        assert_eq!(
            found[0].message,
            "the engine and its containers needed more memory than `300m`"
        );
        let help = "raise `memory` in book.toml; later failures may have the same cause";
        assert_eq!(found[0].help.as_deref(), Some(help));
    }

    #[test]
    fn it_comes_before_what_fails_because_of_it() {
        let killed = findings(End::Exited { status: 137 }, &StepRecording::Ignored);
        assert_eq!(places(&killed), [(Code::OutOfMemory, 6), (Code::ExitStatus, 6)]);
        let lost = findings(End::EngineLost, &StepRecording::Skipped);
        let expected = [(Code::OutOfMemory, 6), (Code::EngineLost, 6), (Code::NotRun, 10)];
        assert_eq!(places(&lost), expected);
    }
}
