//! Objects that are removed when they go out of scope, and removing those that a crash has left.

mod owner;
mod project;
mod sweep;

use std::ffi::OsStr;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use owner::Owner;
pub use project::Project;
pub use sweep::Swept;

use crate::command::{Builder, DockerCommand};
use crate::container;
use crate::docker::Docker;
use crate::error::{Error, ObjectKind};
use crate::id::{ContainerId, NetworkId, VolumeName};
use crate::{network, volume};

/// The label of what a guard has created: its [`Owner`], and a number that only this guard has.
pub(crate) const LABEL: &str = "docker-cli.owner";
/// The label of the volume that says that an object is kept, with the object's [`LABEL`]: an object's
/// own labels cannot be changed any more.
const KEPT: &str = "docker-cli.kept";
/// How long each command of a removal may take. The daemon kills a container within a second; ten
/// times that is for a busy machine.
const LIMIT: Duration = Duration::from_secs(10);

/// Removes a container, volume, network or compose project when it is dropped.
///
/// ```no_run
/// # fn main() -> Result<(), docker_cli::Error> {
/// use docker_cli::{Docker, DockerCommand};
///
/// let docker = Docker::new();
/// let network = docker.network().create("shop").guard()?;
/// let db = docker.container().run("postgres").network(&network).detach().guard()?;
/// docker.container().exec(&db, ["pg_isready"]).call()?;
/// db.remove()?; // to see an error
/// # Ok(())
/// # } // the network is removed here
/// ```
///
/// It derefs to the identifier, and can be used wherever a name is expected. Guards are dropped in
/// the reverse order of their declaration, so declare a network or volume before its containers.
///
/// Dropping a guard blocks until docker has removed the object, also while the thread panics and
/// after a [`Canceller`](crate::Canceller) has stopped everything else. If the daemon hangs, it
/// gives up after ten seconds. A drop cannot return an error: use [`remove`](Self::remove) to see
/// it. Drops do not run when a process is killed, exits by [`std::process::exit`], or ends by Ctrl-C
/// without handling it. The call that creates an object can time out while the daemon still works on
/// it. What is left by any of these has a label, by which [`Docker::sweep`] finds and removes it once
/// this process has ended.
#[must_use = "the object is removed as soon as its guard is dropped"]
pub struct Guard<T: Removable> {
    docker: Docker,
    object: T,
    /// The value of its [`LABEL`], if the guard has created it.
    label: Option<String>,
    is_armed: bool,
}

impl<T: Removable> Guard<T> {
    /// Guards an object that exists already. It has no label: [`Docker::sweep`] does not remove it.
    pub fn new(docker: &Docker, object: T) -> Self {
        Self { docker: docker.for_removal(LIMIT), object, label: None, is_armed: true }
    }

    fn labelled(docker: &Docker, object: T, label: &str) -> Self {
        let mut guard = Self::new(docker, object);
        guard.label = Some(label.to_owned());
        guard
    }

    /// Keeps the object, and returns its identifier.
    ///
    /// So that [`Docker::sweep`] keeps it too, this creates a volume named `docker-cli.kept.…`, which
    /// a later sweep removes when the object is gone. (Of a project, it removes the volume that marks
    /// it.)
    ///
    /// # Errors
    ///
    /// Those of every call; the object is removed then.
    pub fn keep(self) -> Result<T, Error> {
        self.object.keep(&self.docker, self.label.as_deref())?;
        Ok(self.disarm())
    }

    fn disarm(mut self) -> T {
        self.is_armed = false;
        self.object.clone()
    }

    /// Removes the object now. It is not an error if something else has removed it already.
    ///
    /// # Errors
    ///
    /// Why docker could not remove it; [`Error::Timeout`] after ten seconds.
    pub fn remove(mut self) -> Result<(), Error> {
        self.is_armed = false;
        self.object.remove(&self.docker)
    }
}

impl<T: Removable> Drop for Guard<T> {
    fn drop(&mut self) {
        if self.is_armed {
            // Documented: `remove` returns the error, and `sweep` tries again.
            let _ = self.object.remove(&self.docker);
        }
    }
}

impl<T: Removable> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T: Removable> AsRef<OsStr> for Guard<T> {
    fn as_ref(&self) -> &OsStr {
        self.object.as_ref()
    }
}

impl<T: Removable + fmt::Debug> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.object).finish()
    }
}

/// What a [`Guard`] can remove. Only this crate implements it.
pub trait Removable: Clone + AsRef<OsStr> + sealed::Remove {}

impl<T: Clone + AsRef<OsStr> + sealed::Remove> Removable for T {}

mod sealed {
    use super::{KEPT, Owner};
    use crate::command::DockerCommand;
    use crate::docker::Docker;
    use crate::error::Error;

    pub trait Remove {
        /// Removes it; it is not an error if it does not exist.
        fn remove(&self, docker: &Docker) -> Result<(), Error>;

        /// Has `sweep` keep it. `label` is the value of its label; without one, `sweep` does not
        /// remove it anyway.
        fn keep(&self, docker: &Docker, label: Option<&str>) -> Result<(), Error> {
            let Some(label) = label else { return Ok(()) };
            let number = label.rsplit('/').next().unwrap_or_default();
            let marker = format!("{KEPT}.{}-{number}", Owner::current().name());
            docker.volume().create().name(marker).label(KEPT, label).call().map(drop)
        }
    }
}

use sealed::Remove;

/// The container is killed; its anonymous volumes are removed too.
impl Remove for ContainerId {
    fn remove(&self, docker: &Docker) -> Result<(), Error> {
        let removed = docker.container().rm([self]).force().volumes().call();
        match unless_missing(removed) {
            // Of a container with `--rm` that has just ended.
            Err(Error::Daemon(failure)) if failure.message.ends_with("is already in progress") => {
                Ok(())
            }
            result => result,
        }
    }
}

impl Remove for NetworkId {
    fn remove(&self, docker: &Docker) -> Result<(), Error> {
        unless_missing(docker.network().rm([self]).call())
    }
}

impl Remove for VolumeName {
    fn remove(&self, docker: &Docker) -> Result<(), Error> {
        unless_missing(docker.volume().rm([self]).call())
    }
}

fn unless_missing(removed: Result<(), Error>) -> Result<(), Error> {
    match removed {
        Err(Error::NoSuch { .. }) => Ok(()),
        result => result,
    }
}

/// A value of [`LABEL`] that no other object has.
fn label_value() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{}/{}", Owner::current(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Runs a command that creates an object, with a label.
fn create<C>(mut command: C, label: &str) -> Result<Guard<C::Output>, Error>
where
    C: DockerCommand<Output: Removable>,
{
    let docker = command.invocation().docker();
    command.invocation_mut().value("--label", format!("{LABEL}={label}"));
    Ok(Guard::labelled(&docker, command.call()?, label))
}

/// Removes the container of a `run` that could not be started: docker creates it first.
fn remove_unstarted(docker: &Docker, label: &str) {
    let docker = docker.for_removal(LIMIT);
    let unstarted = docker.container().ls().all().filter(format!("label={LABEL}={label}")).call();
    for row in unstarted.unwrap_or_default() {
        // Of two errors, the caller gets the first. `sweep` finds what stays.
        let _ = row.id.remove(&docker);
    }
}

impl container::Detached {
    /// Runs the program in the background, in a container that is removed when the guard is dropped.
    /// If it cannot be started, the container is removed at once.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn guard(self) -> Result<Guard<ContainerId>, Error> {
        let (docker, label) = (self.invocation().docker(), label_value());
        create(self, &label).inspect_err(|error| {
            // After the others there is no container, or the call itself has removed it.
            if matches!(
                error,
                Error::InUse(_)
                    | Error::NoSuch { .. }
                    | Error::Exit(_)
                    | Error::Daemon(_)
                    | Error::Failed(_)
            ) {
                remove_unstarted(&docker, &label);
            }
        })
    }
}

impl container::Create {
    /// Creates a container that is removed when the guard is dropped.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn guard(self) -> Result<Guard<ContainerId>, Error> {
        create(self, &label_value())
    }
}

impl network::Create {
    /// Creates a network that is removed when the guard is dropped. It cannot be removed while a
    /// container is connected.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Conflict`] if a network has the name already.
    pub fn guard(self) -> Result<Guard<NetworkId>, Error> {
        create(self, &label_value())
    }
}

impl volume::Create {
    /// Creates a volume that is removed when the guard is dropped. It cannot be removed while a
    /// container has it, running or not.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Exists`] if a volume has the name already: the volume that
    /// Docker then returns must not be removed.
    pub fn guard(self) -> Result<Guard<VolumeName>, Error> {
        create_volume(self, &label_value())
    }
}

/// Creates a volume, and checks that it is this one: only then a guard may remove it.
fn create_volume(mut command: volume::Create, label: &str) -> Result<Guard<VolumeName>, Error> {
    let docker = command.invocation().docker();
    command.invocation_mut().value("--label", format!("{LABEL}={label}"));
    let name = command.call()?;
    let found = docker.volume().find(&name)?;
    if found.is_some_and(|volume| volume.labels.get(LABEL).is_some_and(|found| found == label)) {
        return Ok(Guard::labelled(&docker, name, label));
    }
    Err(Error::Exists { kind: ObjectKind::Volume, name: name.to_string() })
}
