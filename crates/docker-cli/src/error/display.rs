//! Errors for people: one line, and details on demand.

use std::fmt;

use super::failure::NO_OUTPUT;
use super::{Error, Failure};
use crate::command_line::CommandLine;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaemonUnreachable(failure) => of_docker(f, "Docker daemon unreachable", failure),
            Self::PermissionDenied(failure) => {
                of_docker(f, "permission denied connecting to the Docker daemon", failure)
            }
            Self::AccessDenied(failure) => of_docker(f, "the registry denies access", failure),
            Self::NoSuch { kind, name, failure } if f.alternate() => {
                of_docker(f, &format!("no such {kind} `{name}`"), failure)
            }
            // Docker's message repeats it.
            Self::NoSuch { kind, name, .. } => write!(f, "no such {kind} `{name}`"),
            Self::InUse(failure) => of_docker(f, "in use", failure),
            Self::Conflict(failure) => of_docker(f, "name already taken", failure),
            Self::Usage(failure) => of_docker(f, "invalid docker command", failure),
            Self::Daemon(failure) => of_docker(f, "error from the Docker daemon", failure),
            Self::Exit(failure) => {
                let status = failure.status.map(|status| format!(" ({status})"));
                let status = status.filter(|_| !f.alternate()).unwrap_or_default();
                of_program(f, &format!("the program in the container failed{status}"), failure)
            }
            Self::Failed(failure) => of_program(f, "docker failed", failure),
            Self::Timeout { limit, failure } => {
                of_program(f, &format!("timed out after {limit:?}"), failure)
            }
            Self::Cancelled(failure) => of_program(f, "cancelled", failure),
            Self::NotReady(reason) => fmt::Display::fmt(reason, f),
            Self::InvalidName(error) => fmt::Display::fmt(error, f),
            Self::Exists { kind, name } => {
                write!(f, "{kind} `{name}` already exists: choose another name")
            }
            Self::Io { action, source } => write!(f, "cannot {action}: {source}"),
            Self::ProgramMissing { program, command } => {
                let program = program.display();
                write!(f, "`{program}` is not installed or not on the PATH")?;
                detail(f, "command", command)
            }
            Self::SigchldIgnored { command } => {
                f.write_str(
                    "cannot run docker while this process ignores SIGCHLD, as its exit status would \
                     be lost: reset SIGCHLD to its default first, here or in the program that started \
                     this process",
                )?;
                detail(f, "command", command)
            }
            Self::Json { command, source, .. } => {
                write!(f, "cannot parse the output of {}: {source}", name(command))?;
                detail(f, "command", command)
            }
            Self::Unexpected { command, expected, .. } => {
                write!(f, "the output of {} is not {expected}", name(command))?;
                detail(f, "command", command)
            }
        }
    }
}

/// A failure that docker has explained: its first message is what matters.
fn of_docker(f: &mut fmt::Formatter<'_>, case: &str, failure: &Failure) -> fmt::Result {
    of_failure(f, case, failure, failure.first_line())
}

/// A failure that is explained by what a program has printed, if at all: the last line is what
/// matters.
fn of_program(f: &mut fmt::Formatter<'_>, case: &str, failure: &Failure) -> fmt::Result {
    of_failure(f, case, failure, failure.last_line())
}

fn of_failure(
    f: &mut fmt::Formatter<'_>,
    case: &str,
    failure: &Failure,
    line: Option<&str>,
) -> fmt::Result {
    match line {
        None => write!(f, "{case} {NO_OUTPUT}")?,
        Some(_) if f.alternate() => write!(f, "{case}: {}", failure.message)?,
        Some(line) => write!(f, "{case}: {line}")?,
    }
    if f.alternate() { failure.write_details(f) } else { failure.write_leftover(f) }
}

/// The name of the command: `docker container create`.
fn name(command: &CommandLine) -> String {
    match command.name() {
        Some(name) => format!("`docker {name}`"),
        None => "docker".to_owned(),
    }
}

/// A line of the long form.
fn detail(f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display) -> fmt::Result {
    if f.alternate() { write!(f, "\n  {name}: {value}") } else { Ok(()) }
}
