//! Which docker to run, and how.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Duration;

use crate::cancel::Canceller;
use crate::command::{Command, Raw};
use crate::container::Containers;
use crate::error::Error;
use crate::image::Images;
use crate::network::Networks;
use crate::system::{Info, System, Version};
use crate::volume::Volumes;

/// A docker program and how to run it. Making or cloning one is cheap and touches nothing.
///
/// ```
/// use std::time::Duration;
/// use docker_cli::Docker;
///
/// let local = Docker::new().timeout(Duration::from_secs(60));
/// let remote = local.clone().host("ssh://builder");
/// let inside = local.through(["nsenter", "--target", "123", "--mount", "--net", "--pid", "--"]);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Docker(Arc<Settings>);

#[derive(Clone, Debug)]
struct Settings {
    program: OsString,
    through: Vec<OsString>,
    host: Option<OsString>,
    context: Option<OsString>,
    inherit_environment: bool,
    /// `None` removes the variable.
    environment: BTreeMap<OsString, Option<OsString>>,
    timeout: Option<Duration>,
    canceller: Option<Canceller>,
}

impl Default for Docker {
    fn default() -> Self {
        Self::new()
    }
}

impl Docker {
    /// `docker` from the PATH, with the environment of this process and no timeout.
    pub fn new() -> Self {
        Self(Arc::new(Settings {
            program: "docker".into(),
            through: Vec::new(),
            host: None,
            context: None,
            inherit_environment: true,
            environment: BTreeMap::new(),
            timeout: None,
            canceller: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Another program than `docker`: a path, or a name that is looked up on the PATH.
    pub fn program(self, program: impl Into<OsString>) -> Self {
        self.with(|settings| settings.program = program.into())
    }

    /// A command to put in front of docker, such as `nsenter … --`, `sudo` or `ssh host`. It must
    /// run the words that follow it, pass the standard streams on, and exit with docker's status.
    ///
    /// Stopping a command kills the process group on this side. What a wrapper runs on another
    /// machine, in another session or as another user is out of its reach.
    pub fn through<I, S>(self, command: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        self.with(|settings| settings.through = command.into_iter().map(Into::into).collect())
    }

    /// The daemon to talk to, as `docker --host` takes it.
    pub fn host(self, host: impl Into<OsString>) -> Self {
        self.with(|settings| settings.host = Some(host.into()))
    }

    /// The context to use, as `docker --context` takes it.
    pub fn context(self, context: impl Into<OsString>) -> Self {
        self.with(|settings| settings.context = Some(context.into()))
    }

    /// Sets an environment variable of the docker program (not of containers).
    pub fn env(self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.with(|settings| {
            settings.environment.insert(name.into(), Some(value.into()));
        })
    }

    /// Removes an environment variable of the docker program.
    pub fn env_remove(self, name: impl Into<OsString>) -> Self {
        self.with(|settings| {
            settings.environment.insert(name.into(), None);
        })
    }

    /// Starts docker with no environment but what [`env`](Self::env) sets from now on. Set `PATH`
    /// too, unless the program is an absolute path.
    pub fn env_clear(self) -> Self {
        self.with(|settings| {
            settings.inherit_environment = false;
            settings.environment.clear();
        })
    }

    /// How long each call may take, unless it sets its own limit. Streams are not limited by it:
    /// they follow things that do not end.
    pub fn timeout(self, limit: Duration) -> Self {
        self.with(|settings| settings.timeout = Some(limit))
    }

    /// Lets `canceller` stop every command of this docker.
    pub fn cancelled_by(self, canceller: Canceller) -> Self {
        self.with(|settings| settings.canceller = Some(canceller))
    }

    /// `docker container …`
    #[must_use]
    pub fn container(&self) -> Containers<'_> {
        Containers(self)
    }

    /// `docker image …`
    #[must_use]
    pub fn image(&self) -> Images<'_> {
        Images(self)
    }

    /// `docker volume …`
    #[must_use]
    pub fn volume(&self) -> Volumes<'_> {
        Volumes(self)
    }

    /// `docker network …`
    #[must_use]
    pub fn network(&self) -> Networks<'_> {
        Networks(self)
    }

    /// `docker system …`
    #[must_use]
    pub fn system(&self) -> System<'_> {
        System(self)
    }

    /// Any other command, by its words: `docker.command(["compose", "up", "--detach"])`.
    pub fn command<I, S>(&self, words: I) -> Raw
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Raw::from_words(self, words)
    }

    /// The versions of the client and the daemon (`docker version`).
    ///
    /// # Errors
    ///
    /// [`Error::DaemonUnreachable`] when there is no daemon, like every call.
    pub fn version(&self) -> Result<Version, Error> {
        System(self).version().call()
    }

    /// What the daemon says of itself and its machine (`docker system info`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn info(&self) -> Result<Info, Error> {
        System(self).info().call()
    }

    /// Whether the daemon answers: `Ok`, or the reason why it does not.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::ProgramMissing`], [`Error::DaemonUnreachable`] and
    /// [`Error::PermissionDenied`] are the likely ones.
    pub fn ping(&self) -> Result<(), Error> {
        self.version().map(drop)
    }

    /// The words before the command: wrapper, program and its global flags.
    pub(crate) fn words(&self) -> Vec<OsString> {
        let settings = &self.0;
        let mut words = settings.through.clone();
        words.push(settings.program.clone());
        for (flag, value) in [("--host", &settings.host), ("--context", &settings.context)] {
            if let Some(value) = value {
                words.push(flag.into());
                words.push(value.clone());
            }
        }
        words
    }

    /// The environment of the program; `None` to inherit this process's.
    pub(crate) fn environment(&self) -> Option<Vec<(OsString, OsString)>> {
        let settings = &self.0;
        if settings.inherit_environment && settings.environment.is_empty() {
            return None;
        }
        let inherited = settings.inherit_environment.then(std::env::vars_os).into_iter().flatten();
        let mut environment: BTreeMap<OsString, OsString> = inherited.collect();
        for (name, value) in &settings.environment {
            match value {
                Some(value) => environment.insert(name.clone(), value.clone()),
                None => environment.remove(name),
            };
        }
        Some(environment.into_iter().collect())
    }

    pub(crate) fn program_name(&self) -> &OsStr {
        &self.0.program
    }

    pub(crate) fn wrapper(&self) -> Option<&OsStr> {
        self.0.through.first().map(OsString::as_os_str)
    }

    pub(crate) fn default_timeout(&self) -> Option<Duration> {
        self.0.timeout
    }

    pub(crate) fn canceller(&self) -> Option<&Canceller> {
        self.0.canceller.as_ref()
    }

    /// The same docker for cleaning up after a command that was cancelled.
    pub(crate) fn uncancelled(&self) -> Self {
        self.clone().with(|settings| settings.canceller = None)
    }
}
