//! What this program keeps on a Docker, and removing it.

use std::collections::BTreeMap;
use std::time::Duration;

use docker_cli::{Canceller, Docker, DockerCommand, Error};

use super::engine_image::{KEPT, REPOSITORY};
use super::{REQUEST_LIMIT, brief, named, owner, with_remedy};
use crate::run::{Amount, RunError};

/// How long a Docker that was not asked for may take to answer.
const LIMIT: Duration = Duration::from_secs(3);

/// What was removed from a Docker, or would be.
#[derive(Debug, Default)]
pub(crate) struct CleanedDocker {
    /// The images of engines.
    pub(crate) images: Amount,
    pub(crate) images_in_use: Amount,
    /// The volumes with caches of images. Docker finds out the size of a volume only by reading all of them.
    pub(crate) volumes: usize,
    pub(crate) volumes_in_use: usize,
    /// What could not be removed, and why.
    pub(crate) failures: Vec<String>,
}

/// Removes what this program keeps on the Docker that a context names, or on the one that `docker` uses by itself, except
/// what a container uses. `None` if the latter does not answer at once: nothing says that this program has used it.
///
/// # Errors
/// When the Docker of a context does not answer.
pub(crate) fn clean_docker(
    context: Option<&str>,
    is_dry_run: bool,
    canceller: &Canceller,
) -> Result<Option<CleanedDocker>, RunError> {
    let (name, docker) = named(context, canceller);
    if context.is_none() && docker.clone().timeout(LIMIT).ping().is_err() {
        return Ok(None);
    }
    let docker = docker.timeout(REQUEST_LIMIT);
    let mut cleaned = CleanedDocker::default();
    let clean = |cleaned: &mut CleanedDocker| {
        if !is_dry_run {
            owner::remove_abandoned(&docker)?;
        }
        cleaned.images(&docker, is_dry_run)?;
        cleaned.volumes(&docker, is_dry_run)
    };
    match clean(&mut cleaned) {
        Ok(()) => {}
        Err(_) if canceller.is_cancelled() => return Err(RunError::Cancelled),
        Err(RunError::Docker(error)) => {
            let source = Box::new(RunError::Remote { message: with_remedy(&error) });
            return Err(RunError::Host { host: name, source });
        }
        Err(error) => return Err(error),
    }
    for failure in &mut cleaned.failures {
        failure.insert_str(0, &format!("{name}: "));
    }
    Ok(Some(cleaned))
}

impl CleanedDocker {
    fn images(&mut self, docker: &Docker, is_dry_run: bool) -> Result<(), RunError> {
        let mut images: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in docker.image().ls().filter(format!("label={KEPT}")).call()? {
            let names = images.entry(row.id.to_string()).or_default();
            // A name that the author has given stays, and with it the image.
            if row.repository == REPOSITORY {
                names.push(format!("{REPOSITORY}:{}", row.tag));
            } else if row.repository == "<none>" {
                names.push(row.id.to_string());
            }
        }
        for (id, names) in images.into_iter().filter(|(_, names)| !names.is_empty()) {
            // It may be gone by now.
            let Some(size) = docker.image().find(&id)?.map(|image| image.size) else { continue };
            if is_used(docker, &format!("ancestor={id}"))? {
                self.images_in_use.add(size);
                continue;
            }
            let remove = || docker.image().rm(&names).call();
            match if is_dry_run { Ok(()) } else { remove().map(drop) } {
                Ok(()) => self.images.add(size),
                Err(error) => self.failed(&format!("image `{}`", names[0]), &error),
            }
        }
        Ok(())
    }

    fn volumes(&mut self, docker: &Docker, is_dry_run: bool) -> Result<(), RunError> {
        for name in docker.volume().ls().filter(format!("label={KEPT}")).call()? {
            if is_used(docker, &format!("volume={name}"))? {
                self.volumes_in_use += 1;
                continue;
            }
            match if is_dry_run { Ok(()) } else { docker.volume().rm([&name]).call() } {
                Ok(()) => self.volumes += 1,
                Err(error) => self.failed(&format!("volume `{name}`"), &error),
            }
        }
        Ok(())
    }

    fn failed(&mut self, what: &str, error: &Error) {
        self.failures.push(format!("cannot remove {what}: {}", brief(error)));
    }
}

/// Whether a container, running or not, matches this filter.
fn is_used(docker: &Docker, filter: &str) -> Result<bool, RunError> {
    Ok(!docker.container().ls().all().filter(filter).call()?.is_empty())
}
