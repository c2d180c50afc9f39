//! `docker container …`

mod exec;
mod inspect;
mod logs;
mod ls;
mod run;

use std::ffi::OsStr;

pub use exec::Exec;
pub use inspect::{Config, Container, Inspect, State};
pub use logs::Logs;
pub use ls::{Ls, Row};
pub use run::{Detached, Run};

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, found};
use crate::read;

/// The commands on containers; see [`Docker::container`].
#[derive(Clone, Copy, Debug)]
pub struct Containers<'a>(pub(crate) &'a Docker);

impl Containers<'_> {
    /// Runs a program in a new container, and waits for it.
    pub fn run(&self, image: impl AsRef<OsStr>) -> Run {
        Run::of(self.0, image)
    }

    /// Runs a program in a running container.
    pub fn exec<I>(&self, container: impl AsRef<OsStr>, program: I) -> Exec
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Exec::of(self.0, container, program)
    }

    /// What a container printed.
    pub fn logs(&self, container: impl AsRef<OsStr>) -> Logs {
        Logs::new(self.0).positionals([container])
    }

    /// Lists containers: those that run or, with [`Ls::all`], every one.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Describes these containers.
    pub fn inspect<I>(&self, containers: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).positionals(containers)
    }

    /// Describes one container; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, container: impl AsRef<OsStr>) -> Result<Option<Container>, Error> {
        found(self.inspect([container]).call())
    }

    /// Starts containers that exist.
    pub fn start<I>(&self, containers: I) -> Start
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Start::new(self.0).positionals(containers)
    }

    /// Stops containers: the stop signal, then after a while SIGKILL.
    pub fn stop<I>(&self, containers: I) -> Stop
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Stop::new(self.0).positionals(containers)
    }

    /// Sends a signal to containers.
    pub fn kill<I>(&self, containers: I) -> Kill
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Kill::new(self.0).positionals(containers)
    }

    /// Removes containers.
    pub fn rm<I>(&self, containers: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).positionals(containers)
    }
}

command! {
    /// `docker container start`
    Start = "container" "start" => (), read::nothing;
}

command! {
    /// `docker container stop`
    Stop = "container" "stop" => (), read::nothing;
    /// How long to wait before SIGKILL, instead of 10 seconds. (The short flag, because the long
    /// one is `--time` up to Docker 27 and `--timeout` from 28 on.)
    grace: seconds "-t";
    /// The stop signal, instead of the one that the container names (Docker 23 and later).
    signal: value "--signal";
}

command! {
    /// `docker container kill`
    Kill = "container" "kill" => (), read::nothing;
    /// The signal, instead of SIGKILL.
    signal: value "--signal";
}

command! {
    /// `docker container rm`. Those that can be removed are, also when the call fails.
    Rm = "container" "rm" => (), read::nothing;
    /// Running containers too, by SIGKILL; and containers that do not exist are no error.
    force: switch "--force";
    /// Their anonymous volumes too.
    volumes: switch "--volumes";
}
