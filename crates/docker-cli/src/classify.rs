//! What a failed command's words mean.
//!
//! Docker has no error codes: only an exit status and text. A line counts only when it starts as
//! docker's own messages do, and the rest of the line then says what happened. (A search through
//! the whole text would take a container that prints "no such image" for docker itself.)
//!
//! `run`, `exec` and `logs` relay a program that may print anything, these very lines included.
//! For them the last line alone is looked at, and for `run` the status too, because docker keeps
//! 125 to 127 for its own errors
//! (<https://docs.docker.com/reference/cli/docker/container/run/#exit-status>). That is as certain
//! as it can be, and it is not proof.

use std::path::Path;

use crate::docker::Docker;
use crate::error::{Error, Failure, ObjectKind};
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
    /// Like [`Run`](Self::Run), without statuses that are docker's own.
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
        Speaker::Run if !is_status_of_docker(&output) => Vec::new(),
        Speaker::Logs | Speaker::Run | Speaker::Exec => {
            lines.last().and_then(|line| Message::hear(line)).into_iter().collect()
        }
    };
    if let Some(first) = messages.first() {
        let text = messages.iter().map(|message| message.text).collect::<Vec<_>>().join("\n");
        return first.meaning.error(Failure::ended(output, text));
    }
    if speaker == Speaker::Exec {
        // Docker up to 28 writes this message to standard output (26.1.5: so found).
        let stdout = output.stdout_text().into_owned();
        if let Some(message) = stdout.lines().next_back().and_then(Message::hear) {
            return message.meaning.error(Failure::ended(output, message.text.to_owned()));
        }
    }
    let failure = Failure::ended(output, lines.join("\n"));
    match speaker {
        Speaker::Run | Speaker::Exec => Error::Exit(failure),
        Speaker::Docker | Speaker::Logs => Error::Failed(failure),
    }
}

/// The error that standard error tells of, although the status was zero.
pub(crate) fn message(output: Output) -> Error {
    failure(output, Speaker::Docker, &Docker::new())
}

/// `docker run` ends with one of these when it fails itself; with 1 when it did not even start.
fn is_status_of_docker(output: &Output) -> bool {
    matches!(output.status.code(), Some(125..=127))
        || output.status.code() == Some(1) && output.stderr.starts_with(b"Failed to initialize: ")
}

/// Pointers to the manual, and the notice of docker's first builder, which it prints every time.
fn is_hint(line: &str) -> bool {
    let manual =
        (line.starts_with("See '") || line.starts_with("Run '")) && line.contains("--help'");
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

/// A line that docker said itself.
struct Message<'a> {
    /// Without `docker: ` and the like.
    text: &'a str,
    meaning: Meaning<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning<'a> {
    DaemonUnreachable,
    PermissionDenied,
    NoSuch(ObjectKind, &'a str),
    InUse,
    Conflict,
    Usage,
    Daemon,
    Failed,
}

impl<'a> Message<'a> {
    /// The message in this line, if it is one of docker's.
    fn hear(line: &'a str) -> Option<Self> {
        let by_name = line.strip_prefix("docker: ");
        // docker run up to 26 ends its messages with a full stop, also after names.
        let line = by_name.map_or(line, |message| message.strip_suffix('.').unwrap_or(message));
        if let Some(text) = line.strip_prefix("Error response from daemon: ") {
            return Some(Self { text, meaning: meaning_of_daemon(text) });
        }
        if let Some(text) = line.strip_prefix("Error: ") {
            let meaning = no_such(text).unwrap_or(Meaning::Failed);
            return Some(Self { text, meaning });
        }
        let meaning = meaning_of_client(line);
        let known = by_name.is_some()
            || meaning != Meaning::Failed
            || line.starts_with("Failed to initialize: ");
        known.then_some(Self { text: line, meaning })
    }
}

fn meaning_of_client(text: &str) -> Meaning<'_> {
    let starts = |openings: &[&str]| openings.iter().any(|opening| text.starts_with(opening));
    if starts(&[
        "Cannot connect to the Docker daemon",
        "error during connect: ",
        "failed to connect to the docker API",
    ]) {
        Meaning::DaemonUnreachable
    } else if starts(&["permission denied while trying to connect"]) {
        Meaning::PermissionDenied
    } else if starts(&["OCI runtime exec failed: "]) {
        Meaning::Daemon
    } else if let Some(name) = missing_context(text) {
        Meaning::NoSuch(ObjectKind::Context, name)
    } else if is_usage(text) {
        Meaning::Usage
    } else {
        Meaning::Failed
    }
}

fn is_usage(text: &str) -> bool {
    const OPENINGS: [&str; 7] = [
        "unknown flag: ",
        "unknown shorthand flag: ",
        "unknown command: ",
        "flag needs an argument: ",
        "bad flag syntax: ",
        "invalid argument \"",
        "conflicting options: ",
    ];
    // `"docker run" requires at least 1 argument.` (26), `'docker run' requires …` (28),
    // `"docker volume ls" accepts no arguments.`, `'foo' is not a docker command.`
    let quoted = text.starts_with(['"', '\'']);
    OPENINGS.iter().any(|opening| text.starts_with(opening))
        || quoted && (text.contains(" requires ") || text.contains(" accepts "))
        || quoted && text.contains(" is not a docker command")
}

fn meaning_of_daemon(text: &str) -> Meaning<'_> {
    const IN_USE: [&str; 9] = [
        "volume is in use",
        "has active endpoints",
        "is using its referenced image",
        "is using its specified image",
        "image is being used by",
        "image is referenced in",
        "container is running: stop the container",
        "You cannot remove a running container",
        "port is already allocated",
    ];
    if let Some(meaning) = no_such(text) {
        meaning
    } else if IN_USE.iter().any(|words| text.contains(words)) {
        Meaning::InUse
    } else if text.contains("is already in use by container") || text.ends_with(" already exists") {
        Meaning::Conflict
    } else {
        Meaning::Daemon
    }
}

/// `No such container: x`, also behind `cannot kill container: x: `, and what volumes, networks,
/// plugins and registries say instead.
fn no_such(text: &str) -> Option<Meaning<'_>> {
    let kinds = [
        ("No such container: ", ObjectKind::Container),
        ("No such image: ", ObjectKind::Image),
        ("No such volume: ", ObjectKind::Volume),
        ("No such network: ", ObjectKind::Network),
        ("No such object: ", ObjectKind::Object),
    ];
    for (words, kind) in kinds {
        if let Some((_, name)) = text.rsplit_once(words) {
            return Some(Meaning::NoSuch(kind, name));
        }
    }
    let shapes = [
        ("get ", ": no such volume", ObjectKind::Volume),
        ("network ", " not found", ObjectKind::Network),
        ("plugin \"", "\" not found", ObjectKind::Plugin),
        ("pull access denied for ", ", repository does not exist", ObjectKind::Image),
        ("manifest for ", " not found: manifest unknown", ObjectKind::Image),
    ];
    shapes.into_iter().find_map(|(before, after, kind)| {
        let name = text.strip_prefix(before)?.split_once(after)?.0;
        Some(Meaning::NoSuch(kind, name))
    })
}

/// `Failed to initialize: unable to resolve docker endpoint: context "x": context not found: …`
fn missing_context(text: &str) -> Option<&str> {
    let text = text
        .strip_prefix("Failed to initialize: unable to resolve docker endpoint: ")
        .unwrap_or(text);
    Some(text.strip_prefix("context \"")?.split_once("\": context not found")?.0)
}

impl Meaning<'_> {
    fn error(self, failure: Box<Failure>) -> Error {
        match self {
            Self::DaemonUnreachable => Error::DaemonUnreachable(failure),
            Self::PermissionDenied => Error::PermissionDenied(failure),
            Self::NoSuch(kind, name) => Error::NoSuch { kind, name: name.to_owned(), failure },
            Self::InUse => Error::InUse(failure),
            Self::Conflict => Error::Conflict(failure),
            Self::Usage => Error::Usage(failure),
            Self::Daemon => Error::Daemon(failure),
            Self::Failed => Error::Failed(failure),
        }
    }
}
