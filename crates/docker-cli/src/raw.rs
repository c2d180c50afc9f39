//! Commands given by their words, and what the words say about the output.

use std::ffi::OsString;

use crate::classify::Origin;
use crate::docker::Docker;
use crate::invocation::Invocation;
use crate::output::Output;
use crate::words::{COMPOSE_FLAGS, GLOBAL_FLAGS, first_command};

crate::define::command! {
    /// A command given by its words; see [`Docker::command`]. It returns its output.
    ///
    /// `run`, `exec`, `attach` and `logs`, also those of `container` and `compose`, are recognized:
    /// as with [`container::Run`](crate::container::Run), a program that fails is
    /// [`Error::Exit`](crate::Error::Exit), and the container of a `run` that is stopped is removed
    /// (not that of `compose run`).
    ///
    /// [`flag`](crate::Command::flag) places flags directly behind `run` and `exec`, since words
    /// behind the image or the container belong to the program. With other commands they come last.
    Raw = => Output, Ok;
}

impl Raw {
    pub(crate) fn from_words<I, S>(docker: &Docker, words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        let mut words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let relayed = Relayed::find(&words);
        let flags_at = relayed.as_ref().map_or(words.len(), |relayed| relayed.flags_at);
        let rest = words.split_off(flags_at);
        let origin = relayed.as_ref().map_or(Origin::Docker, |relayed| relayed.origin);
        let mut invocation = Invocation::new(docker, words, origin);
        invocation.program(rest);
        if relayed.is_some_and(|relayed| relayed.creates_container) {
            invocation.creates_container();
        }
        Self(invocation)
    }

    /// Sets what the command reads from its standard input.
    pub fn stdin(mut self, stdin: impl Into<crate::Stdin>) -> Self {
        self.0.stdin(stdin.into());
        self
    }
}

/// A command that relays the output of a program in a container.
#[derive(Debug, PartialEq, Eq)]
struct Relayed {
    origin: Origin,
    /// The index at which a flag of the command can be inserted.
    flags_at: usize,
    creates_container: bool,
}

impl Relayed {
    fn find(words: &[OsString]) -> Option<Self> {
        let (mut at, mut command) = first_command(words, 0, &GLOBAL_FLAGS)?;
        let is_compose = command == "compose";
        if is_compose {
            (at, command) = first_command(words, at + 1, &COMPOSE_FLAGS)?;
        } else if command == "container" {
            at += 1;
            command = words.get(at)?;
        }
        let (origin, creates_container) = match command.to_str()? {
            // Compose has no status that it keeps for its own errors.
            "run" if is_compose => (Origin::Exec, false),
            "run" => (Origin::Run, true),
            "exec" => (Origin::Exec, false),
            "attach" => (Origin::Exec, false),
            "logs" => (Origin::Logs, false),
            _ => return None,
        };
        let takes_program = matches!(command.to_str()?, "run" | "exec");
        let flags_at = if takes_program { at + 1 } else { words.len() };
        Some(Self { origin, flags_at, creates_container })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// Origin, the words before inserted flags, and whether a container is created.
    fn find(line: &str) -> Option<(Origin, String, bool)> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let found = Relayed::find(&words)?;
        let before = words[..found.flags_at].join(OsStr::new(" "));
        Some((found.origin, before.into_string().unwrap(), found.creates_container))
    }

    #[test]
    fn commands_that_relay_a_program_are_found_behind_flags() {
        for (line, origin, before, creates_container) in [
            ("run app ls", Origin::Run, "run", true),
            ("container run --rm app", Origin::Run, "container run", true),
            ("--host run -D -c exec run exec", Origin::Run, "--host run -D -c exec run", true),
            ("--host --config run app", Origin::Run, "--host --config run", true),
            ("--host=x exec web ls", Origin::Exec, "--host=x exec", false),
            ("container exec web run", Origin::Exec, "container exec", false),
            ("compose -f a.yml run web ls", Origin::Exec, "compose -f a.yml run", false),
            (
                "compose --project-name=x exec web ls",
                Origin::Exec,
                "compose --project-name=x exec",
                false,
            ),
            ("logs -f web", Origin::Logs, "logs -f web", false),
            ("container logs web", Origin::Logs, "container logs web", false),
            ("attach web", Origin::Exec, "attach web", false),
        ] {
            assert_eq!(find(line), Some((origin, before.to_owned(), creates_container)), "{line}");
        }
    }

    #[test]
    fn other_commands_are_dockers_own() {
        for line in [
            "ps",
            "image run",
            "--context run",
            "container",
            "compose up run",
            "volume rm logs",
            "--debug",
        ] {
            assert_eq!(find(line), None, "{line}");
        }
    }
}
