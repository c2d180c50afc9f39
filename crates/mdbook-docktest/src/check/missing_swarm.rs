//! Commands that failed because the engine is not part of a swarm, in a chapter that never makes it one.
//!
//! Readers have a swarm from another page, or from the text. Each chapter has an engine of its own.

use super::block_above::block_above;
use super::{Difference, place};
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, Recording, StepRecording};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::terminal;

/// What the daemon says: <https://github.com/moby/moby/blob/v26.1.5/daemon/cluster/errors.go>.
const NO_MANAGER: &str = "This node is not a swarm manager";

/// Adds to the first of these failures a step that makes the engine a swarm.
pub(super) fn explain(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    differences: &mut [Difference],
) {
    if handles_swarm(scenario) {
        return;
    }
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        for (index, _) in commands.iter().enumerate().filter(|(_, command)| lacks_swarm(command)) {
            let span = place(step, index);
            let is_failure = |difference: &&mut Difference| {
                difference.code == Code::ExitStatus && difference.span == span
            };
            if let Some(difference) = differences.iter_mut().find(is_failure) {
                let remedy = remedy(text, step);
                difference.remedies.splice(0..0, remedy);
                return;
            }
        }
    }
}

/// Whether a chapter makes its engine a swarm, or ends one: then its author knows of it.
fn handles_swarm(scenario: &Scenario) -> bool {
    let commands = scenario.steps.iter().flat_map(|step| &step.commands);
    let mut words = commands.map(|command| command.text.split_ascii_whitespace());
    words.any(|mut words| words.any(|word| word == "swarm"))
}

fn lacks_swarm(command: &CommandRecording) -> bool {
    terminal::without_escapes(&command.transcript.output()).contains(NO_MANAGER)
}

fn remedy(text: &str, step: &Step) -> Option<Remedy> {
    Some(Remedy {
        title: "add `docker swarm init` in a hidden step".to_owned(),
        edits: vec![block_above(text, step, "bash hidden", "docker swarm init")?],
        basis: Basis::Proved,
    })
}

#[cfg(test)]
mod tests;
