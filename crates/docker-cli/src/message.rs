//! Docker's own messages, line by line.
//!
//! The forms are those of docker and its daemon, 20.10 to 28; the tests have them as they were
//! printed. Since the wording changes between versions, an unknown message is still an error, with
//! its text unchanged.

use crate::error::{Error, Failure, ObjectKind};

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
        if let Some(text) = line.strip_prefix("Error response from daemon: ") {
            return Some(Self { text, meaning: meaning_of_daemon(text) });
        }
        if let Some(text) = line.strip_prefix("Error: ") {
            // Many programs use this prefix; docker only for objects that do not exist.
            return Some(Self { text, meaning: no_such(text)? });
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

/// `No such container: x`, also behind `cannot kill container: x: `, and the messages about
/// volumes, networks, plugins and images of a registry.
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
    // What `run` says first since Docker 28.
    let rest = text.strip_prefix("failed to set up container networking: ").unwrap_or(text);
    shapes.into_iter().find_map(|(before, after, kind)| {
        let name = rest.strip_prefix(before)?.split_once(after)?.0;
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
    pub(crate) fn error(self, failure: Box<Failure>) -> Error {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(line: &str) -> Option<Meaning<'_>> {
        Message::parse(line).map(|message| message.meaning)
    }

    fn no_such(kind: ObjectKind, name: &str) -> Option<Meaning<'_>> {
        Some(Meaning::NoSuch(kind, name))
    }

    /// As printed by docker 26.1.5 and 28.2.2.
    #[test]
    fn the_daemon_cannot_be_reached() {
        for line in [
            "Cannot connect to the Docker daemon at unix:///nope.sock. Is the docker daemon running?",
            "docker: Cannot connect to the Docker daemon at unix:///nope. Is the docker daemon running?.",
            r#"error during connect: Get "http://nosuch.invalid:1/v1.50/containers/json": dial tcp: lookup nosuch.invalid: no such host"#,
        ] {
            assert_eq!(meaning(line), Some(Meaning::DaemonUnreachable), "{line}");
        }
    }

    #[test]
    fn permission_is_denied() {
        for line in [
            r#"permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.45/containers/json": dial unix /var/run/docker.sock: connect: permission denied"#,
            r#"docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head "http://%2Fvar%2Frun%2Fdocker.sock/_ping": dial unix /var/run/docker.sock: connect: permission denied."#,
        ] {
            assert_eq!(meaning(line), Some(Meaning::PermissionDenied), "{line}");
        }
    }

    #[test]
    fn an_object_does_not_exist() {
        use ObjectKind::{Container, Context, Image, Network, Object, Plugin, Volume};
        for (line, kind, name) in [
            ("Error response from daemon: No such container: web", Container, "web"),
            (
                "Error response from daemon: cannot kill container: web: No such container: web",
                Container,
                "web",
            ),
            ("Error: No such container: web", Container, "web"),
            ("Error response from daemon: No such image: web:latest", Image, "web:latest"),
            ("Error response from daemon: get web: no such volume", Volume, "web"),
            ("Error: No such volume: web", Volume, "web"),
            ("Error response from daemon: network web not found", Network, "web"),
            ("docker: Error response from daemon: network web not found.", Network, "web"),
            (
                "docker: Error response from daemon: failed to set up container networking: network web not found",
                Network,
                "web",
            ),
            (r#"Error response from daemon: plugin "web" not found"#, Plugin, "web"),
            ("Error: No such object: web", Object, "web"),
            (
                r#"Failed to initialize: unable to resolve docker endpoint: context "web": context not found: open /root/.docker/contexts/meta/ca37/meta.json: no such file or directory"#,
                Context,
                "web",
            ),
            (
                "docker: Error response from daemon: pull access denied for web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied.",
                Image,
                "web",
            ),
            (
                "Error response from daemon: manifest for alpine:9 not found: manifest unknown: manifest unknown",
                Image,
                "alpine:9",
            ),
        ] {
            assert_eq!(meaning(line), no_such(kind, name), "{line}");
        }
    }

    #[test]
    fn an_object_or_a_port_is_in_use() {
        for line in [
            "Error response from daemon: remove v1: volume is in use - [8ffe91dec102]",
            r#"Error response from daemon: cannot remove container "/aa": container is running: stop the container before removing or force remove"#,
            r#"Error response from daemon: conflict: unable to remove repository reference "alpine" (must force) - container 3781557bac83 is using its referenced image 2cf291174d13"#,
            "Error response from daemon: error while removing network: network n1 id 5edad9658ee1 has active endpoints",
            "docker: Error response from daemon: driver failed programming external connectivity on endpoint crazy_hertz (c53af182c513): Bind for 0.0.0.0:8080 failed: port is already allocated.",
        ] {
            assert_eq!(meaning(line), Some(Meaning::InUse), "{line}");
        }
    }

    #[test]
    fn a_name_is_taken() {
        for line in [
            r#"docker: Error response from daemon: Conflict. The container name "/aa" is already in use by container "3781557bac83". You have to remove (or rename) that container to be able to reuse that name."#,
            "Error response from daemon: network with name n1 already exists",
        ] {
            assert_eq!(meaning(line), Some(Meaning::Conflict), "{line}");
        }
    }

    #[test]
    fn the_command_line_is_wrong() {
        for line in [
            "unknown flag: --nosuchflag",
            "unknown shorthand flag: 'z' in -z",
            "flag needs an argument: --label",
            r#"invalid argument "x" for "-t, --timeout" flag: strconv.ParseInt: parsing "x": invalid syntax"#,
            r#""docker run" requires at least 1 argument."#,
            "docker: 'docker run' requires at least 1 argument",
            r#""docker volume ls" accepts no arguments."#,
            "docker: 'compose' is not a docker command.",
            "docker: unknown command: docker compose",
        ] {
            assert_eq!(meaning(line), Some(Meaning::Usage), "{line}");
        }
    }

    #[test]
    fn the_daemon_refuses_for_other_reasons() {
        for line in [
            "Error response from daemon: invalid filter 'x'",
            "Error response from daemon: bridge is a pre-defined network and cannot be removed",
            "docker: Error response from daemon: Minimum memory limit allowed is 6MB.",
        ] {
            assert_eq!(meaning(line), Some(Meaning::Daemon), "{line}");
        }
    }

    #[test]
    fn other_text_is_no_message() {
        for line in [
            "no such image",
            "app: Error response from daemon: No such container: web",
            "open /nope: no such file or directory",
            "Error: cannot find module",
            "Could not do it: permission denied while trying to connect",
            "",
        ] {
            assert_eq!(meaning(line), None, "{line}");
        }
    }
}
