//! What a failed command's words mean.
//!
//! Docker has no error codes: only an exit status and text. A line counts only when it starts as
//! docker's own messages do, and the rest of the line then says what happened. (A search through
//! the whole text would take a container that prints "no such image" for docker itself.)
//!
//! `run`, `exec` and `logs` relay a program that may print anything, these very lines included.
//! For them the last line alone is looked at and, for the first two, the status: `run` keeps 125 to
//! 127 for its own errors (<https://docs.docker.com/reference/cli/docker/container/run/#exit-status>),
//! and `exec` ends with 125 for wrong usage, 126 or 127 when the program cannot be started, else 1
//! (docker 26.1.5: so found). That is as certain as it can be, and it is not proof.

use std::path::Path;

use crate::docker::Docker;
use crate::error::{Error, Failure, last_lines};
use crate::message::{Meaning, Message};
use crate::output::Output;

/// Whose words a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Docker's alone.
    Docker,
    /// Those of a program in a container too; docker's status, unless it failed itself.
    Logs,
    /// Those of a program in a container, and its status.
    Run,
    /// Like [`Run`](Self::Run), where the program may be one among several.
    Exec,
}

/// The error of a command that ended with another status than zero.
pub(crate) fn failure(output: Output, speaker: Speaker, docker: &Docker) -> Error {
    let stderr = output.stderr_text().into_owned();
    let lines: Vec<&str> = stderr.lines().filter(|line| !is_hint(line)).collect();
    if wrapper_misses_program(&lines, docker) {
        let program = docker.program_name().to_owned();
        return Error::ProgramMissing { program, command: output.command };
    }
    let messages: Vec<Message<'_>> = match speaker {
        Speaker::Docker => lines.iter().filter_map(|line| Message::hear(line)).collect(),
        Speaker::Logs | Speaker::Run | Speaker::Exec => {
            let last = lines.last().and_then(|line| Message::hear(line));
            last.filter(|message| fits_status(message, &output, speaker)).into_iter().collect()
        }
    };
    if let Some(first) = messages.first() {
        let text = messages.iter().map(|message| message.text).collect::<Vec<_>>().join("\n");
        return first.meaning.error(Failure::ended(output, text));
    }
    if speaker == Speaker::Exec {
        // Docker 26 says on standard output that the program cannot be started.
        let stdout = output.stdout_text().into_owned();
        let last = stdout.lines().next_back().and_then(Message::hear);
        if let Some(message) = last.filter(|message| fits_status(message, &output, speaker)) {
            return message.meaning.error(Failure::ended(output, message.text.to_owned()));
        }
    }
    let failure = Failure::ended(output, last_lines(&lines));
    match speaker {
        Speaker::Run | Speaker::Exec => Error::Exit(failure),
        Speaker::Docker | Speaker::Logs => Error::Failed(failure),
    }
}

/// The error that standard error tells of, although the status was zero.
pub(crate) fn message(output: Output) -> Error {
    failure(output, Speaker::Docker, &Docker::new())
}

/// Whether docker ends with this status when it says so.
fn fits_status(message: &Message<'_>, output: &Output, speaker: Speaker) -> bool {
    match (speaker, message.meaning, output.status.code()) {
        (Speaker::Docker | Speaker::Logs, _, _)
        | (Speaker::Run, _, Some(125..=127))
        | (Speaker::Exec, Meaning::Usage, Some(125))
        | (Speaker::Exec, Meaning::Daemon, Some(1 | 126 | 127)) => true,
        (Speaker::Run, _, Some(1)) => message.text.starts_with("Failed to initialize: "),
        (Speaker::Exec, meaning, Some(1)) => meaning != Meaning::Usage,
        _ => false,
    }
}

/// Pointers to the manual and its first line, and the notice of docker's first builder, which it prints every time.
fn is_hint(line: &str) -> bool {
    let manual = (line.starts_with("See '") || line.starts_with("Run '"))
        && line.contains("--help'")
        || line.starts_with("Usage:  docker ");
    let notice = line.starts_with("DEPRECATED: The legacy builder")
        || line.trim_start().starts_with("Install the buildx component")
        || line.trim_start() == "https://docs.docker.com/go/buildx/";
    manual || notice || line.trim().is_empty()
}

/// `nsenter: failed to execute docker: No such file or directory`,
/// `sudo: docker: command not found`, `env: 'docker': No such file or directory`.
fn wrapper_misses_program(lines: &[&str], docker: &Docker) -> bool {
    let Some(wrapper) = docker.wrapper().and_then(|wrapper| Path::new(wrapper).file_name()) else {
        return false;
    };
    let wrapper = format!("{}: ", wrapper.to_string_lossy());
    let program = docker.program_name().to_string_lossy();
    lines.iter().any(|line| {
        line.strip_prefix(&wrapper).is_some_and(|complaint| {
            complaint.contains(program.as_ref())
                && (complaint.ends_with("No such file or directory")
                    || complaint.ends_with("command not found"))
        })
    })
}

#[cfg(test)]
mod tests;
