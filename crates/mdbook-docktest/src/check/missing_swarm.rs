//! Commands that failed because the engine is not part of a swarm, in a chapter that never makes it one.
//!
//! Readers have a swarm from another page, or from the text. Each chapter has an engine of its own.

use super::Difference;
use super::block_above::block_above;
use super::ran_commands::{failure_of, ran_commands};
use crate::model::recording::{CommandRecording, Recording};
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
    let commands = ran_commands(scenario, recording);
    for (step, index, _) in commands.filter(|(_, _, command)| lacks_swarm(command)) {
        if let Some(difference) = failure_of(differences, step, index) {
            difference.remedies.splice(0..0, remedy(text, step));
            return;
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
