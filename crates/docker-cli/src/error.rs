//! The error type of this crate.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use crate::command_line::CommandLine;
use crate::id::InvalidName;
use crate::output::Output;
use crate::process::Captured;

/// Why a command returned no result. Callers can act on each case in a different way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program to run does not exist.
    #[error("`{}` is not installed or not on the PATH\n  command: {command}", .program.display())]
    ProgramMissing {
        /// The missing program: docker, or the first word of [`through`](crate::Docker::through).
        program: OsString,
        /// The command line that was to be run.
        command: CommandLine,
    },
    /// No daemon answers: it is not running, or the host or context is wrong.
    #[error("Docker daemon unreachable{}", .0.details())]
    DaemonUnreachable(Box<Failure>),
    /// The daemon is running, but this user is not allowed to connect to it.
    #[error("permission denied connecting to the Docker daemon{}", .0.details())]
    PermissionDenied(Box<Failure>),
    /// An object that the command names does not exist.
    #[error("no such {kind} `{name}`{}", .failure.details())]
    NoSuch {
        /// The kind of object that was looked for.
        kind: ObjectKind,
        /// The name, as Docker repeats it (Docker adds `:latest` to some image names).
        name: String,
        /// Docker's message.
        failure: Box<Failure>,
    },
    /// The object, or a port that was requested, is used by something else.
    #[error("in use{}", .0.details())]
    InUse(Box<Failure>),
    /// Another object has the name already.
    #[error("name already taken{}", .0.details())]
    Conflict(Box<Failure>),
    /// Docker rejects the command line: its flags, the number of arguments, a missing plugin.
    #[error("invalid docker command{}", .0.details())]
    Usage(Box<Failure>),
    /// The program in the container failed; [`Failure::status`] is its exit status.
    #[error("the program in the container failed{}", .0.details())]
    Exit(Box<Failure>),
    /// The daemon refused the request for another reason.
    #[error("error from the Docker daemon{}", .0.details())]
    Daemon(Box<Failure>),
    /// The docker program, or the command in front of it, failed for another reason.
    #[error("docker failed{}", .0.details())]
    Failed(Box<Failure>),
    /// The command did not end in time. It was killed, with every process that it started.
    #[error("timed out after {limit:?}{}", .failure.details())]
    Timeout {
        /// The limit that was exceeded.
        limit: Duration,
        /// The output until then.
        failure: Box<Failure>,
    },
    /// A [`Canceller`](crate::Canceller) stopped the command.
    #[error("cancelled{}", .0.details())]
    Cancelled(Box<Failure>),
    /// Docker succeeded, but its output is not the expected JSON.
    #[error("cannot parse docker's output: {source}\n  command: {command}\n  output: {text}")]
    Json {
        /// The command line.
        command: CommandLine,
        /// The position and the reason.
        source: serde_json::Error,
        /// The beginning of the output.
        text: String,
    },
    /// Docker succeeded, but its output is not the expected text.
    #[error("unexpected output of docker: `{text}`, not {expected}\n  command: {command}")]
    Unexpected {
        /// The command line.
        command: CommandLine,
        /// What was expected, with its article: `a container identifier`.
        expected: &'static str,
        /// The beginning of the output.
        text: String,
    },
    /// A text is not a valid name or identifier. No command returns this: it is for callers that
    /// parse names, where `?` converts the error.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// This process ignores SIGCHLD, so the system discards the exit status of each command.
    /// Nothing was run.
    #[error(
        "cannot run docker while this process ignores SIGCHLD, as its exit status would be lost: \
         reset SIGCHLD to its default first, here or in the program that started this process\n  \
         command: {command}"
    )]
    SigchldIgnored {
        /// The command line that was to be run.
        command: CommandLine,
    },
    /// The operating system refused something that is needed to run a command.
    #[error("cannot {action}: {source}")]
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

/// The first of some objects; `None` if it does not exist.
pub(crate) fn first_if_exists<T>(objects: Result<Vec<T>, Error>) -> Result<Option<T>, Error> {
    match objects {
        Ok(objects) => Ok(objects.into_iter().next()),
        Err(Error::NoSuch { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A command that failed or was stopped.
#[derive(Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The command line, with the wrapper and docker's global flags.
    pub command: CommandLine,
    /// Docker's exit status; `None` if the command was stopped.
    pub status: Option<ExitStatus>,
    /// Docker's message without prefixes and hints or, if it printed none, the end of standard
    /// error. May be empty.
    pub message: String,
    /// All of standard output; of a stream, nothing.
    pub stdout: Vec<u8>,
    /// All of standard error; of a stream, its end.
    pub stderr: Vec<u8>,
    /// The label (`KEY=VALUE`) of a container that a stopped `run` may have left behind, because
    /// docker did not confirm within two seconds that it was removed, or because docker may still be
    /// running behind a shell and has not created it yet. `None` if nothing is left.
    ///
    /// The removal continues in the background for some seconds. Later,
    /// `docker.container().ls().all().filter(format!("label={label}"))` finds the container.
    pub leftover: Option<String>,
}

impl Failure {
    pub(crate) fn ended(output: Output, message: String) -> Box<Self> {
        let Output { command, status, stdout, stderr } = output;
        Box::new(Self { command, status: Some(status), message, stdout, stderr, leftover: None })
    }

    pub(crate) fn stopped(
        command: CommandLine,
        captured: Captured,
        leftover: Option<String>,
    ) -> Box<Self> {
        let Captured { stdout, stderr } = captured;
        let text = String::from_utf8_lossy(&stderr);
        let message = last_lines(&text.lines().collect::<Vec<_>>());
        Box::new(Self { command, status: None, message, stdout, stderr, leftover })
    }

    /// This failure behind the name of its case: `: MESSAGE` and the lines about the command.
    fn details(&self) -> Details<'_> {
        Details(self)
    }
}

struct Details<'a>(&'a Failure);

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.0.message.is_empty() { " " } else { ": " };
        write!(f, "{separator}{}", self.0)
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
            .field("leftover", &self.leftover)
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let silent = self.message.is_empty();
        f.write_str(if silent { "(no error output)" } else { &self.message })?;
        write!(f, "\n  command: {}", self.command)?;
        if let Some(status) = self.status {
            write!(f, "\n  {status}")?;
        }
        if let Some(label) = &self.leftover {
            write!(f, "\n  its container may still exist, with the label {label}")?;
        }
        Ok(())
    }
}

/// The end of a long text, where errors are, short enough for a message.
pub(crate) fn last_lines(lines: &[&str]) -> String {
    const LINES: usize = 20;
    const CHARACTERS: usize = 4000;
    let text = lines[lines.len().saturating_sub(LINES)..].join("\n");
    let skipped = text.chars().count().saturating_sub(CHARACTERS);
    text.chars().skip(skipped).collect::<String>().trim().to_owned()
}

/// A kind of object that can be missing.
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
            Self::Object => "object",
        })
    }
}
