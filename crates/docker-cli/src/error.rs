//! The error type of this crate.

mod answer;
mod display;
mod failure;
mod not_ready;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::time::Duration;

pub use answer::{Excerpt, JsonError};
pub use failure::Failure;
pub(crate) use failure::last_lines;
pub use not_ready::NotReady;

use crate::command_line::CommandLine;
use crate::id::InvalidName;

/// Why a command returned no result. Callers can act on each case in a different way.
///
/// It is displayed on one line: the case and docker's message, or the last line that the program
/// printed. `{:#}` adds what else there is on lines of their own: the whole message, the command line
/// without its secrets, and the exit status.
///
/// Neither form, nor debug output, shows an answer of docker that could not be read, as it can contain
/// secrets: [`Excerpt::reveal`] and [`JsonError::reveal`] return what it says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program to run does not exist.
    ProgramMissing {
        /// The missing program: docker, or the first word of [`through`](crate::Docker::through).
        program: OsString,
        /// The command line that was to be run.
        command: CommandLine,
    },
    /// No daemon answers: it is not running, or the host or context is wrong.
    DaemonUnreachable(Box<Failure>),
    /// The daemon is running, but this user is not allowed to connect to it.
    PermissionDenied(Box<Failure>),
    /// A registry requires a login, rejects the credentials, or does not let this user do that. Of
    /// an image that this user may not see, many say instead that it may not exist:
    /// [`NoSuch`](Self::NoSuch).
    AccessDenied(Box<Failure>),
    /// An object that the command names does not exist.
    NoSuch {
        /// The kind of object that was looked for.
        kind: ObjectKind,
        /// The name, as Docker repeats it (Docker adds `:latest` to some image names).
        name: String,
        /// Docker's message.
        failure: Box<Failure>,
    },
    /// The object, or a port or an address that was requested, is used by something else: another
    /// object, or a process of the daemon's machine.
    InUse(Box<Failure>),
    /// Another object has the name already; of volumes, one of another driver.
    Conflict(Box<Failure>),
    /// A guard was to create an object that exists already. Docker accepts that, but the guard would
    /// remove what others have created.
    Exists {
        /// The kind of object.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// Docker rejects the command line: its flags, the number of arguments, a missing plugin.
    Usage(Box<Failure>),
    /// The program in the container failed; [`Failure::status`] is its exit status.
    Exit(Box<Failure>),
    /// The daemon refused the request for another reason.
    Daemon(Box<Failure>),
    /// The docker program, or the command in front of it, failed for another reason.
    Failed(Box<Failure>),
    /// The command did not end in time. It was killed, with every process that it started.
    Timeout {
        /// The limit that was exceeded.
        limit: Duration,
        /// The output until then.
        failure: Box<Failure>,
    },
    /// A container did not become what [`WaitUntil`](crate::container::WaitUntil) waited for.
    NotReady(Box<NotReady>),
    /// A [`Canceller`](crate::Canceller) stopped the command.
    Cancelled(Box<Failure>),
    /// Docker succeeded, but its output is not the expected JSON.
    Json {
        /// The command line.
        command: CommandLine,
        /// The position and the reason.
        source: JsonError,
        /// The beginning of the output.
        text: Excerpt,
    },
    /// Docker succeeded, but its output is not the expected text.
    Unexpected {
        /// The command line.
        command: CommandLine,
        /// What was expected, with its article: `a container identifier`.
        expected: &'static str,
        /// The beginning of the output.
        text: Excerpt,
    },
    /// A text is not a valid name or identifier. No command returns this: it is for callers that
    /// parse names, where `?` converts the error.
    InvalidName(InvalidName),
    /// This process ignores SIGCHLD, so the system discards the exit status of each command.
    /// Nothing was run.
    SigchldIgnored {
        /// The command line that was to be run.
        command: CommandLine,
    },
    /// The operating system refused something that is needed to run a command.
    Io {
        /// What failed, as an infinitive: `open standard input image.tar`.
        action: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// The command that failed and its output, if one ran.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::DaemonUnreachable(failure)
            | Self::PermissionDenied(failure)
            | Self::AccessDenied(failure)
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
            | Self::Exists { .. }
            | Self::NotReady(_)
            | Self::Json { .. }
            | Self::Unexpected { .. }
            | Self::InvalidName(_)
            | Self::SigchldIgnored { .. }
            | Self::Io { .. } => None,
        }
    }

    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl From<InvalidName> for Error {
    fn from(error: InvalidName) -> Self {
        Self::InvalidName(error)
    }
}

/// The first of some objects; `None` if it does not exist.
pub(crate) fn first_if_exists<T>(objects: Result<Vec<T>, Error>) -> Result<Option<T>, Error> {
    match objects {
        Ok(objects) => Ok(objects.into_iter().next()),
        Err(Error::NoSuch { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A kind of object.
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
    /// A service of a swarm or of a compose project.
    Service,
    /// A node of a swarm.
    Node,
    /// A secret of a swarm.
    Secret,
    /// A configuration file of a swarm.
    Config,
    /// A stack of a swarm.
    Stack,
    /// A list of images for several platforms, or one of them.
    Manifest,
    /// A compose project.
    Project,
    /// An object of unknown kind: `docker inspect` looks for several kinds.
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
            Self::Service => "service",
            Self::Node => "node",
            Self::Secret => "secret",
            Self::Config => "config",
            Self::Stack => "stack",
            Self::Manifest => "manifest",
            Self::Project => "compose project",
            Self::Object => "object",
        })
    }
}
