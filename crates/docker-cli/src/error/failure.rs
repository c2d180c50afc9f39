//! A command that failed or was stopped.

use std::fmt;
use std::process::ExitStatus;

use crate::command_line::CommandLine;
use crate::output::{Origin, Output, Shown};
use crate::process::Captured;

/// In place of a message.
pub(super) const NO_OUTPUT: &str = "(no error output)";

/// A command that failed or was stopped.
///
/// Debug output shows standard output only if it comes from a container's program, else its length.
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
    origin: Origin,
}

impl Failure {
    pub(crate) fn ended(output: Output, message: String) -> Box<Self> {
        let Output { command, status, stdout, stderr, origin } = output;
        let status = Some(status);
        Box::new(Self { command, status, message, stdout, stderr, leftover: None, origin })
    }

    pub(crate) fn stopped(
        command: CommandLine,
        captured: Captured,
        origin: Origin,
        leftover: Option<String>,
    ) -> Box<Self> {
        let Captured { stdout, stderr } = captured;
        let text = String::from_utf8_lossy(&stderr);
        let message = last_lines(&text.lines().collect::<Vec<_>>());
        Box::new(Self { command, status: None, message, stdout, stderr, leftover, origin })
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("command", &self.command.to_string())
            .field("status", &self.status)
            .field("message", &self.message)
            .field("stdout", &Shown { text: &self.stdout, origin: self.origin })
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .field("leftover", &self.leftover)
            .finish()
    }
}

/// The message on one line; `{:#}` adds the rest of it, the command and the exit status.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.write_str(if self.message.is_empty() { NO_OUTPUT } else { &self.message })?;
            return self.write_details(f);
        }
        f.write_str(self.last_line().unwrap_or(NO_OUTPUT))?;
        self.write_leftover(f)
    }
}

impl Failure {
    /// The first line of the message, where docker says what is wrong.
    pub(super) fn first_line(&self) -> Option<&str> {
        self.message.lines().map(str::trim).find(|line| !line.is_empty())
    }

    /// The last line of the message, where programs say what is wrong.
    pub(super) fn last_line(&self) -> Option<&str> {
        self.message.lines().map(str::trim).rfind(|line| !line.is_empty())
    }

    /// The command and its end, a line for each.
    pub(super) fn write_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n  command: {}", self.command)?;
        if let Some(status) = self.status {
            write!(f, "\n  {status}")?;
        }
        if let Some(label) = &self.leftover {
            write!(f, "\n  its container may still exist, with the label {label}")?;
        }
        Ok(())
    }

    /// What may be left, behind the message on one line.
    pub(super) fn write_leftover(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.leftover {
            Some(label) => write!(f, "; its container may still exist, with the label {label}"),
            None => Ok(()),
        }
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
