//! The changes of a step on the engine, as a list with one entry per object.

use super::names::{short, shown};
use crate::expect::is_generated_name;
use crate::model::recording::{Change, Effect, Mount, MountSource, ObjectKind, Port, is_anonymous};
use crate::render::labels::Labels;
use crate::render::state::{Container, State, Status};

mod entry;
mod html;

pub(super) use entry::{Entry, Sign};
use entry::{Part, append, named, note};
pub(super) use html::html;

/// Summarizes the effects of a step, given the state before it.
pub(super) fn changes(before: &State, effects: &[Effect], labels: &Labels) -> Vec<Entry> {
    let mut after = before.clone();
    effects.iter().for_each(|effect| after.apply(effect));
    let step = Changes { before, after: &after, effects, labels };
    let mut seen: Vec<(ObjectKind, &str)> = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    for effect in effects {
        let object = match effect.change {
            // Mounts and connections are part of the container's entry.
            Change::Mounted { .. } => continue,
            Change::Connected { ref container } | Change::Disconnected { ref container } => {
                (ObjectKind::Container, container.as_str())
            }
            _ => (effect.kind, effect.id.as_str()),
        };
        // An image has an effect for each of its names.
        if object.0 != ObjectKind::Image && seen.contains(&object) {
            continue;
        }
        seen.push(object);
        let changed = match object.0 {
            ObjectKind::Container => step.container(object.1).into_iter().collect(),
            ObjectKind::Image => vec![step.image(effect)],
            _ => step.other(effect),
        };
        for entry in changed {
            let alike =
                |other: &&mut Entry| (other.sign, &other.parts) == (entry.sign, &entry.parts);
            match entries.iter_mut().find(alike) {
                // The engine reports more than once that an image has lost a name.
                Some(_) if object.0 == ObjectKind::Image => {}
                Some(same) => same.count += 1,
                None => entries.push(entry),
            }
        }
    }
    entries
}

struct Changes<'a> {
    before: &'a State,
    after: &'a State,
    effects: &'a [Effect],
    labels: &'a Labels,
}

impl Changes<'_> {
    fn effects_on(&self, kind: ObjectKind, id: &str) -> impl Iterator<Item = &Effect> {
        self.effects.iter().filter(move |effect| effect.kind == kind && effect.id == id)
    }

    fn container(&self, id: &str) -> Option<Entry> {
        let labels = self.labels;
        let container = match (self.before.container(id), self.after.container(id)) {
            (None, Some(new)) => return Some(self.new_container(new)),
            (None, None) => return self.short_lived_container(id),
            (Some(old), None) => {
                let parts = named(labels.container(), &shown(&old.name));
                return Some(Entry::new(Sign::Removed, parts));
            }
            (Some(old), Some(new)) => (old, new),
        };
        let (old, new) = container;
        let mut parts = named(labels.container(), &shown(&new.name));
        let started =
            self.effects_on(ObjectKind::Container, id).any(|e| e.change == Change::Started);
        let ran = [Status::Running, Status::Paused].contains(&old.status);
        let sign = match (new.status, started) {
            (Status::Running, true) => {
                note(&mut parts, if ran { labels.restarted() } else { labels.started() });
                Sign::Started
            }
            (Status::Running, false) if old.status == Status::Paused => {
                note(&mut parts, labels.resumed());
                Sign::Started
            }
            (Status::Paused, _) if old.status != Status::Paused => {
                note(&mut parts, labels.paused());
                Sign::Paused
            }
            (Status::Exited(status), _) if started || ran => {
                note(&mut parts, &labels.exited(status));
                Sign::Ended
            }
            _ => Sign::Changed,
        };
        let unchanged = parts.len();
        if old.name != new.name {
            note(&mut parts, labels.formerly());
            append(&mut parts, " ", &shown(&old.name));
        }
        // Stopping leaves all networks and a later start joins them again, which is not a change to list.
        // At the first start, the networks have not been listed yet.
        let is_up = [Status::Running, Status::Paused].contains(&new.status);
        let was_up_or_never = ran || old.status == Status::Created;
        if sign == Sign::Changed || is_up && was_up_or_never {
            self.networks(&mut parts, old, new);
        }
        if sign == Sign::Changed && parts.len() == unchanged {
            return None;
        }
        Some(Entry::new(sign, parts))
    }

    fn networks(&self, parts: &mut Vec<Part>, old: &Container, new: &Container) {
        let moves = [(self.labels.connected(), new, old), (self.labels.disconnected(), old, new)];
        for (label, has, has_not) in moves {
            let gone = |id: &str| has_not.networks.iter().all(|other| other.id != id);
            let others = has.networks.iter().filter(|network| gone(&network.id));
            // A container is connected to `bridge` by default.
            let is_listed = |name: &str| old.status != Status::Created || name != "bridge";
            for network in others.filter(|network| is_listed(&network.name)) {
                note(parts, label);
                append(parts, " ", &shown(&network.name));
            }
        }
    }

    fn new_container(&self, container: &Container) -> Entry {
        let labels = self.labels;
        let mut parts = named(labels.container(), &shown(&container.name));
        for mount in &container.mounts {
            self.mount(&mut parts, mount);
        }
        for port in &container.ports {
            note(&mut parts, labels.port());
            append(&mut parts, " ", &host_port(port, labels));
            append(&mut parts, ARROW, &container_port(port));
        }
        for network in container.networks.iter().filter(|network| network.name != "bridge") {
            note(&mut parts, labels.network());
            append(&mut parts, " ", &shown(&network.name));
        }
        match container.status {
            Status::Created => note(&mut parts, labels.not_started()),
            Status::Running => {}
            Status::Paused => note(&mut parts, labels.paused()),
            Status::Exited(status) => note(&mut parts, &labels.exited(status)),
        }
        Entry::new(Sign::Added, parts)
    }

    /// A container that the step has created and removed.
    fn short_lived_container(&self, id: &str) -> Option<Entry> {
        let labels = self.labels;
        let mut own = self.effects_on(ObjectKind::Container, id);
        let (name, image, spec) = own.find_map(|effect| match &effect.change {
            Change::Created { image, spec } => Some((&effect.name, image.as_deref(), spec)),
            _ => None,
        })?;
        // A generated name means nothing to a reader once the container is gone.
        let name = image.filter(|_| is_generated_name(name)).unwrap_or(name);
        let mut parts = named(&labels.short_lived(labels.container()), &short(name));
        let mut mounts: Vec<Mount> = Vec::new();
        for effect in self.effects {
            if let Change::Mounted { container, destination, read_only } = &effect.change
                && container == id
            {
                let source = MountSource::Volume(effect.id.clone());
                let (destination, read_only) = (destination.clone(), *read_only);
                let mount = Mount { source, destination, read_only };
                if !mounts.contains(&mount) {
                    mounts.push(mount);
                }
            }
        }
        let is_new =
            |mount: &&Mount| !mounts.iter().any(|own| own.destination == mount.destination);
        let others: Vec<Mount> = spec.mounts.iter().filter(is_new).cloned().collect();
        mounts.extend(others);
        mounts.sort_by(|one, other| one.destination.cmp(&other.destination));
        mounts.iter().for_each(|mount| self.mount(&mut parts, mount));
        Some(Entry::new(Sign::ShortLived, parts))
    }

    fn mount(&self, parts: &mut Vec<Part>, mount: &Mount) {
        let source = match &mount.source {
            MountSource::Bind(path) => shown(path),
            MountSource::Volume(name) => short(name),
            MountSource::Tmpfs => "tmpfs".to_owned(),
        };
        append(parts, ", ", &source);
        append(parts, ARROW, &shown(&mount.destination));
        if mount.read_only {
            parts.push(Part::Text(format!(" ({})", self.labels.read_only())));
        }
    }

    /// A volume or a network. A volume that was removed and created again has two entries, because its
    /// data are lost.
    fn other(&self, effect: &Effect) -> Vec<Entry> {
        let labels = self.labels;
        let kind = match effect.kind {
            ObjectKind::Volume if is_anonymous(&effect.name) => labels.anonymous_volume(),
            ObjectKind::Volume => labels.volume(),
            _ => labels.network(),
        };
        let own = || self.effects_on(effect.kind, &effect.id);
        let is_created = own().any(|effect| matches!(effect.change, Change::Created { .. }));
        let is_removed = own().any(|effect| effect.change == Change::Removed);
        let existed = match effect.kind {
            ObjectKind::Volume => self.before.volumes.contains(&effect.id),
            _ => self.before.networks.iter().any(|network| network.id == effect.id),
        };
        let is_gone = own().last().is_some_and(|effect| effect.change == Change::Removed);
        let name = short(&effect.name);
        let removed = || Entry::new(Sign::Removed, named(kind, &name));
        let added = || Entry::new(Sign::Added, named(kind, &name));
        match (is_created && !existed, is_gone) {
            (true, true) => {
                vec![Entry::new(Sign::ShortLived, named(&labels.short_lived(kind), &name))]
            }
            (true, false) => vec![added()],
            (false, true) => vec![removed()],
            (false, false) if is_removed => vec![removed(), added()],
            (false, false) => Vec::new(),
        }
    }

    fn image(&self, effect: &Effect) -> Entry {
        let labels = self.labels;
        let (sign, kind, name) = match &effect.change {
            Change::Removed => (Sign::Removed, labels.lost_name(), &effect.name),
            Change::Created { image: Some(pulled), .. } => {
                (Sign::Added, labels.image_name(), pulled)
            }
            _ => (Sign::Added, labels.image_name(), &effect.name),
        };
        Entry::new(sign, named(kind, &short(name)))
    }
}

/// The no-break space keeps the arrow off the start of a line.
const ARROW: &str = "\u{a0}→ ";

/// The port of the host, in the syntax of `docker run -p`.
pub(super) fn host_port(port: &Port, labels: &Labels) -> String {
    let host = port.host.map_or_else(|| labels.any_port().to_owned(), |host| host.to_string());
    match &port.address {
        Some(address) if address.contains(':') => format!("[{}]:{host}", shown(address)),
        Some(address) => format!("{}:{host}", shown(address)),
        None => host,
    }
}

/// The port of the container, with the protocol unless it is TCP.
pub(super) fn container_port(port: &Port) -> String {
    match port.protocol.as_str() {
        "tcp" => port.container.to_string(),
        protocol => format!("{}/{}", port.container, shown(protocol)),
    }
}

#[cfg(test)]
mod tests;
