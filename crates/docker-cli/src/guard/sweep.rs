//! Removing what guards of processes that have ended left behind.

use std::collections::BTreeMap;

use super::project::MARKS;
use super::sealed::Remove;
use super::{LABEL, LIMIT, Owner, Project};
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
    /// container).
    ///
    /// # Errors
    ///
    /// If the objects cannot be listed. Objects that cannot be removed are in [`Swept::errors`].
    pub fn sweep(&self) -> Result<Swept, Error> {
        let docker = self.for_removal(LIMIT);
        let filter = format!("label={LABEL}");
        let mut swept = Swept::default();
        // Containers first: they use the others.
        for container in docker.container().ls().all().filter(&filter).inspect()? {
            if is_abandoned(&container.config.labels) {
                remove(container.id, &docker, &mut swept.containers, &mut swept.errors);
            }
        }
        let volumes = docker.volume().ls().filter(&filter).inspect()?;
        let mut volumes: Vec<_> =
            volumes.into_iter().filter(|volume| is_abandoned(&volume.labels)).collect();
        volumes.retain(|volume| {
            let Some(name) = volume.labels.get(MARKS) else { return true };
            remove(Project::new(name), &docker, &mut swept.projects, &mut swept.errors);
            false
        });
        for network in docker.network().ls().filter(&filter).inspect()? {
            if is_abandoned(&network.labels) {
                remove(network.id, &docker, &mut swept.networks, &mut swept.errors);
            }
        }
        for volume in volumes {
            remove(volume.name, &docker, &mut swept.volumes, &mut swept.errors);
        }
        Ok(swept)
    }
}

fn remove<T: Remove>(object: T, docker: &Docker, removed: &mut Vec<T>, errors: &mut Vec<Error>) {
    match object.remove(docker) {
        Ok(()) => removed.push(object),
        Err(error) => errors.push(error),
    }
}

fn is_abandoned(labels: &BTreeMap<String, String>) -> bool {
    let owner = labels.get(LABEL).and_then(|label| Owner::parse(label));
    owner.is_some_and(|owner| owner.has_ended())
}
