//! Compose projects that are removed when they go out of scope.
//!
//! Compose cannot label what it creates for somebody else, and its files may be gone when the
//! project is to be removed. So the objects are found by compose's own label, and the owner is the
//! label of a volume that only marks the project.

use std::ffi::OsStr;
use std::fmt;

use super::sealed::Remove;
use super::{Guard, create_volume, label_value};
use crate::command::{Builder, DockerCommand};
use crate::compose;
use crate::docker::Docker;
use crate::error::{Error, ObjectKind};
use crate::id::VolumeName;
use crate::invocation::Invocation;

/// Compose's label of what belongs to a project
/// (<https://github.com/compose-spec/compose-spec/blob/main/05-services.md#labels>).
const PROJECT: &str = "com.docker.compose.project";
/// The label of the volume that marks a project, with its name.
pub(super) const MARKS: &str = "docker-cli.project";

/// A compose project, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project(String);

impl Project {
    /// The project with this name, for [`Guard::new`].
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name, as compose has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    fn marker(&self) -> String {
        format!("docker-cli.project.{}", self.0)
    }

    fn remove_marker(&self, docker: &Docker) -> Result<(), Error> {
        super::unless_missing(docker.volume().rm([self.marker()]).call())
    }

    fn filter(&self) -> String {
        format!("label={PROJECT}={}", self.0)
    }

    fn exists(&self, docker: &Docker) -> Result<bool, Error> {
        let filter = self.filter();
        Ok(!docker.container().ls().all().filter(&filter).call()?.is_empty()
            || !docker.network().ls().filter(&filter).call()?.is_empty()
            || !docker.volume().ls().filter(&filter).call()?.is_empty())
    }
}

impl AsRef<OsStr> for Project {
    fn as_ref(&self) -> &OsStr {
        self.0.as_ref()
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Its containers are killed and removed, then its networks and volumes, those with names too.
/// External networks and volumes stay, and images.
impl Remove for Project {
    fn remove(&self, docker: &Docker) -> Result<(), Error> {
        let filter = self.filter();
        let containers = docker.container().ls().all().filter(&filter).call()?;
        for container in containers {
            container.id.remove(docker)?;
        }
        for network in docker.network().ls().filter(&filter).call()? {
            network.id.remove(docker)?;
        }
        for volume in docker.volume().ls().filter(&filter).call()? {
            volume.remove(docker)?;
        }
        // Last, so that `sweep` tries again if something remains.
        self.remove_marker(docker)
    }

    fn keep(&self, docker: &Docker, _: Option<&str>) -> Result<(), Error> {
        self.remove_marker(docker)
    }
}

impl compose::Up {
    /// Creates and starts the services in the background (`--detach`), and removes the project when
    /// the guard is dropped: its containers, networks and volumes, those with names too.
    ///
    /// The name of the project is asked of compose (`docker compose config`) if
    /// [`project_name`](compose::Compose::project_name) has not set it. A file on standard input is
    /// read twice then, so give it as bytes or a path.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Exists`] if the project exists already: what belongs to it must
    /// not be removed. If starting the services fails, what was created is removed.
    pub fn guard(mut self) -> Result<Guard<Project>, Error> {
        let docker = self.invocation().docker();
        let project = Project(name(self.invocation())?);
        let exists = || Error::Exists { kind: ObjectKind::Project, name: project.to_string() };
        let marker = docker.volume().create().name(project.marker()).label(MARKS, project.name());
        let marker = match create_volume(marker, &label_value()) {
            Err(Error::Exists { .. }) => return Err(exists()),
            marker => marker?,
        };
        if project.exists(&docker)? {
            return Err(exists());
        }
        let _: VolumeName = marker.disarm();
        let guard = Guard::new(&docker, project);
        if !self.invocation().has_flag("--detach") {
            self.invocation_mut().flag("--detach");
        }
        self.call()?;
        Ok(guard)
    }
}

/// The name of the project of a compose command.
fn name(command: &Invocation) -> Result<String, Error> {
    let compose = command.group();
    if let Some(name) = compose.value_of("--project-name") {
        return Ok(name.to_string_lossy().into_owned());
    }
    Ok(compose::Config::new(&compose).call()?.name)
}
