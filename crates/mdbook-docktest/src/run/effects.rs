//! What a chapter's steps did to the engine's objects, from what the engine says has happened.
//!
//! What happened belongs to the command that had been begun last. The engine's clock is this
//! machine's, and a client that has ended has been told of all that it asked for, so that this
//! also holds for what happened at the very end of a command. What a container does later, in the
//! background, is then an effect of the step in whose time it did it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use docker_cli::system::Event;

use crate::model::recording::{Change, ContainerSpec, Effect, Leftover, MountSource, ObjectKind};

/// The begin of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    /// The step's place in the scenario.
    pub(super) step: usize,
    /// The command's place in the step.
    pub(super) command: usize,
    /// When it was, since 1970.
    pub(super) at: Duration,
}

/// An event, and what was to be learnt of it only while it happened.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) event: Event,
    /// Whether it is the death of a container in which nobody had a hand.
    pub(super) died_alone: bool,
    /// What the container had printed at last.
    pub(super) log: Option<String>,
    /// What the container was made with.
    pub(super) spec: ContainerSpec,
}

impl Sighting {
    /// A sighting of which nothing more was learnt yet.
    pub(super) fn of(event: Event) -> Self {
        Self { event, died_alone: false, log: None, spec: ContainerSpec::default() }
    }
}

/// The containers that somebody has a hand in: a client is attached, which tells how they end, or
/// a signal was sent that may end them.
#[derive(Debug, Default)]
pub(super) struct Attended(BTreeSet<String>);

impl Attended {
    /// Takes note of an event. Says whether it is the death of a container that nobody attended to.
    pub(super) fn has_died_alone(&mut self, event: &Event) -> bool {
        match (event.kind.as_str(), event.action.as_str()) {
            ("container", "attach" | "kill") => {
                self.0.insert(event.actor.id.clone());
                false
            }
            ("container", "die") => !self.0.remove(&event.actor.id),
            _ => false,
        }
    }

    pub(super) fn has(&self, container: &str) -> bool {
        self.0.contains(container)
    }
}

/// The exit status that a container died with.
pub(super) fn exit_code(event: &Event) -> i32 {
    event.attribute("exitCode").and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// The effects, in order, each with its step. What happened before the first command is none.
pub(super) fn effects(sightings: Vec<Sighting>, begins: &[Begin]) -> Vec<(usize, Effect)> {
    let effect = |sighting: Sighting| {
        let begun = begins.partition_point(|begin| begin.at <= sighting.event.time());
        let begin = begins.get(begun.checked_sub(1)?)?;
        Some((begin.step, effect(sighting, begin.command)?))
    };
    let mut effects: Vec<_> = sightings.into_iter().filter_map(effect).collect();
    forget_what_is_chance(&mut effects);
    effects
}

/// Drops what containers were made with where it is chance whether it was learnt in time, or where
/// other effects of the same step tell it.
fn forget_what_is_chance(effects: &mut [(usize, Effect)]) {
    let mut removed = BTreeSet::new();
    let mut mounting = BTreeSet::new();
    for (step, effect) in effects.iter() {
        match &effect.change {
            Change::Removed => drop(removed.insert((*step, effect.id.clone()))),
            Change::Mounted { container, .. } => drop(mounting.insert((*step, container.clone()))),
            _ => {}
        }
    }
    for (step, effect) in effects {
        let Change::Created { spec, .. } = &mut effect.change else { continue };
        let container = (*step, effect.id.clone());
        if removed.contains(&container) {
            *spec = ContainerSpec::default();
        } else if mounting.contains(&container) {
            spec.mounts.retain(|mount| !matches!(mount.source, MountSource::Volume(_)));
        }
    }
}

fn effect(sighting: Sighting, command: usize) -> Option<Effect> {
    let Sighting { event, died_alone, log, spec } = sighting;
    let attribute = |name| event.attribute(name).unwrap_or_default().to_owned();
    let container = || attribute("container");
    let (kind, change) = match (event.kind.as_str(), event.action.as_str()) {
        ("container", "create") => {
            let image = event.attribute("image").map(str::to_owned);
            (ObjectKind::Container, Change::Created { image, spec })
        }
        ("container", "start") => (ObjectKind::Container, Change::Started),
        ("container", "die") => {
            let exit = exit_code(&event);
            (ObjectKind::Container, Change::Died { exit, alone: died_alone, log })
        }
        ("container", "pause") => (ObjectKind::Container, Change::Paused),
        ("container", "unpause") => (ObjectKind::Container, Change::Unpaused),
        ("container", "rename") => {
            let from = attribute("oldName").trim_start_matches('/').to_owned();
            (ObjectKind::Container, Change::Renamed { from })
        }
        ("container", "destroy") => (ObjectKind::Container, Change::Removed),
        ("volume", "create") => (ObjectKind::Volume, Change::created(None)),
        ("volume", "mount") => {
            let destination = attribute("destination");
            let read_only = event.attribute("read/write") == Some("false");
            let container = container();
            (ObjectKind::Volume, Change::Mounted { container, destination, read_only })
        }
        ("volume", "destroy") => (ObjectKind::Volume, Change::Removed),
        ("network", "create") => (ObjectKind::Network, Change::created(None)),
        ("network", "connect") => {
            (ObjectKind::Network, Change::Connected { container: container() })
        }
        ("network", "disconnect") => {
            (ObjectKind::Network, Change::Disconnected { container: container() })
        }
        ("network", "destroy") => (ObjectKind::Network, Change::Removed),
        // The name says only what repository it is from; the ID is the whole reference, to which
        // the client has added `latest` where the author gave no tag.
        ("image", "pull") => (ObjectKind::Image, Change::created(Some(event.actor.id.clone()))),
        ("image", "load" | "import" | "build" | "tag") => {
            (ObjectKind::Image, Change::created(None))
        }
        ("image", "untag" | "delete") => (ObjectKind::Image, Change::Removed),
        // What only looks (`exec_start`, `attach`, `resize`, `top`) or repeats what others say
        // (`stop`, `restart`, `unmount`, `prune`).
        _ => return None,
    };
    let id = event.actor.id;
    // A volume has no name but its ID.
    let name = event.actor.attributes.get("name").unwrap_or(&id).clone();
    Some(Effect { command, kind, name, id, change })
}

/// What was created and never removed, in the order of creation.
///
/// The engine does not say which of its names an image has lost. So images need `images`, the
/// names and IDs of those that are there at the end.
pub(super) fn leftovers<'a>(
    effects: impl IntoIterator<Item = (usize, &'a Effect)>,
    images: &[(String, String)],
) -> Vec<Leftover> {
    let mut left: BTreeMap<(ObjectKind, &str), (usize, Leftover)> = BTreeMap::new();
    for (place, (step, effect)) in effects.into_iter().enumerate() {
        let key = match effect.kind {
            // One image can have several names, each given by a step of its own.
            ObjectKind::Image => (effect.kind, effect.name.as_str()),
            _ => (effect.kind, effect.id.as_str()),
        };
        match effect.change {
            Change::Created { .. } => {
                let Effect { command, kind, ref name, ref id, .. } = *effect;
                let (name, id) = (name.clone(), id.clone());
                // An image that is given the same name again had been there before.
                left.entry(key).or_insert((place, Leftover { step, command, kind, name, id }));
            }
            Change::Renamed { .. } => {
                if let Some((_, leftover)) = left.get_mut(&key) {
                    leftover.name.clone_from(&effect.name);
                }
            }
            Change::Removed if effect.kind != ObjectKind::Image => drop(left.remove(&key)),
            _ => {}
        }
    }
    let is_there = |leftover: &Leftover| {
        leftover.kind != ObjectKind::Image
            || images.iter().any(|(name, id)| leftover.name == *name || leftover.name == *id)
    };
    let mut left: Vec<_> = left.into_values().filter(|(_, leftover)| is_there(leftover)).collect();
    left.sort_by_key(|(place, _)| *place);
    left.into_iter().map(|(_, leftover)| leftover).collect()
}

#[cfg(test)]
mod tests;
