//! Turning the output of a failed command into an error.
//!
//! Docker has no error codes, only an exit status and text. A line counts only if it starts like
//! docker's own messages; the rest of the line then says what happened. (A search through the whole
//! text would mistake a container that prints "no such image" for docker itself.)
//!
//! `run`, `exec` and `logs` relay a program that may print anything, including such lines. For them
//! only the last line counts and, for the first two, the status must fit: `run` reserves 125 to 127
//! for its own errors (<https://docs.docker.com/reference/cli/docker/container/run/#exit-status>),
//! and `exec` ends with 125 for wrong usage, 126 or 127 if the program cannot be started, else 1
//! (measured with docker 26.1.5). This is a heuristic: a program can imitate all of it.

use std::ffi::OsString;
use std::path::Path;
use std::slice;

use crate::error::{Error, Failure, ObjectKind, last_lines};
use crate::message::{Meaning, Message};
use crate::output::{Origin, Output};
use crate::settings::{Settings, Wrapper};

/// The error of a command whose exit status is not zero.
pub(crate) fn failure(output: Output, settings: &Settings) -> Error {
    let origin = output.origin;
    let stderr = output.stderr_text().into_owned();
    let lines: Vec<&str> = stderr.lines().filter(|line| !is_hint(line)).collect();
    if is_missing_behind_wrapper(&lines, &output, settings) {
        let program = settings.program.clone();
        return Error::ProgramMissing { program, command: output.command };
    }
    let messages: Vec<Message<'_>> = match origin {
        Origin::Docker => lines.iter().filter_map(|line| Message::parse(line)).collect(),
        Origin::Logs | Origin::Run | Origin::Exec | Origin::Compose => {
            let last = lines.last().and_then(|line| Message::parse(line));
            last.filter(|message| fits_status(message, &output, origin)).into_iter().collect()
        }
    };
    if let Some(first) = messages.first() {
        let text = messages.iter().map(|message| message.text).collect::<Vec<_>>().join("\n");
        return first.meaning.error(Failure::ended(output, text));
    }
    if matches!(origin, Origin::Exec | Origin::Compose) {
        // Docker 26 reports on standard output that the program cannot be started.
        let stdout = output.stdout_text().into_owned();
        let last = stdout.lines().next_back().and_then(Message::parse);
        if let Some(message) = last.filter(|message| fits_status(message, &output, origin)) {
            return message.meaning.error(Failure::ended(output, message.text.to_owned()));
        }
    }
    // A signal has ended docker itself: for a program that one has ended, docker exits with 128 + n.
    let is_program = matches!(origin, Origin::Run | Origin::Exec | Origin::Compose)
        && output.status.code().is_some()
        && !is_message_of_ssh(&lines, &output, settings);
    let failure = Failure::ended(output, last_lines(&lines));
    if is_program { Error::Exit(failure) } else { Error::Failed(failure) }
}

/// The error for messages in docker's answer, although the status is zero.
pub(crate) fn reported(output: Output, messages: &[String]) -> Error {
    let found = messages.iter().find_map(|message| Message::parse(message));
    let meaning = found.map_or(Meaning::Failed, |message| message.meaning);
    meaning.error(Failure::ended(output, messages.join("\n")))
}

/// Whether docker ends with this status when it prints this message.
fn fits_status(message: &Message<'_>, output: &Output, origin: Origin) -> bool {
    use Origin::{Compose, Docker, Exec, Logs, Run};
    match (origin, message.meaning, output.status.code()) {
        (Docker | Logs, _, _) => true,
        // These look for none, but a program may.
        (Run | Exec, Meaning::NoSuch(kind, _), _) if !is_of_run(kind) => false,
        (Run, _, Some(125..=127))
        | (Exec | Compose, Meaning::Usage, Some(125))
        | (Exec | Compose, Meaning::Daemon, Some(1 | 126 | 127)) => true,
        (Run, _, Some(1)) => message.text.starts_with("Failed to initialize: "),
        (Exec | Compose, meaning, Some(1)) => meaning != Meaning::Usage,
        _ => false,
    }
}

/// Whether `run` or `exec` can look for an object of this kind.
fn is_of_run(kind: ObjectKind) -> bool {
    use ObjectKind::{Container, Context, Image, Network, Object, Plugin, Volume};
    matches!(kind, Container | Context | Image | Network | Object | Plugin | Volume)
}

/// Whether this line is a pointer to the manual, the manual's first line, the deprecation notice of
/// the legacy builder, or what `run` of docker 20.10 sometimes logs after its message.
fn is_hint(line: &str) -> bool {
    let manual = (line.starts_with("See '") || line.starts_with("Run '"))
        && line.contains("--help'")
        || line.starts_with("Usage:  docker ");
    let notice = line.starts_with("DEPRECATED: The legacy builder")
        || line.trim_start().starts_with("Install the buildx component")
        || line.trim_start() == "https://docs.docker.com/go/buildx/";
    let log = line.starts_with("time=\"")
        && line.contains(" level=error msg=\"error waiting for container: ");
    manual || notice || log || line.trim().is_empty()
}

/// Whether the wrapper cannot find docker: `nsenter: failed to execute docker: No such file or
/// directory`, `sudo: docker: command not found`, `env: 'docker': No such file or directory`; of
/// shells, `sh: 1: docker: not found`, `bash: line 1: docker: command not found`.
fn is_missing_behind_wrapper(lines: &[&str], output: &Output, settings: &Settings) -> bool {
    let program = settings.program.to_string_lossy();
    let is_missing = |message: &str| {
        message.contains(program.as_ref())
            && ["No such file or directory", "not found"].iter().any(|end| message.ends_with(end))
    };
    match &settings.wrapper {
        Wrapper::Exec(words) => {
            lines.iter().filter_map(|line| message_of(words, line)).any(is_missing)
        }
        // The shell is unknown, but all shells end with this status (POSIX).
        Wrapper::Shell(_) => {
            output.status.code() == Some(127) && matches!(lines, [line] if is_missing(line))
        }
    }
}

/// Whether ssh failed before it reached docker. It ends with status 255 then (ssh(1)), as a program
/// may do too, and with one of these lines: `ssh: connect to host …: Connection refused`,
/// `me@host: Permission denied (publickey).`, `Host key verification failed.`
fn is_message_of_ssh(lines: &[&str], output: &Output, settings: &Settings) -> bool {
    let Some(last) = lines.last() else { return false };
    let Wrapper::Shell(words) = &settings.wrapper else { return false };
    output.status.code() == Some(255)
        && (words.first().is_some_and(|ssh| message_of(slice::from_ref(ssh), last).is_some())
            || last.contains(": Permission denied (")
            || *last == "Host key verification failed.")
}

/// What one of these programs says in this line, behind its name: `sudo: `. A wrapper can be several
/// programs, of which each runs the next, with its arguments: `sudo nsenter --target 123 env`.
fn message_of<'a>(programs: &[OsString], line: &'a str) -> Option<&'a str> {
    let (name, message) = line.split_once(": ")?;
    let mut names = programs.iter().filter_map(|program| Path::new(program).file_name());
    names.any(|program| program == name).then_some(message)
}

#[cfg(test)]
mod tests;
