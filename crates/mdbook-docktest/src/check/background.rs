//! What Docker hides behind an ID and an exit status of 0: containers that die in the background,
//! images that are another one next year, and what a chapter leaves behind.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, place, quote_text};
use crate::model::finding::Code;
use crate::model::recording::is_anonymous;
use crate::model::recording::{Change, End, Leftover, ObjectKind, Recording, StepRecording};
use crate::model::scenario::{ExitExpectation, Scenario, Step};

/// What can be said against a chapter's effects, unless its engine went away, which explains all.
pub(super) fn differences(scenario: &Scenario, recording: &Recording) -> Vec<Difference> {
    let engine_was_lost = recording.steps.iter().any(|step| match step {
        StepRecording::Ran { commands, .. } => {
            commands.iter().any(|command| command.end == End::EngineLost)
        }
        _ => false,
    });
    if engine_was_lost {
        return Vec::new();
    }
    let mut differences = deaths(scenario, recording);
    differences.extend(super::unpinned::differences(scenario, recording));
    // A chapter that was cut short has not come to its cleaning up.
    if !recording.steps.contains(&StepRecording::Skipped) {
        differences.extend(recording.leftovers.iter().filter_map(|left| leftover(scenario, left)));
    }
    differences
}

/// A container that died alone, and the command that had started it.
struct Death<'a> {
    step: usize,
    command: usize,
    name: &'a str,
    exit: i32,
    log: Option<&'a str>,
}

fn deaths(scenario: &Scenario, recording: &Recording) -> Vec<Difference> {
    let deaths = lonely_deaths(recording);
    let steps = scenario.steps.iter().zip(&recording.steps).enumerate();
    let ran = steps.filter(|(_, (_, recorded))| matches!(recorded, StepRecording::Ran { .. }));
    ran.flat_map(|(index, (step, _))| {
        let deaths: Vec<&Death<'_>> = deaths.iter().filter(|death| death.step == index).collect();
        match step.attributes.dies {
            None => deaths.into_iter().filter_map(|death| unexpected(step, death)).collect(),
            Some(_) if deaths.is_empty() => vec![nobody_died(step)],
            Some(ExitExpectation::Any) => Vec::new(),
            Some(ExitExpectation::Code(exit)) => {
                let others = deaths.into_iter().filter(|death| death.exit != exit);
                others.map(|death| otherwise(step, death, exit)).collect()
            }
        }
    })
    .collect()
}

/// The deaths of containers that died alone. A container that the daemon starts again and again
/// dies of the same thing each time, which counts once.
fn lonely_deaths(recording: &Recording) -> Vec<Death<'_>> {
    let mut started = BTreeMap::new();
    let mut dead = BTreeSet::new();
    let mut deaths = Vec::new();
    for (step, recorded) in recording.steps.iter().enumerate() {
        let StepRecording::Ran { effects, .. } = recorded else { continue };
        for effect in effects {
            let id = effect.id.as_str();
            match &effect.change {
                // Later starts may be the daemon's own.
                Change::Started => drop(started.entry(id).or_insert((step, effect.command))),
                Change::Died { alone: false, .. } => drop(started.remove(id)),
                Change::Died { exit, log, .. } => {
                    let Some(&(step, command)) = started.get(id) else { continue };
                    if dead.insert((id, exit)) {
                        let (name, log) = (effect.name.as_str(), log.as_deref());
                        deaths.push(Death { step, command, name, exit: *exit, log });
                    }
                }
                _ => {}
            }
        }
    }
    deaths
}

fn unexpected(step: &Step, death: &Death<'_>) -> Option<Difference> {
    let Death { name, exit, .. } = death;
    (*exit != 0).then(|| {
        let message =
            format!("the container `{name}` that this command started died with status {exit}");
        let advice = format!("if readers are to see this, add `dies={exit}`");
        died(step, death, message, advice)
    })
}

fn otherwise(step: &Step, death: &Death<'_>, expected: i32) -> Difference {
    let Death { name, exit, .. } = death;
    let message = format!("the container `{name}` died with status {exit} instead of {expected}");
    died(step, death, message, format!("if readers are to see this, write `dies={exit}`"))
}

fn died(step: &Step, death: &Death<'_>, message: String, advice: String) -> Difference {
    let said = match death.log {
        Some(log) => quote_text(log),
        None if death.exit == 0 => String::new(),
        None => "it was removed before its log could be read".to_owned(),
    };
    let help = [advice, said].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let span = place(step, death.command);
    Difference { code: Code::ContainerDied, span, message, help: Some(help.join("\n")) }
}

fn nobody_died(step: &Step) -> Difference {
    Difference {
        code: Code::ContainerDied,
        span: place(step, step.commands.len().saturating_sub(1)),
        message: "no container that this step started in the background has died".to_owned(),
        help: Some(
            "a container that is stopped or removed does not count; else remove `dies`".into(),
        ),
    }
}

fn leftover(scenario: &Scenario, leftover: &Leftover) -> Option<Difference> {
    let step = scenario.steps.get(leftover.step)?;
    let name = &leftover.name;
    let by = |command: &str| format!("a step at the end can remove it: `{command} {name}`");
    let (what, help) = match leftover.kind {
        ObjectKind::Container => (format!("container `{name}`"), by("docker rm -f")),
        ObjectKind::Network => (format!("network `{name}`"), by("docker network rm")),
        ObjectKind::Image => (format!("image `{name}`"), by("docker image rm")),
        // Its name is another one each time: no step could have it.
        ObjectKind::Volume if is_anonymous(name) => (
            format!("anonymous volume `{}…`", &name[..12]),
            "`docker rm -v` removes a container with its anonymous volumes, as `run --rm` does"
                .to_owned(),
        ),
        ObjectKind::Volume => (format!("volume `{name}`"), by("docker volume rm")),
    };
    Some(Difference {
        code: Code::Leftover,
        span: place(step, leftover.command),
        message: format!("the {what} is still there at the end of the chapter"),
        help: Some(help),
    })
}

#[cfg(test)]
mod tests;
