//! Limits on how much of a state is drawn. A recording may have any number of objects.

use std::collections::HashSet;

use crate::model::recording::MountSource;
use crate::render::state::{Container, State};

/// How much a diagram shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    cards: usize,
    /// The number of mounts, of ports and of networks per container.
    each: usize,
}

/// The first is as much as a reader can take in; the others are used if a diagram has too many bytes. A
/// container is only drawn together with everything that it links to.
pub(super) const LIMITS: [Limit; 4] = [
    Limit { cards: 40, each: 12 },
    Limit { cards: 20, each: 6 },
    Limit { cards: 10, each: 3 },
    Limit { cards: 4, each: 1 },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Container,
    Volume,
    Network,
    HostPath,
}

/// The part of a state that is drawn.
pub(super) struct Drawn {
    pub(super) state: State,
    /// The number of objects, mounts, ports and connections that are not drawn.
    pub(super) left_out: usize,
}

impl Drawn {
    pub(super) fn new(state: &State, limit: Limit) -> Self {
        let mut drawn = Self { state: State::default(), left_out: 0 };
        let mut others: HashSet<(Kind, String)> = HashSet::new();
        let has_room = |drawn: &State, others: &HashSet<_>| {
            drawn.containers.len() + others.len() < limit.cards
        };
        for (index, container) in state.containers.iter().enumerate() {
            let part = part(container, limit.each);
            let with: HashSet<_> = others.iter().cloned().chain(needs(&part)).collect();
            if !has_room(&drawn.state, &with) {
                drawn.left_out += state.containers.len() - index;
                break;
            }
            others = with;
            drawn.left_out += size(container) - size(&part);
            drawn.state.containers.push(part);
        }
        for volume in &state.volumes {
            let card = (Kind::Volume, volume.clone());
            if others.contains(&card) || has_room(&drawn.state, &others) {
                others.insert(card);
                drawn.state.volumes.push(volume.clone());
            } else {
                drawn.left_out += 1;
            }
        }
        for network in &state.networks {
            let card = (Kind::Network, network.id.clone());
            if others.contains(&card) || has_room(&drawn.state, &others) {
                others.insert(card);
                drawn.state.networks.push(network.clone());
            } else {
                drawn.left_out += 1;
            }
        }
        drawn
    }
}

fn part(container: &Container, each: usize) -> Container {
    let Container { id, name, image, status, mounts, networks, ports } = container;
    Container {
        id: id.clone(),
        name: name.clone(),
        image: image.clone(),
        status: *status,
        mounts: mounts.iter().take(each).cloned().collect(),
        networks: networks.iter().take(each).cloned().collect(),
        ports: ports.iter().take(each).cloned().collect(),
    }
}

fn size(container: &Container) -> usize {
    container.mounts.len() + container.networks.len() + container.ports.len()
}

/// The cards that a container links to.
fn needs(container: &Container) -> impl Iterator<Item = (Kind, String)> {
    let mounts = container.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume(name) => Some((Kind::Volume, name.clone())),
        MountSource::Bind(path) => Some((Kind::HostPath, path.clone())),
        MountSource::Tmpfs => None,
    });
    let networks = container.networks.iter().filter(|network| !network.is_predefined());
    mounts.chain(networks.map(|network| (Kind::Network, network.id.clone())))
}
