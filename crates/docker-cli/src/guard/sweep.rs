//! Removing what guards of processes that have ended left behind.

use std::collections::BTreeMap;

use super::project::MARKS;
use super::sealed::Remove;
use super::{KEPT, LABEL, LIMIT, Owner, Project};
use crate::docker::Docker;
use crate::error::Error;
use crate::id::{ContainerId, NetworkId, VolumeName};

/// What [`Docker::sweep`] removed, and what it could not remove.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Swept {
    /// The containers that were removed, without those of projects.
    pub containers: Vec<ContainerId>,
    /// The compose projects that were removed.
    pub projects: Vec<Project>,
    /// The networks that were removed, without those of projects.
    pub networks: Vec<NetworkId>,
    /// The volumes that were removed, without those of projects.
    pub volumes: Vec<VolumeName>,
    /// Why other objects could not be removed. The next sweep tries again.
    pub errors: Vec<Error>,
}

impl Docker {
    /// Removes what [`Guard`](crate::Guard)s of processes that have ended left behind: of those that
    /// crashed, were killed, or could not reach the daemon. Call it when your program starts.
    ///
    /// It removes nothing of a process that is still running, nor of one that it cannot look for:
    /// on another machine that uses the same daemon, or in another PID namespace (such as a
    /// container). What was [kept](crate::Guard::keep) stays.
    ///
    /// # Errors
    ///
    /// If the objects cannot be listed. Objects that cannot be removed are in [`Swept::errors`].
    pub fn sweep(&self) -> Result<Swept, Error> {
        let docker = self.for_removal(LIMIT);
        // First: a process that has ended by now creates nothing more.
        let mut stale = markers(&docker)?;
        stale.retain(|label, _| has_ended(label));
        let filter = format!("label={LABEL}");
        let mut containers = docker.container().ls().all().filter(&filter).inspect()?;
        containers.retain(|container| is_abandoned(&container.config.labels, &mut stale));
        let mut networks = docker.network().ls().filter(&filter).inspect()?;
        networks.retain(|network| is_abandoned(&network.labels, &mut stale));
        let mut volumes = docker.volume().ls().filter(&filter).inspect()?;
        volumes.retain(|volume| is_abandoned(&volume.labels, &mut stale));
        // Last: and it keeps nothing more.
        let kept = markers(&docker)?;
        let is_kept = |labels: &BTreeMap<String, String>| {
            labels.get(LABEL).is_some_and(|label| kept.contains_key(label))
        };

        let mut swept = Swept::default();
        // Containers first: they use the others.
        for container in containers {
            if !is_kept(&container.config.labels) {
                remove(container.id, &docker, &mut swept.containers, &mut swept.errors);
            }
        }
        let (projects, volumes): (Vec<_>, Vec<_>) =
            volumes.into_iter().partition(|volume| volume.labels.contains_key(MARKS));
        for name in projects.iter().filter_map(|volume| volume.labels.get(MARKS)) {
            remove(Project::new(name), &docker, &mut swept.projects, &mut swept.errors);
        }
        for network in networks {
            if !is_kept(&network.labels) {
                remove(network.id, &docker, &mut swept.networks, &mut swept.errors);
            }
        }
        for volume in volumes {
            if !is_kept(&volume.labels) {
                remove(volume.name, &docker, &mut swept.volumes, &mut swept.errors);
            }
        }
        for marker in stale.into_values() {
            remove(marker, &docker, &mut Vec::new(), &mut swept.errors);
        }
        Ok(swept)
    }
}

/// The volumes that say which objects are kept, by the labels of these.
fn markers(docker: &Docker) -> Result<BTreeMap<String, VolumeName>, Error> {
    let volumes = docker.volume().ls().filter(format!("label={KEPT}")).inspect()?;
    let markers = volumes.into_iter().filter_map(|mut volume| {
        let label = volume.labels.remove(KEPT)?;
        Some((label, volume.name))
    });
    Ok(markers.collect())
}

/// Whether the owner of the object with these labels has ended. The object exists: if it is kept, the
/// volume that says so is not stale.
fn is_abandoned(
    labels: &BTreeMap<String, String>,
    stale: &mut BTreeMap<String, VolumeName>,
) -> bool {
    labels.get(LABEL).is_some_and(|label| {
        stale.remove(label);
        has_ended(label)
    })
}

fn has_ended(label: &str) -> bool {
    Owner::parse(label).is_some_and(|owner| owner.has_ended())
}

fn remove<T: Remove>(object: T, docker: &Docker, removed: &mut Vec<T>, errors: &mut Vec<Error>) {
    match object.remove(docker) {
        Ok(()) => removed.push(object),
        Err(error) => errors.push(error),
    }
}
