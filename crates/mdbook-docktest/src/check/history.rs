//! What earlier commands of the chapter have to do with a failure: they failed to create what a command needs, or have
//! created what is in its way.

use std::sync::LazyLock;

use regex::Regex;

/// The commands of a chapter so far.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    commands: Vec<Past<'a>>,
}

#[derive(Debug)]
struct Past<'a> {
    text: &'a str,
    /// Its place in the chapter.
    start: usize,
    outcome: Outcome,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    /// It did not run: its step is marked `ignore`, is held back by a finding, or was not reached.
    NotRun,
}

impl Outcome {
    /// What to add to the line of a command from which something follows.
    pub(super) fn which(self) -> &'static str {
        match self {
            Self::NotRun => ", which did not run",
            Self::Failed | Self::Succeeded => "",
        }
    }
}

/// What explains a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Explanation {
    /// An earlier command should have created the object.
    Follows {
        /// The place of that command in the chapter.
        from: usize,
        outcome: Outcome,
        /// What does not exist.
        name: String,
    },
    /// No command of the chapter creates the object.
    Unknown(Missing),
    /// An earlier command has created an object that is in the way.
    InTheWay {
        /// The place of that command in the chapter.
        from: usize,
        conflict: Conflict,
    },
}

/// Something that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// `container`, `volume`, `network`, `service`, `image`, `object`, or `file`.
    pub(super) kind: String,
    pub(super) name: String,
}

/// Something that already exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conflict {
    /// A container, network or the like of this name.
    Name(String),
    /// A container that publishes this port.
    Port(String),
}

/// How docker, and the programs of a shell, say that something does not exist.
static MISSING: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r#"(?xim)
        \bno\ such\ (?<kind>container|volume|network|service|object|image|secret|config)s?:\ (?<name>[^\s,:]+(?::[^\s,]+)?)
        | \bnetwork\ (?<network>[\w.-]+)\ not\ found
        | \bget\ (?<volume>[\w.-]+):\ no\ such\ volume
        | (?:^|:\ )(?<file>[^\s:]+):\ No\ such\ file\ or\ directory"#;
    Regex::new(regex).expect("the regex is valid")
});

/// How docker says that something is in the way.
static CONFLICT: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r#"(?x)
        Conflict\.\ The\ container\ name\ "/(?<container>[^"]+)"\ is\ already\ in\ use
        | network\ with\ name\ (?<network>\S+)\ already\ exists
        | Bind\ for\ \S+:(?<port>\d+)\ failed:\ port\ is\ already\ allocated
        | (?:bind\ host\ port\ (?:for\ )?|listen\ tcp4?\ )(?:[\d.]+|\[[^\]]*\]):(?<bound>\d+).*address\ already\ in\ use"#;
    Regex::new(regex).expect("the regex is valid")
});

impl<'a> History<'a> {
    /// Adds a command that comes after all others.
    pub(super) fn push(&mut self, text: &'a str, start: usize, outcome: Outcome) {
        self.commands.push(Past { text, start, outcome });
    }

    /// Returns the first of these commands that did not succeed, and what became of it. Each is given by its place
    /// in the chapter.
    pub(super) fn first_failed(&self, starts: &[usize]) -> Option<(usize, Outcome)> {
        let is_cause =
            |past: &&Past<'_>| past.outcome != Outcome::Succeeded && starts.contains(&past.start);
        self.commands.iter().find(is_cause).map(|past| (past.start, past.outcome))
    }

    /// Returns what explains that a command failed, which printed `output`, without escape sequences.
    pub(super) fn explain(&self, output: &str) -> Option<Explanation> {
        if let Some(conflict) = conflict(output) {
            let is_cause = |past: &&Past<'_>| {
                past.outcome == Outcome::Succeeded
                    && match &conflict {
                        Conflict::Name(name) => mentions(past.text, name),
                        Conflict::Port(port) => publishes(past.text, port),
                    }
            };
            let from = self.commands.iter().rev().find(is_cause)?.start;
            return Some(Explanation::InTheWay { from, conflict });
        }
        let missing = missing(output)?;
        // A path is there if its first directory is.
        let name = match missing.kind.as_str() {
            "file" => missing.name.trim_start_matches("./").split('/').next().unwrap_or_default(),
            "image" => missing.name.trim_end_matches(":latest"),
            _ => &missing.name,
        };
        let mut mentioned =
            self.commands.iter().filter(|past| mentions(past.text, name)).peekable();
        let is_mentioned = mentioned.peek().is_some();
        let cause = mentioned.find(|past| past.outcome != Outcome::Succeeded);
        if let Some(Past { start, outcome, .. }) = cause {
            let (from, outcome, name) = (*start, *outcome, name.to_owned());
            return Some(Explanation::Follows { from, outcome, name });
        }
        (!is_mentioned && missing.kind != "file").then_some(Explanation::Unknown(missing))
    }
}

fn missing(output: &str) -> Option<Missing> {
    let captures = MISSING.captures(output)?;
    let group = |name: &str| captures.name(name).map(|found| found.as_str().to_owned());
    if let (Some(kind), Some(name)) = (group("kind"), group("name")) {
        return Some(Missing { kind: kind.to_lowercase(), name });
    }
    ["network", "volume", "file"]
        .into_iter()
        .find_map(|kind| Some(Missing { kind: kind.to_owned(), name: group(kind)? }))
}

fn conflict(output: &str) -> Option<Conflict> {
    let captures = CONFLICT.captures(output)?;
    let group = |name: &str| captures.name(name).map(|found| found.as_str().to_owned());
    let name = group("container").or_else(|| group("network")).map(Conflict::Name);
    name.or_else(|| group("port").or_else(|| group("bound")).map(Conflict::Port))
}

/// Whether a command names something: as a word of its own, or as the last part of an address.
fn mentions(command: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    !name.is_empty()
        && command.match_indices(name).any(|(at, _)| {
            let before = command[..at].chars().next_back();
            let after = command[at + name.len()..]
                .strip_prefix(".git")
                .unwrap_or(&command[at + name.len()..]);
            !before.is_some_and(is_part) && !after.chars().next().is_some_and(is_part)
        })
}

/// Whether a command publishes a port of a container at this port of the host.
fn publishes(command: &str, port: &str) -> bool {
    command.match_indices(&format!("{port}:")).any(|(at, _)| {
        !command[..at].chars().next_back().is_some_and(|before| before.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(commands: &[(&'static str, Outcome)]) -> History<'static> {
        let mut history = History::default();
        for (index, (text, outcome)) in commands.iter().enumerate() {
            history.push(text, index, *outcome);
        }
        history
    }

    #[test]
    fn what_a_failed_command_did_not_create_is_missing() {
        use Outcome::{Failed, NotRun, Succeeded};
        for (commands, output, from, outcome, name) in [
            (
                &[("docker run -d --name web nginx", Failed)][..],
                "Error response from daemon: No such container: web\n",
                0,
                Failed,
                "web",
            ),
            (
                &[("docker volume create data", NotRun)],
                "Error response from daemon: get data: no such volume",
                0,
                NotRun,
                "data",
            ),
            (
                &[("docker pull alpine", Succeeded), ("docker network create back", Failed)],
                "docker: Error response from daemon: network back not found.",
                1,
                Failed,
                "back",
            ),
            (
                &[("docker build -t app .", Failed)],
                "Error response from daemon: No such image: app:latest",
                0,
                Failed,
                "app",
            ),
            (
                &[("git clone https://github.com/docker/getting-started.git", Failed)],
                "bash: line 1: cd: getting-started/app: No such file or directory",
                0,
                Failed,
                "getting-started",
            ),
            (
                &[("docker create --name=db x", Failed)],
                "Error: No such object: db",
                0,
                Failed,
                "db",
            ),
        ] {
            let expected = Explanation::Follows { from, outcome, name: name.to_owned() };
            assert_eq!(history(commands).explain(output), Some(expected), "{output}");
        }
    }

    #[test]
    fn what_no_command_creates_is_unknown() {
        let past = history(&[("docker run -d --name webapp nginx", Outcome::Failed)]);
        let missing = Missing { kind: "container".into(), name: "web".into() };
        assert_eq!(
            past.explain("Error response from daemon: No such container: web"),
            Some(Explanation::Unknown(missing))
        );
        assert_eq!(past.explain("cat: notes: No such file or directory"), None);
        assert_eq!(past.explain("some other failure"), None);
        let removed = history(&[
            ("docker run --name web x", Outcome::Succeeded),
            ("docker rm web", Outcome::Succeeded),
        ]);
        assert_eq!(removed.explain("Error: No such container: web"), None, "only the author knows");
    }

    #[test]
    fn what_is_in_the_way_has_been_created() {
        let past = history(&[
            ("docker run -d -p 127.0.0.1:8080:80 --name web nginx", Outcome::Succeeded),
            ("docker run -d -p 18080:80 --name other nginx", Outcome::Succeeded),
        ]);
        let conflict = "docker: Error response from daemon: Conflict. The container name \"/web\" is already in use by container \"0123\".";
        assert_eq!(
            past.explain(conflict),
            Some(Explanation::InTheWay { from: 0, conflict: Conflict::Name("web".into()) })
        );
        for port in [
            "docker: Error response from daemon: … Bind for 0.0.0.0:8080 failed: port is already allocated.",
            "failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use",
            "failed to bind host port 0.0.0.0:8080/tcp: address already in use",
            "listen tcp4 0.0.0.0:8080: bind: address already in use",
        ] {
            let expected =
                Explanation::InTheWay { from: 0, conflict: Conflict::Port("8080".into()) };
            assert_eq!(past.explain(port), Some(expected), "{port}");
        }
        assert_eq!(past.explain(&conflict.replace("/web", "/db")), None);
    }
}
