//! `docker container …`

mod attach;
mod create;
mod exec;
mod files;
mod host;
mod inspect;
mod logs;
mod ls;
mod network;
mod processes;
mod prune;
mod run;
mod state;
mod stats;
mod wait_until;

use std::ffi::OsStr;
use std::time::Duration;

pub use crate::error::NotReady;
pub use crate::generated::container::*;
pub use attach::Attach;
pub use create::Create;
pub use exec::Exec;
pub use files::{CopyIn, CopyOut, Cp, Export};
pub use host::{HostConfig, RestartPolicy};
pub use inspect::{Config, Container, Inspect, Mount};
pub use logs::Logs;
pub use ls::{Ls, Row};
pub use network::{Endpoint, NetworkSettings};
pub use processes::{Diff, Difference, FileChange, ListPorts, Processes, Top, Wait};
pub use prune::Prune;
pub use run::{Detached, Run};
pub use state::{Health, HealthCheck, State};
pub use stats::{Stats, Usage};
pub use wait_until::WaitUntil;

use crate::command::DockerCommand;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
use crate::output::{Origin, Output};
use crate::read;
use crate::stdin::Stdin;

/// The `docker container` commands; see [`Docker::container`].
#[derive(Clone, Copy, Debug)]
pub struct Containers<'a>(pub(crate) &'a Docker);

impl Containers<'_> {
    /// Runs a program in a new container and waits for it.
    pub fn run(&self, image: impl AsRef<OsStr>) -> Run {
        Run::from_image(self.0, image)
    }

    /// Creates a container without starting it.
    pub fn create(&self, image: impl AsRef<OsStr>) -> Create {
        Create::from_image(self.0, image)
    }

    /// Runs a program in a running container.
    pub fn exec<I>(&self, container: impl AsRef<OsStr>, program: I) -> Exec
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Exec::in_container(self.0, container, program)
    }

    /// Connects with the program of a running container until it ends.
    pub fn attach(&self, container: impl AsRef<OsStr>) -> Attach {
        Attach::to_container(self.0, container)
    }

    /// Returns the output of a container.
    pub fn logs(&self, container: impl AsRef<OsStr>) -> Logs {
        Logs::new(self.0).with_positionals([container])
    }

    /// Lists the running containers or, with [`Ls::all`], all.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Returns the details of containers.
    pub fn inspect<I>(&self, containers: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).with_list(containers)
    }

    /// Returns the details of one container; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, container: impl AsRef<OsStr>) -> Result<Option<Container>, Error> {
        first_if_exists(self.inspect([container]).call())
    }

    /// Starts containers that were created or stopped.
    pub fn start<I>(&self, containers: I) -> Start
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Start::new(self.0).with_list(containers)
    }

    /// Stops and starts containers.
    pub fn restart<I>(&self, containers: I) -> Restart
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Restart::new(self.0).with_list(containers)
    }

    /// Changes limits and restart policies of containers.
    pub fn update<I>(&self, containers: I) -> Update
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Update::new(self.0).with_list(containers)
    }

    /// Stops containers: by their stop signal, then after [`Stop::grace`] by SIGKILL.
    pub fn stop<I>(&self, containers: I) -> Stop
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Stop::new(self.0).with_list(containers)
    }

    /// Sends a signal to containers.
    pub fn kill<I>(&self, containers: I) -> Kill
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Kill::new(self.0).with_list(containers)
    }

    /// Removes containers.
    pub fn rm<I>(&self, containers: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).with_list(containers)
    }

    /// Removes the containers that are not running.
    pub fn prune(&self) -> Prune {
        Prune::new(self.0)
    }

    /// Waits until containers end; returns their exit statuses.
    pub fn wait<I>(&self, containers: I) -> Wait
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Wait::new(self.0).with_list(containers)
    }

    /// Waits until a container is ready, for this long at most: see the methods of [`WaitUntil`].
    pub fn wait_until(&self, container: impl AsRef<OsStr>, limit: Duration) -> WaitUntil {
        WaitUntil::new(self.0, container, limit)
    }

    /// Returns the processes of a container.
    pub fn top(&self, container: impl AsRef<OsStr>) -> Top {
        Top::new(self.0).with_positionals([container])
    }

    /// Returns the published ports of a container.
    pub fn port(&self, container: impl AsRef<OsStr>) -> ListPorts {
        ListPorts::new(self.0).with_positionals([container])
    }

    /// Returns the files of a container that differ from its image.
    pub fn diff(&self, container: impl AsRef<OsStr>) -> Diff {
        Diff::new(self.0).with_positionals([container])
    }

    /// Returns the resources that containers use; without a name, all running ones.
    pub fn stats<I>(&self, containers: I) -> Stats
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Stats::new(self.0).with_positionals(containers)
    }

    /// Copies files where docker runs: one of both paths is `CONTAINER:PATH`.
    pub fn cp(&self, source: impl AsRef<OsStr>, target: impl AsRef<OsStr>) -> Cp {
        Cp::new(self.0).with_positionals([source.as_ref(), target.as_ref()])
    }

    /// Returns a file or directory of a container as a tar archive.
    pub fn copy_out(&self, container: impl AsRef<OsStr>, path: impl AsRef<OsStr>) -> CopyOut {
        CopyOut::from_container(self.0, container, path)
    }

    /// Unpacks a tar archive in a directory of a container.
    pub fn copy_in(
        &self,
        archive: impl Into<Stdin>,
        container: impl AsRef<OsStr>,
        directory: impl AsRef<OsStr>,
    ) -> CopyIn {
        CopyIn::into_container(self.0, archive.into(), container, directory)
    }

    /// Returns the file system of a container as a tar archive.
    pub fn export(&self, container: impl AsRef<OsStr>) -> Export {
        Export::new(self.0).with_positionals([container])
    }
}

command! {
    /// `docker container start`
    Start = "container" "start" => (), read::ignore;
}

impl Start {
    /// Waits until the program ends, and returns its output. Docker does that for one container
    /// only.
    pub fn attach(mut self) -> StartAttached {
        self.0.flag("--attach");
        self.0.relay(Origin::Exec);
        StartAttached(self.0)
    }
}

command! {
    /// `docker container start --attach`; see [`Start::attach`]. It returns the program's output,
    /// and fails if the program does.
    StartAttached = => Output, Ok, origin: Exec;
    /// Forwards signals from docker to the program (the default).
    sig_proxy: toggle "--sig-proxy";
}

impl StartAttached {
    /// Sets what the program reads from its standard input (`--interactive`). The container must
    /// have been created with `--interactive` too.
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.0.flag("--interactive");
        self.0.stdin(stdin.into());
        self
    }
}

command! {
    /// `docker container restart`
    Restart = "container" "restart" => (), read::ignore;
    /// Sets how long to wait before SIGKILL, instead of 10 seconds.
    grace: seconds "-t";
    /// Sets the stop signal instead of the container's own (Docker 23 and later).
    signal: value "--signal";
}

command! {
    /// `docker container update`. If it fails for one container, it still changes the others.
    Update = "container" "update" => (), read::ignore;
    /// Sets when to restart the container: `no`, `on-failure[:N]`, `always`, `unless-stopped`.
    restart: value "--restart";
    /// Limits the memory: bytes, or with a unit (`512m`).
    memory: value "--memory";
    /// Limits memory and swap together: bytes, or with a unit (`512m`); `-1` for unlimited swap.
    memory_swap: value "--memory-swap";
    /// Limits the number of CPUs that it may use, which may be a fraction.
    cpus: decimal "--cpus";
    /// Limits the number of processes; -1 for no limit.
    pids_limit: number "--pids-limit";
}

command! {
    /// `docker container stop`
    Stop = "container" "stop" => (), read::ignore;
    /// Sets how long to wait before SIGKILL, instead of 10 seconds. (The short flag, because the
    /// long one is `--time` up to Docker 27 and `--timeout` since 28.)
    grace: seconds "-t";
    /// Sets the stop signal instead of the container's own (Docker 23 and later).
    signal: value "--signal";
}

command! {
    /// `docker container kill`
    Kill = "container" "kill" => (), read::ignore;
    /// Sets the signal instead of SIGKILL.
    signal: value "--signal";
}

command! {
    /// `docker container rm`. If it fails for one container, it still removes the others.
    Rm = "container" "rm" => (), read::ignore;
    /// Kills containers that are running, and ignores those that do not exist.
    force: switch "--force";
    /// Removes their anonymous volumes too.
    volumes: switch "--volumes";
}
