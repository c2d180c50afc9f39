//! Checks for problems that exit statuses do not show: containers that die in the background, and
//! objects that a chapter leaves behind.

use std::collections::{BTreeMap, BTreeSet};

use docker_images::Reference;

use super::quote::quote_text;
use super::{Difference, place};
use crate::expect::is_generated_name;
use crate::extract::info_edit::set_attribute;
use crate::model::finding::Code;
use crate::model::recording::{
    Change, End, Leftover, ObjectKind, Recording, StepRecording, is_anonymous,
};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{ExitExpectation, Scenario, Step};
use crate::text::splice::Edit;

/// Returns the differences of a chapter's effects; none if its engine was lost, which explains them
/// all. `text` is the chapter's text; `pinned` are the images that book.toml pins.
pub(super) fn differences(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    pinned: &BTreeSet<Reference>,
) -> Vec<Difference> {
    let engine_was_lost = recording.steps.iter().any(|step| match step {
        StepRecording::Ran { commands, .. } => {
            commands.iter().any(|command| command.end == End::EngineLost)
        }
        _ => false,
    });
    if engine_was_lost {
        return Vec::new();
    }
    let mut differences = exits(text, scenario, recording);
    differences.extend(super::unpinned::differences(scenario, recording, pinned));
    // A chapter that was cut short has not reached its cleanup.
    if !recording.steps.contains(&StepRecording::Skipped) {
        let leftovers = recording.leftovers.iter();
        differences.extend(leftovers.filter_map(|left| leftover(text, scenario, left)));
    }
    differences
}

/// The unattended exit of a container, and the command that started it.
struct Exit<'a> {
    step: usize,
    command: usize,
    name: &'a str,
    status: i32,
    log: Option<&'a str>,
}

fn exits(text: &str, scenario: &Scenario, recording: &Recording) -> Vec<Difference> {
    let exits = unattended_exits(recording);
    let steps = scenario.steps.iter().zip(&recording.steps).enumerate();
    let ran = steps.filter(|(_, (_, recorded))| matches!(recorded, StepRecording::Ran { .. }));
    ran.flat_map(|(index, (step, _))| {
        let exits: Vec<&Exit<'_>> = exits.iter().filter(|exit| exit.step == index).collect();
        match step.attributes.dies {
            None => exits.into_iter().filter_map(|exit| unexpected(text, step, exit)).collect(),
            Some(_) if exits.is_empty() => vec![expected_exit_missing(step)],
            Some(ExitExpectation::Any) => Vec::new(),
            Some(ExitExpectation::Code(status)) => {
                let others = exits.into_iter().filter(|exit| exit.status != status);
                others.map(|exit| other_status(text, step, exit, status)).collect()
            }
        }
    })
    .collect()
}

/// Returns the containers that died alone. A container that the daemon restarts dies with the same
/// status each time, which counts once.
fn unattended_exits(recording: &Recording) -> Vec<Exit<'_>> {
    let mut started = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut exits = Vec::new();
    for (step, recorded) in recording.steps.iter().enumerate() {
        let StepRecording::Ran { effects, .. } = recorded else { continue };
        for effect in effects {
            let id = effect.id.as_str();
            match &effect.change {
                // Later starts may be restarts by the daemon.
                Change::Started => drop(started.entry(id).or_insert((step, effect.command))),
                Change::Died { alone: false, .. } => drop(started.remove(id)),
                Change::Died { exit, log, .. } => {
                    let Some(&(step, command)) = started.get(id) else { continue };
                    if seen.insert((id, exit)) {
                        let (name, log) = (effect.name.as_str(), log.as_deref());
                        exits.push(Exit { step, command, name, status: *exit, log });
                    }
                }
                _ => {}
            }
        }
    }
    exits
}

fn unexpected(text: &str, step: &Step, exit: &Exit<'_>) -> Option<Difference> {
    let Exit { name, status, .. } = exit;
    (*status != 0).then(|| {
        let message =
            format!("container `{name}`, started by this command, died with status {status}");
        let advice = format!("if this is expected, add `dies={status}`");
        container_died(text, step, exit, message, advice)
    })
}

fn other_status(text: &str, step: &Step, exit: &Exit<'_>, expected: i32) -> Difference {
    let Exit { name, status, .. } = exit;
    let message = format!("container `{name}` died with status {status} instead of {expected}");
    let advice = format!("if this is expected, write `dies={status}`");
    container_died(text, step, exit, message, advice)
}

fn container_died(
    text: &str,
    step: &Step,
    exit: &Exit<'_>,
    message: String,
    advice: String,
) -> Difference {
    let output = match exit.log {
        Some(log) => quote_text(log),
        None if exit.status == 0 => String::new(),
        None => "it was removed before its log could be read".to_owned(),
    };
    let help = [advice, output].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let span = place(step, exit.command);
    Difference {
        code: Code::ContainerDied,
        span,
        message,
        help: Some(help.join("\n")),
        remedies: vec![expect_death(text, step, exit.status)],
    }
}

/// Expects that a container of the step dies.
fn expect_death(text: &str, step: &Step, status: i32) -> Remedy {
    let status = status.to_string();
    let edits = vec![set_attribute(text, &step.fence, "dies", Some(&status))];
    Remedy { title: format!("add `dies={status}`"), edits, basis: Basis::Proposed }
}

fn expected_exit_missing(step: &Step) -> Difference {
    Difference {
        code: Code::ContainerDied,
        span: place(step, step.commands.len().saturating_sub(1)),
        message: "no container that this step started died by itself".to_owned(),
        help: Some(
            "let a container exit by itself, or remove `dies`: stopping or removing one does not \
             count"
                .into(),
        ),
        remedies: Vec::new(),
    }
}

/// The networks that the engine makes for a swarm, and removes itself.
const OF_SWARM: [&str; 2] = ["ingress", "docker_gwbridge"];

fn leftover(text: &str, scenario: &Scenario, leftover: &Leftover) -> Option<Difference> {
    let step = scenario.steps.get(leftover.step)?;
    let name = &leftover.name;
    if leftover.kind == ObjectKind::Network && OF_SWARM.contains(&name.as_str()) {
        return None;
    }
    let (kind, command) = match leftover.kind {
        ObjectKind::Container => ("container", "docker rm -f"),
        ObjectKind::Network => ("network", "docker network rm"),
        ObjectKind::Image => ("image", "docker image rm"),
        ObjectKind::Volume => ("volume", "docker volume rm"),
    };
    // Where the name differs from run to run, no step can contain it.
    let is_nameless = leftover.kind == ObjectKind::Volume && is_anonymous(name);
    let is_generated = || {
        let mut commands = scenario.steps.iter().flat_map(|step| &step.commands);
        is_generated_name(name) && !commands.any(|command| command.text.contains(name.as_str()))
    };
    let (what, help, remedies) = if leftover.kind == ObjectKind::Container && is_generated() {
        (
            format!("container `{name}`, which Docker has named,"),
            "name it with `--name`, and remove it in a step at the end; or, if it ends by itself, start it with `--rm`"
                .to_owned(),
            Vec::new(),
        )
    } else if is_nameless {
        (
            format!("anonymous volume `{}…`", &name[..12]),
            "remove its container with `docker rm -v`, or start it with `docker run --rm`"
                .to_owned(),
            Vec::new(),
        )
    } else {
        let command = format!("{command} {name}");
        (
            format!("{kind} `{name}`"),
            format!("remove it in a step at the end: `{command}`"),
            vec![cleanup(text, &command)],
        )
    };
    Some(Difference {
        code: Code::Leftover,
        span: place(step, leftover.command),
        message: format!("{what} still exists at the end of the chapter"),
        help: Some(help),
        remedies,
    })
}

/// Adds a hidden step to the end of the chapter.
fn cleanup(text: &str, command: &str) -> Remedy {
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let block = format!("{gap}```bash hidden cleanup\n{command}\n```\n");
    let edits = vec![Edit::insert(text.len(), block)];
    Remedy { title: "add a `cleanup` step".into(), edits, basis: Basis::Proposed }
}

#[cfg(test)]
mod tests;
