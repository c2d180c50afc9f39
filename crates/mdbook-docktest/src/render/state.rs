//! The state of an engine at a point of a chapter: the sum of the effects up to that point.

#[cfg(test)]
use crate::model::recording::StepRecording;
use crate::model::recording::{Change, Effect, Mount, MountSource, ObjectKind, Port};

/// The objects that the steps have created and not removed, in the order of their creation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub containers: Vec<Container>,
    /// The names of the volumes.
    pub volumes: Vec<String>,
    /// The networks, without the predefined ones.
    pub networks: Vec<Network>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    pub id: String,
    pub name: String,
    /// The image, as written in the chapter.
    pub image: Option<String>,
    pub status: Status,
    /// The mounts, each with another destination.
    pub mounts: Vec<Mount>,
    /// The networks that it is connected to, including predefined ones.
    pub networks: Vec<Network>,
    /// The published ports.
    pub ports: Vec<Port>,
}

/// The status of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not started yet.
    Created,
    Running,
    Paused,
    /// Exited with this status.
    Exited(i32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub id: String,
    pub name: String,
}

impl Network {
    /// Whether it is one of the networks that every engine has.
    pub(crate) fn is_predefined(&self) -> bool {
        ["bridge", "host", "none"].contains(&self.name.as_str())
    }
}

impl State {
    pub(crate) fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.volumes.is_empty() && self.networks.is_empty()
    }

    pub(crate) fn container(&self, id: &str) -> Option<&Container> {
        self.containers.iter().find(|container| container.id == id)
    }

    /// Applies an effect. Effects on unknown objects are ignored, except that a mounted volume is added.
    pub(crate) fn apply(&mut self, effect: &Effect) {
        match effect.kind {
            ObjectKind::Container => self.apply_to_container(effect),
            ObjectKind::Volume => self.apply_to_volume(effect),
            ObjectKind::Network => self.apply_to_network(effect),
            ObjectKind::Image => {}
        }
    }

    fn apply_to_container(&mut self, effect: &Effect) {
        match &effect.change {
            Change::Created { image, spec } => {
                self.containers.retain(|container| container.id != effect.id);
                self.containers.push(Container {
                    id: effect.id.clone(),
                    name: effect.name.clone(),
                    image: image.clone(),
                    status: Status::Created,
                    mounts: spec.mounts.clone(),
                    networks: Vec::new(),
                    ports: spec.ports.clone(),
                });
            }
            Change::Removed => self.containers.retain(|container| container.id != effect.id),
            change => {
                let Some(container) = self.container_mut(&effect.id) else { return };
                match change {
                    Change::Started | Change::Unpaused => container.status = Status::Running,
                    Change::Paused => container.status = Status::Paused,
                    Change::Died { exit, .. } => container.status = Status::Exited(*exit),
                    Change::Renamed { .. } => container.name.clone_from(&effect.name),
                    _ => {}
                }
            }
        }
    }

    fn apply_to_volume(&mut self, effect: &Effect) {
        let volume = &effect.id;
        match &effect.change {
            Change::Removed => self.volumes.retain(|other| other != volume),
            Change::Created { .. } => self.add_volume(volume),
            Change::Mounted { container, destination, read_only } => {
                self.add_volume(volume);
                let Some(container) = self.container_mut(container) else { return };
                let (destination, read_only) = (destination.clone(), *read_only);
                let source = MountSource::Volume(volume.clone());
                container.mount(Mount { source, destination, read_only });
            }
            _ => {}
        }
    }

    fn add_volume(&mut self, volume: &str) {
        if !self.volumes.iter().any(|other| other == volume) {
            self.volumes.push(volume.to_owned());
        }
    }

    fn add_network(&mut self, network: Network) {
        if !self.networks.iter().any(|other| other.id == network.id) {
            self.networks.push(network);
        }
    }

    fn apply_to_network(&mut self, effect: &Effect) {
        let network = Network { id: effect.id.clone(), name: effect.name.clone() };
        match &effect.change {
            Change::Created { .. } => self.add_network(network),
            Change::Removed => {
                self.networks.retain(|other| other.id != network.id);
                for container in &mut self.containers {
                    container.networks.retain(|other| other.id != network.id);
                }
            }
            Change::Connected { container } => {
                let Some(container) = self.container_mut(container) else { return };
                if !container.networks.iter().any(|other| other.id == network.id) {
                    container.networks.push(network);
                }
            }
            Change::Disconnected { container } => {
                let Some(container) = self.container_mut(container) else { return };
                container.networks.retain(|other| other.id != network.id);
            }
            _ => {}
        }
    }

    fn container_mut(&mut self, id: &str) -> Option<&mut Container> {
        self.containers.iter_mut().find(|container| container.id == id)
    }
}

impl Container {
    /// Replaces a mount at the same destination: each start mounts again.
    fn mount(&mut self, mount: Mount) {
        match self.mounts.iter_mut().find(|other| other.destination == mount.destination) {
            Some(same) => *same = mount,
            None => self.mounts.push(mount),
        }
    }
}

#[cfg(test)]
impl State {
    /// The state after these steps.
    pub(crate) fn after(steps: &[StepRecording]) -> Self {
        let mut state = Self::default();
        for step in steps {
            if let StepRecording::Ran { effects, .. } = step {
                effects.iter().for_each(|effect| state.apply(effect));
            }
        }
        state
    }
}

#[cfg(test)]
mod tests;
