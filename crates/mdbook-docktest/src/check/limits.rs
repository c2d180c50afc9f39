//! An engine that hit one of its limits.

use super::Difference;
use crate::model::recording::{Limit, LimitsHit};
use crate::model::scenario::Step;
use crate::text::size::shown_size;

/// Returns a difference for each limit that was first hit during this step.
pub(super) fn differences(index: usize, step: &Step, limits: LimitsHit) -> Vec<Difference> {
    let difference = |limit: Limit| {
        let hit = limits.get(limit).filter(|hit| hit.step == index)?;
        let (message, remedy) = match limit {
            Limit::Memory => (
                format!(
                    "the engine and its containers needed more memory than `{}`",
                    shown_size(hit.limit)
                ),
                "raise `memory` in book.toml",
            ),
            Limit::Processes => (
                format!("the engine and its containers needed more processes than `{}`", hit.limit),
                "raise `processes` in book.toml",
            ),
            Limit::Disk => (
                format!("a file system of the engine is full at `{}`", shown_size(hit.limit)),
                "raise `disk` in book.toml, or remove what the chapter no longer needs",
            ),
        };
        Some(Difference {
            code: limit.code(),
            span: step.command.clone(),
            message,
            help: Some(format!("{remedy}; later failures may have the same cause")),
            remedies: Vec::new(),
        })
    };
    Limit::ALL.into_iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::finding::{Code, Finding};
    use crate::model::recording::{
        CommandRecording, End, LimitHit, Recording, StepRecording, Transcript,
    };

    const TEXT: &str = "```bash\na\n```\n\n```bash\nb\n```\n\n```bash\nc\n```\n";

    /// The findings if the engine runs out of memory during the second step, which ends as given.
    fn findings(end: End, third: &StepRecording) -> Vec<Finding> {
        let out_of_memory = Some(LimitHit { step: 1, limit: 300 << 20 });
        findings_with(LimitsHit { out_of_memory, ..LimitsHit::default() }, end, third)
    }

    fn findings_with(limits: LimitsHit, end: End, third: &StepRecording) -> Vec<Finding> {
        let scenario = extract(Path::new("a.md"), TEXT, Extensions::default());
        let ran = |end| StepRecording::Ran {
            commands: vec![CommandRecording::new("x", end, Transcript::default())],
            effects: Vec::new(),
        };
        let first = ran(End::Exited { status: 0 });
        let recording = Recording {
            steps: vec![first, ran(end), third.clone()],
            limits,
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
    fn each_limit_names_its_setting() {
        let limits = LimitsHit {
            out_of_memory: None,
            out_of_processes: Some(LimitHit { step: 1, limit: 200 }),
            out_of_space: Some(LimitHit { step: 1, limit: 64 << 20 }),
        };
        let found = findings_with(limits, End::Exited { status: 0 }, &StepRecording::Ignored);
        assert_eq!(places(&found), [(Code::OutOfProcesses, 6), (Code::OutOfSpace, 6)]);
        let said = found.iter().map(|found| (found.message.as_str(), found.help.as_deref()));
        let expected = [
            (
                "the engine and its containers needed more processes than `200`",
                Some("raise `processes` in book.toml; later failures may have the same cause"),
            ),
            (
                "a file system of the engine is full at `64m`",
                Some(
                    "raise `disk` in book.toml, or remove what the chapter no longer needs; later \
                     failures may have the same cause",
                ),
            ),
        ];
        assert_eq!(said.collect::<Vec<_>>(), expected);
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
