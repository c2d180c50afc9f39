//! [`Docker`], where every command begins.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use crate::buildx::Buildx;
use crate::cancel::Canceller;
use crate::command::DockerCommand;
use crate::compose::Compose;
use crate::container::Containers;
use crate::context::Contexts;
use crate::define::globals;
use crate::error::Error;
use crate::image::Images;
use crate::network::Networks;
use crate::raw::Raw;
use crate::settings::{Settings, Wrapper};
use crate::system::{Info, System, Version};
use crate::volume::Volumes;

/// A docker program and how to run it. Creating or cloning one is cheap and runs nothing.
///
/// ```
/// use std::time::Duration;
/// use docker_cli::Docker;
///
/// let local = Docker::new().timeout(Duration::from_secs(60));
/// let remote = local.clone().host("ssh://builder");
/// let over_ssh = local.clone().over_ssh("builder");
/// let inside = local.through(["nsenter", "--target", "123", "--mount", "--net", "--pid", "--"]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Docker(Arc<Settings>);

impl Docker {
    /// `docker` from the PATH, with the environment of this process and no timeout.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Runs another program than `docker`: a path, or a name that is looked up on the PATH.
    pub fn program(self, program: impl Into<OsString>) -> Self {
        self.with(|settings| settings.program = program.into())
    }

    /// Puts a command in front of docker, such as `nsenter … --` or `sudo`.
    ///
    /// It must execute the words that follow it as they are, pass the standard streams on, and exit
    /// with docker's status. Use [`over_ssh`](Self::over_ssh) or
    /// [`through_shell`](Self::through_shell) for a command that passes them to a shell: such a
    /// shell would split and interpret every argument.
    ///
    /// Stopping a command kills the process group on this side. Processes that the wrapper runs on
    /// another machine, in another session or as another user are out of reach.
    pub fn through<I, S>(self, command: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        let words = command.into_iter().map(Into::into).collect();
        self.with(|settings| settings.wrapper = Wrapper::Exec(words))
    }

    /// Puts a command in front of docker that appends its arguments to the command line of a POSIX
    /// shell: `ssh -p 2222 host`, `su -c` and the like.
    ///
    /// Docker's words are quoted for that shell and passed as one argument. What
    /// [`env`](Self::env), [`env_remove`](Self::env_remove) and [`env_clear`](Self::env_clear) set
    /// applies to docker on the other side, through the `env` program there; the values can be
    /// seen in the process lists of both sides. The command itself is started with the
    /// environment of this process.
    ///
    /// Stopping a command kills the process group on this side; docker may go on where the shell
    /// runs.
    pub fn through_shell<I, S>(self, command: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        let words: Vec<OsString> = command.into_iter().map(Into::into).collect();
        // Without a command there is no shell either.
        let wrapper = if words.is_empty() { Wrapper::Exec(words) } else { Wrapper::Shell(words) };
        self.with(|settings| settings.wrapper = wrapper)
    }

    /// Runs docker on another machine through `ssh`; see [`through_shell`](Self::through_shell).
    /// `host` is `[USER@]HOST` or `ssh://[USER@]HOST[:PORT]`.
    ///
    /// The login shell there must be a POSIX shell. ssh must log in without asking for anything,
    /// as it cannot read from the terminal: with `BatchMode` it fails instead of waiting.
    pub fn over_ssh(self, host: impl Into<OsString>) -> Self {
        self.through_shell(["ssh".into(), "-oBatchMode=yes".into(), "--".into(), host.into()])
    }

    /// Sets the daemon to connect to, in the format of `docker --host`.
    pub fn host(self, host: impl Into<OsString>) -> Self {
        self.with(|settings| settings.host = Some(host.into()))
    }

    /// Sets the name of the context to use, like `docker --context`.
    pub fn context(self, context: impl Into<OsString>) -> Self {
        self.with(|settings| settings.context = Some(context.into()))
    }

    /// Adds a flag of `docker` itself that has no method here, as one word: `--new=x`.
    pub fn global_flag(self, raw: impl Into<OsString>) -> Self {
        self.with(|settings| settings.flags.push(raw.into()))
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

    /// Starts docker with only the variables that [`env`](Self::env) sets from now on. Set `PATH`
    /// too, unless the program is an absolute path.
    pub fn env_clear(self) -> Self {
        self.with(|settings| {
            settings.inherit_environment = false;
            settings.environment.clear();
        })
    }

    /// Limits the duration of each call that sets no limit of its own. It does not apply to streams,
    /// which may follow something that does not end.
    pub fn timeout(self, limit: Duration) -> Self {
        self.with(|settings| settings.timeout = Some(limit))
    }

    /// Lets `canceller` stop every command of this docker.
    pub fn cancelled_by(self, canceller: Canceller) -> Self {
        self.with(|settings| settings.canceller = Some(canceller))
    }

    /// The `docker container` commands.
    #[must_use]
    pub fn container(&self) -> Containers<'_> {
        Containers(self)
    }

    /// The `docker image` commands.
    #[must_use]
    pub fn image(&self) -> Images<'_> {
        Images(self)
    }

    /// The `docker volume` commands.
    #[must_use]
    pub fn volume(&self) -> Volumes<'_> {
        Volumes(self)
    }

    /// The `docker network` commands.
    #[must_use]
    pub fn network(&self) -> Networks<'_> {
        Networks(self)
    }

    /// The `docker system` commands.
    #[must_use]
    pub fn system(&self) -> System<'_> {
        System(self)
    }

    /// The `docker compose` commands.
    pub fn compose(&self) -> Compose {
        Compose::new(self)
    }

    /// The `docker context` commands. ([`context`](Self::context) selects one.)
    #[must_use]
    pub fn contexts(&self) -> Contexts<'_> {
        Contexts(self)
    }

    /// The `docker buildx` commands.
    #[must_use]
    pub fn buildx(&self) -> Buildx<'_> {
        Buildx(self)
    }

    /// A command given by its words, for those without a method: `docker.command(["compose", "up", "--detach"])`.
    pub fn command<I, S>(&self, words: I) -> Raw
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Raw::from_words(self, words)
    }

    /// Returns the versions of the client and the daemon (`docker version`).
    ///
    /// # Errors
    ///
    /// [`Error::DaemonUnreachable`] without a daemon, and those of every call.
    pub fn version(&self) -> Result<Version, Error> {
        System(self).version().call()
    }

    /// Returns the daemon's configuration, counts and machine (`docker system info`).
    ///
    /// # Errors
    ///
    /// [`Error::DaemonUnreachable`] without a daemon, and those of every call.
    pub fn info(&self) -> Result<Info, Error> {
        System(self).info().call()
    }

    /// Checks that the daemon answers.
    ///
    /// # Errors
    ///
    /// The reason why it does not: most likely [`Error::ProgramMissing`],
    /// [`Error::DaemonUnreachable`] or [`Error::PermissionDenied`].
    pub fn ping(&self) -> Result<(), Error> {
        self.version().map(drop)
    }

    /// The same docker for removing what was created: it works when everything else has been
    /// cancelled, and has a limit of its own.
    pub(crate) fn for_removal(&self, limit: Duration) -> Self {
        self.clone().with(|settings| {
            settings.canceller = None;
            settings.timeout = Some(limit);
        })
    }

    pub(crate) fn from_settings(settings: Arc<Settings>) -> Self {
        Self(settings)
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.0
    }
}

globals! {
    Docker =;
    /// Sets the directory of docker's configuration: logins, contexts, plugins of this user.
    config_directory: value "--config";
    /// Makes docker print what it does, on standard error.
    debug: switch "--debug";
    /// Sets what docker logs on standard error: `debug`, `info` (the default), `warn`, `error`, `fatal`.
    log_level: value "--log-level";
    /// Connects by TLS, without checking the daemon's certificate unless
    /// [`tls_verify`](Self::tls_verify) is set too.
    tls: switch "--tls";
    /// Sets the file with the certificates of authorities that sign daemons' certificates.
    tls_ca_cert: value "--tlscacert";
    /// Sets the file with the certificate that docker shows to the daemon.
    tls_cert: value "--tlscert";
    /// Sets the file with the key of [`tls_cert`](Self::tls_cert).
    tls_key: value "--tlskey";
    /// Connects by TLS, and checks the daemon's certificate.
    tls_verify: switch "--tlsverify";
}
