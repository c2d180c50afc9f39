//! Docker's own messages, line by line.
//!
//! The forms are those of docker and its daemon, 20.10 to 28; the tests have them as they were
//! printed. Since the wording changes between versions, an unknown message is still an error, with
//! its text unchanged.

use crate::error::{Error, Failure, ObjectKind};

/// What docker says when a registry requires a password and it has none.
const NO_CREDENTIALS: &str = "no basic auth credentials";

/// A line that docker printed itself.
pub(crate) struct Message<'a> {
    /// The message without `docker: ` and similar prefixes.
    pub(crate) text: &'a str,
    pub(crate) meaning: Meaning<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning<'a> {
    DaemonUnreachable,
    PermissionDenied,
    AccessDenied,
    NoSuch(ObjectKind, &'a str),
    InUse,
    Conflict,
    Usage,
    Daemon,
    Failed,
}

impl<'a> Message<'a> {
    /// The message in this line, if it is one of docker's.
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        let by_name = line.strip_prefix("docker: ");
        // `docker run` up to 26 ends its messages with a full stop, even after names.
        let line = by_name.map_or(line, |message| message.strip_suffix('.').unwrap_or(message));
        let line = without_status(line);
        if let Some(text) = line.strip_prefix("Error response from daemon: ") {
            return Some(Self { text, meaning: meaning_of_daemon(text) });
        }
        if let Some(text) = line.strip_prefix("Error: ") {
            // Many programs use this prefix; docker only for objects that do not exist.
            return Some(Self { text, meaning: no_such(text).or_else(|| nothing_found(text))? });
        }
        let meaning = meaning_of_client(line);
        let known = by_name.is_some()
            || meaning != Meaning::Failed
            || line.starts_with("Failed to initialize: ");
        known.then_some(Self { text: line, meaning })
    }
}

/// `Status: Error response from daemon: secret x not found, Code: 1`, as docker prints it up to 26 after the
/// `inspect` of a swarm's objects. Of several messages, the first has the beginning, and the last the end.
fn without_status(line: &str) -> &str {
    let line = line.strip_prefix("Status: ").unwrap_or(line);
    match line.rsplit_once(", Code: ") {
        Some((message, code)) if code.parse::<u8>().is_ok() => message,
        _ => line,
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
    } else if is_of_registry(text) {
        Meaning::AccessDenied
    } else if starts(&["OCI runtime exec failed: "]) {
        Meaning::Daemon
    } else if let Some(name) = missing_context(text) {
        Meaning::NoSuch(ObjectKind::Context, name)
    } else if let Some(meaning) = nothing_found(text) {
        meaning
    } else if text.starts_with("context \"") && text.ends_with("\" already exists") {
        Meaning::Conflict
    } else if is_usage(text) {
        Meaning::Usage
    } else {
        Meaning::Failed
    }
}

/// Whether `push` got this from a registry: `denied: requested access to the resource is denied`,
/// `unauthorized: authentication required`, `no basic auth credentials`.
fn is_of_registry(text: &str) -> bool {
    let openings = ["denied: requested access to the resource", "unauthorized: authentication "];
    text == NO_CREDENTIALS || openings.iter().any(|opening| text.starts_with(opening))
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
    const IN_USE: [&str; 12] = [
        "volume is in use",
        "has active endpoints",
        "is using its referenced image",
        "is using its specified image",
        "image is being used by",
        "image is referenced in",
        "container is running: stop the container",
        "You cannot remove a running container",
        "port is already allocated",
        "is in use by the following service",
        // A port that a process has, and with a capital the address of a container.
        "address already in use",
        "Address already in use",
    ];
    const CONFLICT: [&str; 2] = ["is already in use by container", "volume name must be unique"];
    // Behind the request: `Head "https://…": unauthorized: …`. The codes are those of the protocol
    // (<https://distribution.github.io/distribution/spec/api/#errors-2>).
    const DENIED: [&str; 4] =
        [NO_CREDENTIALS, "unauthorized: ", "denied: requested access", "401 Unauthorized"];
    if let Some(meaning) = no_such(text) {
        meaning
    } else if IN_USE.iter().any(|words| text.contains(words)) {
        Meaning::InUse
    } else if CONFLICT.iter().any(|words| text.contains(words)) || text.ends_with(" already exists")
    {
        Meaning::Conflict
    } else if DENIED.iter().any(|words| text.contains(words)) {
        Meaning::AccessDenied
    } else {
        Meaning::Daemon
    }
}

/// `No such container: x`, also behind `cannot kill container: x: `, and the messages about
/// volumes, networks, plugins, images of a registry, and a swarm's objects.
fn no_such(text: &str) -> Option<Meaning<'_>> {
    let kinds = [
        ("No such container: ", ObjectKind::Container),
        ("No such image: ", ObjectKind::Image),
        ("No such volume: ", ObjectKind::Volume),
        ("No such network: ", ObjectKind::Network),
        ("No such plugin: ", ObjectKind::Plugin),
        ("No such object: ", ObjectKind::Object),
        // 20.10
        ("No such service: ", ObjectKind::Service),
        ("No such node: ", ObjectKind::Node),
        ("No such secret: ", ObjectKind::Secret),
        ("No such config: ", ObjectKind::Config),
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
    let rest = without_opening(text);
    let found = shapes.into_iter().find_map(|(before, after, kind)| {
        let name = rest.strip_prefix(before)?.split_once(after)?.0;
        Some(Meaning::NoSuch(kind, name))
    });
    found.or_else(|| no_such_in_swarm(rest))
}

/// The message without what comes first: of `run` since Docker 28, of a swarm's manager, and of what needs a plugin.
fn without_opening(text: &str) -> &str {
    let manager = "rpc error: code = NotFound desc = ";
    if let Some((_, rest)) = text.split_once(manager) {
        return rest;
    }
    if let Some((_, rest)) = text.split_once("error looking up ") {
        return rest.split_once(": ").map_or(text, |(_, rest)| rest);
    }
    text.strip_prefix("failed to set up container networking: ").unwrap_or(text)
}

/// `secret x not found`. Volumes are among them: a manager looks for those of the whole swarm, too. None of their
/// names can contain a blank.
fn no_such_in_swarm(text: &str) -> Option<Meaning<'_>> {
    let (kind, name) = text.strip_suffix(" not found")?.split_once(' ')?;
    let kind = match kind {
        "service" => ObjectKind::Service,
        "node" => ObjectKind::Node,
        "secret" => ObjectKind::Secret,
        "config" => ObjectKind::Config,
        "volume" => ObjectKind::Volume,
        _ => return None,
    };
    (!name.contains(' ')).then_some(Meaning::NoSuch(kind, name))
}

/// What the docker program or compose says if it has not found something in the daemon's answer.
fn nothing_found(text: &str) -> Option<Meaning<'_>> {
    const OPENINGS: [(&str, ObjectKind); 7] = [
        ("no such service: ", ObjectKind::Service),
        ("no such task or service: ", ObjectKind::Service),
        ("nothing found in stack: ", ObjectKind::Stack),
        ("secret not found: ", ObjectKind::Secret),
        ("config not found: ", ObjectKind::Config),
        ("No such manifest: ", ObjectKind::Manifest),
        ("no such manifest: ", ObjectKind::Manifest),
    ];
    let found = OPENINGS.iter().find_map(|(words, kind)| {
        let name = text.strip_prefix(words)?;
        Some(Meaning::NoSuch(*kind, name))
    });
    found.or_else(|| {
        let (name, _) =
            text.strip_prefix("manifest for image ")?.split_once(" does not exist in ")?;
        Some(Meaning::NoSuch(ObjectKind::Manifest, name))
    })
}

/// `Failed to initialize: unable to resolve docker endpoint: context "x": context not found: …`; of
/// 20.10, the same without the beginning, and `context "x" does not exist`, which can be behind `x: `.
fn missing_context(text: &str) -> Option<&str> {
    let text = text.strip_prefix("Failed to initialize: ").unwrap_or(text);
    let text = text.strip_prefix("unable to resolve docker endpoint: ").unwrap_or(text);
    let (before, rest) = text.split_once("context \"")?;
    let (name, end) = rest.split_once('"')?;
    if !before.is_empty() && before.strip_suffix(": ") != Some(name) {
        return None;
    }
    let is_missing = end.starts_with(": context not found") || end == " does not exist";
    is_missing.then_some(name)
}

impl Meaning<'_> {
    pub(crate) fn error(self, failure: Box<Failure>) -> Error {
        match self {
            Self::DaemonUnreachable => Error::DaemonUnreachable(failure),
            Self::PermissionDenied => Error::PermissionDenied(failure),
            Self::AccessDenied => Error::AccessDenied(failure),
            Self::NoSuch(kind, name) => Error::NoSuch { kind, name: name.to_owned(), failure },
            Self::InUse => Error::InUse(failure),
            Self::Conflict => Error::Conflict(failure),
            Self::Usage => Error::Usage(failure),
            Self::Daemon => Error::Daemon(failure),
            Self::Failed => Error::Failed(failure),
        }
    }
}

#[cfg(test)]
mod tests;
