//! The commands that ran, and the failures of which more can be said.

use super::{Difference, place};
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, Recording, StepRecording};
use crate::model::scenario::{Scenario, Step};

/// Returns the commands that ran, each with its step and its index in the step.
pub(super) fn ran_commands<'a>(
    scenario: &'a Scenario,
    recording: &'a Recording,
) -> impl Iterator<Item = (&'a Step, usize, &'a CommandRecording)> {
    let steps = scenario.steps.iter().zip(&recording.steps);
    steps.flat_map(|(step, recorded)| {
        let commands = match recorded {
            StepRecording::Ran { commands, .. } => &commands[..],
            _ => &[],
        };
        commands.iter().enumerate().map(move |(index, command)| (step, index, command))
    })
}

/// Returns the first difference that says that a command has another status than expected. They are in the order of the
/// text.
pub(super) fn failure_of<'a>(
    differences: &'a mut [Difference],
    step: &Step,
    index: usize,
) -> Option<&'a mut Difference> {
    let span = place(step, index);
    let first = differences.partition_point(|found| found.span.start < span.start);
    let mut here =
        differences[first..].iter_mut().take_while(|found| found.span.start == span.start);
    here.find(|found| found.code == Code::ExitStatus && found.span == span)
}
