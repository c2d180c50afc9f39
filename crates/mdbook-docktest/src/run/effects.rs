//! What a chapter's steps did to the engine's objects, derived from the engine's events.
//!
//! An event belongs to the command that was started last before it. The engine uses the clock of this
//! machine, and a client exits only after the engine has done what it asked for, so this is also true for
//! events at the very end of a command. What a container does later in the background is an effect of the
//! step that runs at that time.
//!
//! There is one exception: the engine reports the removal of a container of `docker run --rm` only after
//! it has let the client go, so on a busy machine the next command may have started already. Such a
//! removal belongs to the command during which the container exited.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use docker_cli::system::Event;

use crate::model::recording::{Change, ContainerSpec, Effect, Leftover, MountSource, ObjectKind};

/// When a command was started.
#[derive(Debug, Clone, Copy)]
pub(super) struct CommandStart {
    /// The step's index in the scenario.
    pub(super) step: usize,
    /// The command's index in the step.
    pub(super) command: usize,
    /// The time since 1970.
    pub(super) at: Duration,
}

/// An event, and what could only be found out when it happened.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) event: Event,
    /// Whether it is the unattended exit of a container.
    pub(super) is_unattended_exit: bool,
    /// The end of the container's log.
    pub(super) log: Option<String>,
    /// The container's ports and mounts.
    pub(super) spec: ContainerSpec,
    /// Whether a new container stays when it exits. `false` as well if it was gone before this could be
    /// found out.
    pub(super) stays: bool,
}

impl Sighting {
    /// A sighting without further details.
    pub(super) fn new(event: Event) -> Self {
        let spec = ContainerSpec::default();
        Self { event, is_unattended_exit: false, log: None, spec, stays: false }
    }
}

/// The containers whose exit is attended: a client is attached, which reports how they exit, or a signal
/// was sent that can end them.
#[derive(Debug, Default)]
pub(super) struct AttendedContainers(BTreeSet<String>);

impl AttendedContainers {
    /// Observes an event. Returns whether it is the exit of a container that is not attended.
    pub(super) fn is_unattended_exit(&mut self, event: &Event) -> bool {
        match (event.kind.as_str(), event.action.as_str()) {
            ("container", "attach" | "kill") => {
                self.0.insert(event.actor.id.clone());
                false
            }
            ("container", "die") => !self.0.remove(&event.actor.id),
            _ => false,
        }
    }

    pub(super) fn contains(&self, container: &str) -> bool {
        self.0.contains(container)
    }
}

/// The exit status in the event of a container's exit.
pub(super) fn exit_code(event: &Event) -> i32 {
    event.attribute("exitCode").and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// The effects in order, each with the index of its step. Events before the first command have none.
pub(super) fn effects(sightings: Vec<Sighting>, starts: &[CommandStart]) -> Vec<(usize, Effect)> {
    let mut exits = ExitsOfEphemeral::default();
    let effect = |sighting: Sighting| {
        let time = exits.observe(&sighting).unwrap_or_else(|| sighting.event.time());
        let started = starts.partition_point(|start| start.at <= time);
        let start = starts.get(started.checked_sub(1)?)?;
        Some((start.step, effect(sighting, start.command)?))
    };
    let mut effects: Vec<_> = sightings.into_iter().filter_map(effect).collect();
    drop_repeated_details(&mut effects);
    effects
}

/// When the containers exited that the engine removes by itself.
#[derive(Default)]
struct ExitsOfEphemeral(BTreeMap<String, Option<Duration>>);

impl ExitsOfEphemeral {
    /// Observes a sighting. Returns when the container exited if this is its removal by the engine.
    fn observe(&mut self, sighting: &Sighting) -> Option<Duration> {
        let event = &sighting.event;
        let id = &event.actor.id;
        match (event.kind.as_str(), event.action.as_str()) {
            ("container", "create") if !sighting.stays => drop(self.0.insert(id.clone(), None)),
            ("container", "die") => {
                if let Some(exit) = self.0.get_mut(id) {
                    *exit = Some(event.time());
                }
            }
            ("container", "destroy") => return self.0.remove(id).flatten(),
            _ => {}
        }
        None
    }
}

/// Drops the volumes from the details of containers that mount them in the same step: other effects contain
/// these.
fn drop_repeated_details(effects: &mut [(usize, Effect)]) {
    let mut mounting = BTreeSet::new();
    for (step, effect) in effects.iter() {
        if let Change::Mounted { container, .. } = &effect.change {
            mounting.insert((*step, container.clone()));
        }
    }
    for (step, effect) in effects {
        let Change::Created { spec, .. } = &mut effect.change else { continue };
        if mounting.contains(&(*step, effect.id.clone())) {
            spec.mounts.retain(|mount| !matches!(mount.source, MountSource::Volume(_)));
        }
    }
}

fn effect(sighting: Sighting, command: usize) -> Option<Effect> {
    let Sighting { event, is_unattended_exit, log, spec, stays: _ } = sighting;
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
            (ObjectKind::Container, Change::Died { exit, alone: is_unattended_exit, log })
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
        // The name is only the repository; the ID is the whole reference, to which the client has added
        // `latest` if the author gave no tag.
        ("image", "pull") => (ObjectKind::Image, Change::created(Some(event.actor.id.clone()))),
        ("image", "load" | "import" | "build" | "tag") => {
            (ObjectKind::Image, Change::created(None))
        }
        ("image", "untag" | "delete") => (ObjectKind::Image, Change::Removed),
        // Actions that change nothing (`exec_start`, `attach`, `resize`, `top`) or that other events
        // report as well (`stop`, `restart`, `unmount`, `prune`).
        _ => return None,
    };
    let id = event.actor.id;
    // The ID of a volume is its name.
    let name = event.actor.attributes.get("name").unwrap_or(&id).clone();
    Some(Effect { command, kind, name, id, change })
}

/// The objects that were created and not removed, in the order of creation.
///
/// The engine does not report which of its names an image has lost. So `images` are the names and IDs of
/// the images at the end.
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
                // An image that is given the same name again is older.
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
    let exists = |leftover: &Leftover| {
        leftover.kind != ObjectKind::Image
            || images.iter().any(|(name, id)| leftover.name == *name || leftover.name == *id)
    };
    let mut left: Vec<_> = left.into_values().filter(|(_, leftover)| exists(leftover)).collect();
    left.sort_by_key(|(place, _)| *place);
    left.into_iter().map(|(_, leftover)| leftover).collect()
}

#[cfg(test)]
mod tests;
