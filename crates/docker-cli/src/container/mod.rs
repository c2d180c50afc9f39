//! `docker container …`

mod exec;
mod inspect;
mod logs;
mod ls;
mod run;

use std::ffi::OsStr;

pub use crate::generated::container::*;
pub use exec::Exec;
pub use inspect::{Config, Container, Inspect, State};
pub use logs::Logs;
pub use ls::{Ls, Row};
pub use run::{Detached, Run};

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
use crate::read;

/// The `docker container` commands; see [`Docker::container`].
#[derive(Clone, Copy, Debug)]
pub struct Containers<'a>(pub(crate) &'a Docker);

impl Containers<'_> {
    /// Runs a program in a new container and waits for it.
    pub fn run(&self, image: impl AsRef<OsStr>) -> Run {
        Run::from_image(self.0, image)
    }

    /// Runs a program in a running container.
    pub fn exec<I>(&self, container: impl AsRef<OsStr>, program: I) -> Exec
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Exec::in_container(self.0, container, program)
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
}

command! {
    /// `docker container start`
    Start = "container" "start" => (), read::ignore;
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
