//! The state in sentences.

use super::limit::Drawn;
use crate::model::recording::is_anonymous;
use crate::model::recording::{Mount, MountSource};
use crate::render::changes::{container_port, host_port};
use crate::render::labels::Labels;
use crate::render::names::{beginning, end, short, shown};
use crate::render::state::{Container, Status};

/// Describes everything in the diagram: a sentence for each container and for each unused object.
pub(super) fn describe(drawn: &Drawn, labels: &Labels) -> Vec<String> {
    let Drawn { state, left_out } = drawn;
    let containers = state.containers.iter().map(|container| describe_container(container, labels));
    let mounted = |volume: &&String| {
        let mut mounts = state.containers.iter().flat_map(|container| &container.mounts);
        mounts.any(|mount| matches!(&mount.source, MountSource::Volume(name) if name == *volume))
    };
    let volumes = state.volumes.iter().filter(|volume| !mounted(volume));
    let volumes = volumes.map(|name| format!("{}, {}", volume(name, labels), labels.unused()));
    let networks = state.networks.iter().filter(|network| {
        let mut joined = state.containers.iter().flat_map(|container| &container.networks);
        !joined.any(|joined| joined.id == network.id)
    });
    let networks = networks.map(|network| format!("{} {}", labels.network(), name(&network.name)));
    let others = (*left_out > 0).then(|| labels.more_objects(labels.number(*left_out as u64)));
    containers.chain(volumes).chain(networks).chain(others).map(|text| sentence(&text)).collect()
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).chain(['.']).collect()
}

/// The status of a container.
pub(super) fn status(status: Status, labels: &Labels) -> String {
    match status {
        Status::Created => labels.not_started().to_owned(),
        Status::Running => labels.running().to_owned(),
        Status::Paused => labels.paused().to_owned(),
        Status::Exited(status) => labels.exited(status),
    }
}

fn describe_container(container: &Container, labels: &Labels) -> String {
    let mut object = format!("{} {}", labels.container(), name(&container.name));
    if let Some(image) = &container.image {
        object.push_str(&format!(", {} {}", labels.image_name(), name(image)));
    }
    object.push_str(&format!(", {}", status(container.status, labels)));
    let mounts = container.mounts.iter().map(|one| mount(one, labels));
    let ports = container
        .ports
        .iter()
        .map(|port| labels.published(name(&host_port(port, labels)), name(&container_port(port))));
    let networks = container.networks.iter().filter(|network| network.name != "bridge");
    let networks = networks.map(|network| format!("{} {}", labels.network(), name(&network.name)));
    let described: Vec<String> = mounts.chain(ports).chain(networks).collect();
    if described.is_empty() {
        return object;
    }
    labels.described(object, described.join(labels.and_then()))
}

fn mount(mount: &Mount, labels: &Labels) -> String {
    let source = match &mount.source {
        MountSource::Bind(host) => format!("{} {}", labels.host_path(), path(host)),
        MountSource::Volume(name) => volume(name, labels),
        MountSource::Tmpfs => "tmpfs".to_owned(),
    };
    let mounted = labels.mounted(source, path(&mount.destination));
    if mount.read_only { format!("{mounted} ({})", labels.read_only()) } else { mounted }
}

fn volume(volume: &str, labels: &Labels) -> String {
    let kind = if is_anonymous(volume) { labels.anonymous_volume() } else { labels.volume() };
    format!("{kind} {}", name(volume))
}

/// The most cells of a name or a path.
const WIDTH: usize = 64;

fn name(name: &str) -> String {
    beginning(&short(name), WIDTH)
}

fn path(path: &str) -> String {
    end(&shown(path), WIDTH)
}
