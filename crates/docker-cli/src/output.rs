//! The output of a finished command.

use std::borrow::Cow;
use std::fmt;
use std::process::ExitStatus;

use crate::command_line::CommandLine;

/// Where the output and the exit status of a command come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Both from docker.
    Docker,
    /// Output from a container's program too; the status from docker.
    Logs,
    /// Both from a container's program, unless docker fails, with a status from 125 to 127.
    Run,
    /// Both from a container's program, unless docker fails, possibly with status 1.
    Exec,
    /// As `Exec`, but from compose, which also looks for services.
    Compose,
}

/// The output and the exit status of a command that ran to its end.
///
/// Docker does not keep the order between the two streams of a container without a terminal, so
/// they are separate here. To get them in order, redirect inside the container (`2>&1`).
///
/// Debug output shows standard output only if it comes from a container's program, else its length.
#[derive(Clone)]
#[non_exhaustive]
pub struct Output {
    /// The command line, with the wrapper and docker's global flags.
    pub command: CommandLine,
    /// Docker's exit status, which `run` and `exec` take from the container's program.
    pub status: ExitStatus,
    /// All of standard output.
    pub stdout: Vec<u8>,
    /// All of standard error.
    pub stderr: Vec<u8>,
    pub(crate) origin: Origin,
}

impl Output {
    /// Standard output as text; invalid UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Standard error as text; invalid UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("command", &self.command.to_string())
            .field("status", &self.status)
            .field("stdout", &Shown { text: &self.stdout, origin: self.origin })
            .field("stderr", &self.stderr_text())
            .finish()
    }
}

/// Standard output as debug output shows it. What docker itself describes can contain secrets, such as the
/// environment of a container.
pub(crate) struct Shown<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) origin: Origin,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Docker => write!(f, "({} bytes)", self.text.len()),
            Origin::Logs | Origin::Run | Origin::Exec | Origin::Compose => {
                fmt::Debug::fmt(&String::from_utf8_lossy(self.text), f)
            }
        }
    }
}
