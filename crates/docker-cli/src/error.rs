//! The one error of this crate.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use crate::output::{CommandLine, Output};

/// Why a command gave no result. Each case is one that a caller can act on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program that was to be run is not there.
    #[error("{} is not installed or not on the PATH\n  command: {command}", .program.display())]
    ProgramMissing {
        /// The missing program: docker, or the first word of [`through`](crate::Docker::through).
        program: OsString,
        /// What was to be run.
        command: CommandLine,
    },
    /// No daemon answers: it is not running, or the host or context is wrong.
    #[error("the Docker daemon cannot be reached: {0}")]
    DaemonUnreachable(Box<Failure>),
    /// The daemon is there, and this user may not speak to it.
    #[error("this user may not use the Docker daemon: {0}")]
    PermissionDenied(Box<Failure>),
    /// The object that was named does not exist.
    #[error("no such {kind}: {name}\n  docker: {failure}")]
    NoSuch {
        /// What it would be.
        kind: ObjectKind,
        /// The name, as Docker repeats it (Docker adds `:latest` to some image names).
        name: String,
        /// What Docker said.
        failure: Box<Failure>,
    },
    /// The object, or a port that was asked for, is used by something else.
    #[error("in use: {0}")]
    InUse(Box<Failure>),
    /// The name is taken by another object.
    #[error("conflict: {0}")]
    Conflict(Box<Failure>),
    /// Docker does not understand the command line: flags, number of arguments, plugin missing.
    #[error("wrong usage: {0}")]
    Usage(Box<Failure>),
    /// The program in the container failed: its status is [`Failure::status`].
    #[error("the program in the container failed: {0}")]
    Exit(Box<Failure>),
    /// The daemon refused for another reason.
    #[error("the Docker daemon refused: {0}")]
    Daemon(Box<Failure>),
    /// The docker program failed for another reason.
    #[error("docker failed: {0}")]
    Failed(Box<Failure>),
    /// The time was up; the command and everything that it started is gone.
    #[error("no end after {limit:?}: {failure}")]
    Timeout {
        /// The limit that was set.
        limit: Duration,
        /// What came out until then.
        failure: Box<Failure>,
    },
    /// A [`Canceller`](crate::Canceller) stopped the command.
    #[error("cancelled: {0}")]
    Cancelled(Box<Failure>),
    /// Docker succeeded, and its answer is not the JSON that it should be.
    #[error("docker's answer cannot be read: {source}\n  command: {command}\n  answer: {text}")]
    Json {
        /// What was run.
        command: CommandLine,
        /// What is wrong with the answer.
        source: serde_json::Error,
        /// The beginning of the answer.
        text: String,
    },
    /// Docker succeeded, and its answer is not the text that it should be.
    #[error("docker's answer is not {expected}: {text}\n  command: {command}")]
    Unexpected {
        /// What was run.
        command: CommandLine,
        /// What should have come.
        expected: &'static str,
        /// The beginning of the answer.
        text: String,
    },
    /// The operating system refused something that is needed to run a command.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was tried.
        action: String,
        /// Why it could not be done.
        source: io::Error,
    },
}

impl Error {
    /// The failed command and what it printed, if one ran.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::DaemonUnreachable(failure)
            | Self::PermissionDenied(failure)
            | Self::NoSuch { failure, .. }
            | Self::InUse(failure)
            | Self::Conflict(failure)
            | Self::Usage(failure)
            | Self::Exit(failure)
            | Self::Daemon(failure)
            | Self::Failed(failure)
            | Self::Timeout { failure, .. }
            | Self::Cancelled(failure) => Some(failure),
            Self::ProgramMissing { .. }
            | Self::Json { .. }
            | Self::Unexpected { .. }
            | Self::Io { .. } => None,
        }
    }

    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

/// One object that may not be there.
pub(crate) fn found<T>(objects: Result<Vec<T>, Error>) -> Result<Option<T>, Error> {
    match objects {
        Ok(objects) => Ok(objects.into_iter().next()),
        Err(Error::NoSuch { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A command that did not end well.
#[derive(Clone)]
pub struct Failure {
    /// What was run.
    pub command: CommandLine,
    /// How it ended; `None` when it was stopped.
    pub status: Option<ExitStatus>,
    /// What Docker says, without its prefixes and hints; where it says nothing of its own, the end
    /// of standard error. Can be empty.
    pub message: String,
    /// Its standard output until the end.
    pub stdout: Vec<u8>,
    /// Its standard error until the end.
    pub stderr: Vec<u8>,
}

impl Failure {
    pub(crate) fn ended(output: Output, message: String) -> Box<Self> {
        let Output { command, status, stdout, stderr } = output;
        Box::new(Self { command, status: Some(status), message, stdout, stderr })
    }

    pub(crate) fn stopped(command: CommandLine, stdout: Vec<u8>, stderr: Vec<u8>) -> Box<Self> {
        let text = String::from_utf8_lossy(&stderr);
        let message = last_lines(&text.lines().collect::<Vec<_>>());
        Box::new(Self { command, status: None, message, stdout, stderr })
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("command", &self.command.to_string())
            .field("status", &self.status)
            .field("message", &self.message)
            .field("stdout", &String::from_utf8_lossy(&self.stdout))
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let silent = self.message.is_empty();
        f.write_str(if silent { "(it said nothing)" } else { &self.message })?;
        write!(f, "\n  command: {}", self.command)?;
        if let Some(status) = self.status {
            write!(f, "\n  {status}")?;
        }
        Ok(())
    }
}

/// The end of a long text: errors are at the end, and a message is for people to read.
pub(crate) fn last_lines(lines: &[&str]) -> String {
    const LINES: usize = 20;
    const CHARACTERS: usize = 4000;
    let text = lines[lines.len().saturating_sub(LINES)..].join("\n");
    let skipped = text.chars().count().saturating_sub(CHARACTERS);
    text.chars().skip(skipped).collect::<String>().trim().to_owned()
}

/// A kind of Docker object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// A plugin.
    Plugin,
    /// A context of the docker program.
    Context,
    /// `docker inspect` does not say which kind it looked for.
    Object,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Container => "container",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Plugin => "plugin",
            Self::Context => "context",
            Self::Object => "object",
        })
    }
}
