//! A command while it runs, and the result of its end.

use std::io;
use std::time::Duration;

use rustix::io::Errno;

use crate::command_line::CommandLine;
use crate::error::{Error, Failure};
use crate::feed::{FeedFailure, Feeding};
use crate::leftover::Leftover;
use crate::output::{Origin, Output};
use crate::process::{Captured, End, Process, Step};
use crate::settings::Settings;
use crate::sigchld;
use crate::spawn::Start;

#[derive(Debug)]
pub(crate) struct Running {
    process: Process,
    command: CommandLine,
    origin: Origin,
    limit: Option<Duration>,
    /// The container to remove if the command does not end by itself.
    leftover: Option<Leftover>,
    /// Why its standard input is not complete.
    feed: FeedFailure,
}

impl Running {
    pub(crate) fn start(
        start: Start,
        command: CommandLine,
        origin: Origin,
        settings: &Settings,
        leftover: Option<Leftover>,
    ) -> Result<Self, Error> {
        let canceller = settings.canceller.as_ref();
        if canceller.is_some_and(crate::Canceller::is_cancelled) {
            let failure = Failure::stopped(command, Captured::default(), origin, None);
            return Err(Error::Cancelled(failure));
        }
        if sigchld::is_ignored() {
            return Err(Error::SigchldIgnored { command });
        }
        let limit = start.limit;
        match Process::start(start, canceller) {
            Ok(process) => {
                let feed = FeedFailure::default();
                Ok(Self { process, command, origin, limit, leftover, feed })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let program = settings.first_word().to_owned();
                Err(Error::ProgramMissing { program, command })
            }
            Err(source) => Err(Error::Io { action: format!("run `{command}`"), source }),
        }
    }

    /// Begins to pass a reader to its standard input.
    pub(crate) fn fed_by(mut self, feeding: Option<Feeding>) -> Result<Self, Error> {
        if let Some(feeding) = feeding {
            let group = self.process.group().clone();
            self.feed = feeding.start(group).map_err(Error::io("start a thread"))?;
        }
        Ok(self)
    }

    /// Runs to the end.
    pub(crate) fn output(mut self) -> Result<Output, Error> {
        let (end, captured) = self.process.capture().map_err(|error| self.read_error(error))?;
        self.ended(end, captured)
    }

    pub(crate) fn next(&mut self, buffer: &mut [u8]) -> Result<Step, Error> {
        self.process.next(buffer).map_err(|error| self.read_error(error))
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// What the end means, given the output until then.
    pub(crate) fn ended(&mut self, end: End, captured: Captured) -> Result<Output, Error> {
        let (command, origin) = (self.command.clone(), self.origin);
        if let Some(source) = self.feed.take() {
            self.remove_leftover();
            return Err(Error::Io { action: format!("read the input of `{command}`"), source });
        }
        match end {
            End::Exited(status) => {
                self.leftover = None;
                let Captured { stdout, stderr } = captured;
                Ok(Output { command, status, stdout, stderr, origin })
            }
            End::TimedOut => {
                let failure = Failure::stopped(command, captured, origin, self.remove_leftover());
                Err(Error::Timeout { limit: self.limit.unwrap_or_default(), failure })
            }
            End::Cancelled => {
                let failure = Failure::stopped(command, captured, origin, self.remove_leftover());
                Err(Error::Cancelled(failure))
            }
        }
    }

    /// Stops the command and removes its container; returns the label of one that may remain.
    fn remove_leftover(&mut self) -> Option<String> {
        let leftover = self.leftover.take()?;
        self.process.stop();
        leftover.remove()
    }

    fn read_error(&self, source: io::Error) -> Error {
        let command = &self.command;
        if Errno::from_io_error(&source) == Some(Errno::CHILD) {
            return Error::Io {
                action: format!("get the exit status of `{command}`"),
                source: io::Error::other(
                    "another part of this process waited for it, or SIGCHLD is ignored",
                ),
            };
        }
        Error::Io { action: format!("read the output of `{command}`"), source }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.remove_leftover();
    }
}
