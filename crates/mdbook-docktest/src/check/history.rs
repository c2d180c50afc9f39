//! What earlier commands of the chapter have to do with a failure: they failed to create what a command needs, or have
//! created what is in its way.

use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use crate::text::position::work;

/// The commands of a chapter so far, in their order.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    commands: Vec<Past<'a>>,
    /// Made when it is needed: most chapters have no failure to explain.
    index: RefCell<Index>,
}

#[derive(Debug, Clone, Copy)]
struct Past<'a> {
    text: &'a str,
    /// Its place in the chapter.
    start: usize,
    outcome: Outcome,
}

/// Where commands are in the history, so that many failures do not need many readings of all of them.
#[derive(Debug, Default)]
struct Index {
    /// How many commands it knows.
    count: usize,
    /// Those with each word.
    succeeded: HashMap<String, Vec<usize>>,
    others: HashMap<String, Vec<usize>>,
    /// What became of those that did not succeed, by their places in the chapter.
    outcomes: BTreeMap<usize, Outcome>,
    /// The last successful one with each number before a colon.
    publishers: HashMap<String, usize>,
}

impl Index {
    fn push(&mut self, Past { text, start, outcome }: Past<'_>) {
        let words_of = if outcome == Outcome::Succeeded {
            let ports = numbers_before_colons(text).map(|port| (port.to_owned(), self.count));
            self.publishers.extend(ports);
            &mut self.succeeded
        } else {
            self.outcomes.entry(start).or_insert(outcome);
            &mut self.others
        };
        for word in words(text) {
            // The name of a repository can have this ending in its address.
            for name in [Some(word), word.strip_suffix(".git")].into_iter().flatten() {
                words_of.entry(name.to_owned()).or_default().push(self.count);
            }
        }
        self.count += 1;
    }
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
        let index = self.index();
        let failed = starts.iter().filter_map(|start| index.outcomes.get_key_value(start));
        failed.min_by_key(|(start, _)| **start).map(|(start, outcome)| (*start, *outcome))
    }

    /// Returns what explains that a command failed, which printed `output`, without escape sequences.
    pub(super) fn explain(&self, output: &str) -> Option<Explanation> {
        let index = self.index();
        if let Some(conflict) = conflict(output) {
            let from = match &conflict {
                Conflict::Name(name) => self.mentioning(name, &index.succeeded).next_back(),
                Conflict::Port(port) => index.publishers.get(port).map(|at| self.commands[*at]),
            }?;
            return Some(Explanation::InTheWay { from: from.start, conflict });
        }
        let missing = missing(output)?;
        // A path is there if its first directory is.
        let name = match missing.kind.as_str() {
            "file" => missing.name.trim_start_matches("./").split('/').next().unwrap_or_default(),
            "image" => missing.name.trim_end_matches(":latest"),
            _ => &missing.name,
        };
        if let Some(past) = self.mentioning(name, &index.others).next() {
            // At one place, the first outcome counts.
            let (from, outcome) = (past.start, index.outcomes[&past.start]);
            return Some(Explanation::Follows { from, outcome, name: name.to_owned() });
        }
        let is_mentioned = self.mentioning(name, &index.succeeded).next().is_some();
        (!is_mentioned && missing.kind != "file").then_some(Explanation::Unknown(missing))
    }

    /// Returns the commands that mention a name, of those with each word.
    fn mentioning(
        &self,
        name: &str,
        with_words: &HashMap<String, Vec<usize>>,
    ) -> impl DoubleEndedIterator<Item = Past<'a>> {
        let with_word = words(name).next().and_then(|word| with_words.get(word));
        let with_word = with_word.map_or(&[][..], Vec::as_slice).iter();
        with_word.map(|at| self.commands[*at]).filter(move |past| mentions(past.text, name))
    }

    /// Returns the index of all commands so far.
    fn index(&self) -> Ref<'_, Index> {
        let mut index = self.index.borrow_mut();
        for past in &self.commands[index.count..] {
            index.push(*past);
        }
        drop(index);
        self.index.borrow()
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

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_part_of_word(c)).filter(|word| !word.is_empty())
}

/// Whether a command names something: as a word of its own, or as the last part of an address.
fn mentions(command: &str, name: &str) -> bool {
    work::add(1);
    command.match_indices(name).any(|(at, _)| {
        let before = command[..at].chars().next_back();
        let after = &command[at + name.len()..];
        let after = after.strip_prefix(".git").unwrap_or(after);
        !before.is_some_and(is_part_of_word) && !after.chars().next().is_some_and(is_part_of_word)
    })
}

/// Returns what can be ports of the host at which a command publishes those of a container.
fn numbers_before_colons(command: &str) -> impl Iterator<Item = &str> {
    command.match_indices(':').map(|(at, _)| {
        let before = &command[..at];
        &before[before.trim_end_matches(|c: char| c.is_ascii_digit()).len()..]
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
    #[test]
    fn four_times_the_failures_are_four_times_the_work() {
        use Outcome::{Failed, Succeeded};
        let work = |commands: usize| {
            let missing =
                |index| format!("Error response from daemon: No such container: c{index}");
            let texts: Vec<_> = (0..commands)
                .map(|index| format!("docker create -p {index}:80 --name c{index} web"))
                .collect();
            work::of(|| {
                let mut history = History::default();
                for (start, text) in texts.iter().enumerate() {
                    history.push(text, start, if start % 2 == 0 { Succeeded } else { Failed });
                    let others =
                        ["web", &format!("c{start}"), &format!("c{}", start + 1)].map(|name| {
                            format!("Conflict. The container name \"/{name}\" is already in use")
                        });
                    let port =
                        format!("Bind for 0.0.0.0:{start} failed: port is already allocated");
                    for output in [missing(start), missing(start + 1), port].iter().chain(&others) {
                        history.explain(output);
                    }
                }
            })
        };
        let (short, long) = (work(50), work(200));
        assert!(short > 0 && long < 5 * short, "{short} became {long}");
    }

    #[test]
    fn ports_and_names_are_found_in_whatever_they_are_written_with() {
        let past = history(&[
            ("docker run -p8080:80 app:1.0 git@example.com:me/tool.git", Outcome::Succeeded),
            ("docker run --publish=18080:80 my-app:1.0", Outcome::Succeeded),
        ]);
        let port = |port| format!("Bind for 0.0.0.0:{port} failed: port is already allocated");
        let from = |output: &str| match past.explain(output) {
            Some(Explanation::InTheWay { from, .. }) => Some(from),
            _ => None,
        };
        assert_eq!(
            [from(&port(8080)), from(&port(18080)), from(&port(80))],
            [Some(0), Some(1), None]
        );
        let image = |name: &str| past.explain(&format!("No such image: {name}"));
        for known in ["app:1.0", "my-app:1.0", "tool", "tool.git", "me/tool"] {
            assert_eq!(image(known), None, "{known}");
        }
        for unknown in ["app:1", "app:2.0", "my", "too"] {
            assert!(matches!(image(unknown), Some(Explanation::Unknown(_))), "{unknown}");
        }
    }
}
