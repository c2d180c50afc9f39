//! Placeholders for the container that the chapter has started: `docker exec <container-id> ls`.
//!
//! A reader looks its ID up. As long as only one container has been started in the background, which prints its ID,
//! there is nothing to choose.

use std::collections::BTreeSet;
use std::mem;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::command_uses::{CommandUse, command_uses};
use crate::model::scenario::{Command, OwnContainer, Step};

/// `<container-id>`, `<the container>`, `<yourContainerID>`, `[container_id]`, `CONTAINER_ID`; not a name, which can be
/// that of a new one.
static CONTAINER: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?i)^(?:<|\[|\{)?(?:(?:your|the|my|a)[ _-]?)?container(?:[ _-]?ids?|(?:>|\]|\})$)(?:>|\]|\})?$";
    Regex::new(regex).expect("the regex is valid")
});

/// What starts containers that no command names.
const OTHER_STARTS: [&str; 6] = [
    "docker compose up",
    "docker-compose up",
    "docker service create",
    "docker stack deploy",
    "docker create",
    "docker container create",
];

/// What a chapter has started up to a command.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// The commands that have not been looked into: few chapters have a placeholder for a container.
    unread: Vec<Script>,
    /// The script of the command, for each container in the background.
    in_background: Vec<String>,
    has_others: bool,
    own: Option<OwnContainer>,
}

/// A command of a chapter.
#[derive(Debug)]
struct Script {
    /// Its text without placeholders that have a value.
    text: String,
    /// What runs.
    runs: String,
}

impl Started {
    /// Adds what a command starts. `script` is its text without placeholders that have a value, and `runs` what runs.
    pub(super) fn add(&mut self, script: &str, runs: &str) {
        // Most commands start none.
        if script.contains("docker") {
            self.unread.push(Script { text: script.to_owned(), runs: runs.to_owned() });
        }
    }

    fn read(&mut self) {
        for Script { text, runs } in mem::take(&mut self.unread) {
            for CommandUse { name, options } in command_uses(&text) {
                let is_detached =
                    options.iter().any(|option| matches!(&**option, "-d" | "--detach"));
                match &*name {
                    "docker run" | "docker container run" if is_detached => {
                        self.in_background.push(runs.clone());
                    }
                    name => self.has_others |= OTHER_STARTS.contains(&name),
                }
            }
        }
    }

    /// Returns the command that has started the only container in the background.
    fn only(&mut self) -> Option<&str> {
        self.read();
        match &*self.in_background {
            [only] if !self.has_others => Some(only),
            _ => None,
        }
    }

    /// Takes those placeholders of a script out of `places` that stand for this container.
    pub(super) fn take_own(&mut self, script: &str, places: &mut Vec<Range<usize>>) {
        let is_container = |place: &Range<usize>| CONTAINER.is_match(&script[place.clone()]);
        if !places.iter().any(is_container) {
            return;
        }
        let Some(run) = self.only().map(str::to_owned) else { return };
        let own = places.extract_if(.., |place| is_container(place));
        let own: Vec<_> = own.map(|place| script[place].to_owned()).collect();
        if !own.is_empty() {
            let new = OwnContainer { run, placeholders: BTreeSet::new() };
            self.own.get_or_insert(new).placeholders.extend(own);
        }
    }

    /// What a step would have started is not known, as it does not run.
    pub(super) fn was_held(&mut self, step: &Step) {
        let starts = |command: &Command| command.text.contains(" run ");
        self.has_others |= step.commands.iter().any(starts);
    }

    /// Returns the container that placeholders stand for, if there are such placeholders.
    pub(super) fn into_own(self) -> Option<OwnContainer> {
        self.own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_placeholders_for_an_id_are_of_a_container() {
        for placeholder in [
            "<container-id>",
            "<the-container-id>",
            "<yourContainerID>",
            "<container>",
            "<CONTAINER ID>",
            "[container_id]",
            "{container id}",
            "CONTAINER_ID",
            "CONTAINERID",
        ] {
            assert!(CONTAINER.is_match(placeholder), "{placeholder}");
        }
        for placeholder in [
            "<container-name>",
            "<mysql-container-id>",
            "<image-id>",
            "CONTAINER",
            "container",
            "<container-port>",
            "MY_CONTAINER_NAME",
        ] {
            assert!(!CONTAINER.is_match(placeholder), "{placeholder}");
        }
    }

    #[test]
    fn only_one_container_in_the_background_is_meant() {
        let only = |scripts: &[&str]| {
            let mut started = Started::default();
            scripts.iter().for_each(|script| started.add(script, script));
            started.only().map(str::to_owned)
        };
        let run = "docker run -dp 80:80 nginx";
        assert_eq!(only(&["docker run hello-world", run, "docker ps"]), Some(run.to_owned()));
        assert!(only(&["docker container run --detach nginx"]).is_some());
        assert!(only(&["sudo docker run -itd alpine sh"]).is_some());
        assert_eq!(only(&["docker run alpine ls -d"]), None);
        assert_eq!(only(&[run, run]), None);
        assert_eq!(only(&[run, "docker compose up -d"]), None);
        assert_eq!(only(&[run, "docker service create nginx"]), None);
        assert_eq!(only(&[]), None);
    }
}
