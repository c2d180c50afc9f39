//! Commands given by their words, and what the words say about the output.

use std::ffi::OsString;

use crate::docker::Docker;
use crate::invocation::Invocation;
use crate::output::{Origin, Output};
use crate::words::find_command;

crate::define::command! {
    /// A command given by its words; see [`Docker::command`]. It returns its output.
    ///
    /// `run`, `exec`, `attach` and `logs`, also those of `container` and `compose`, are recognized:
    /// as with [`container::Run`](crate::container::Run), a program that fails is
    /// [`Error::Exit`](crate::Error::Exit), and the container of a `run` that is stopped is removed
    /// (not that of `compose run`).
    ///
    /// [`flag`](crate::DockerCommand::flag) places flags directly behind the words of the command,
    /// since words behind an image or a container can belong to a program. With commands of plugins
    /// other than buildx and compose, they come last.
    Raw = => Output, Ok;
}

impl Raw {
    pub(crate) fn from_words<I, S>(docker: &Docker, words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        let mut words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let meaning = Meaning::find(&words);
        let rest = words.split_off(meaning.flags_at);
        let mut invocation = Invocation::new(docker, words, meaning.origin);
        invocation.program(rest);
        if meaning.creates_container {
            invocation.creates_container();
        }
        Self(invocation)
    }
}

/// What the words of a command say.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    origin: Origin,
    /// The index at which a flag of the command can be inserted.
    flags_at: usize,
    creates_container: bool,
}

impl Meaning {
    fn find(words: &[OsString]) -> Self {
        let found = find_command(words, 0);
        let path = found.as_ref().map_or("", |found| &found.path);
        let origin = match path.strip_prefix("container ").unwrap_or(path) {
            "run" => Origin::Run,
            "exec" | "attach" => Origin::Exec,
            // Compose has no status that it keeps for its own errors.
            "compose run" | "compose exec" | "compose attach" => Origin::Compose,
            "logs" | "compose logs" | "compose up" | "service logs" => Origin::Logs,
            _ => Origin::Docker,
        };
        let end = found.filter(|found| found.is_known).map(|found| found.end);
        Self {
            origin,
            flags_at: end.unwrap_or(words.len()),
            creates_container: origin == Origin::Run,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// Origin, the words before inserted flags, and whether a container is created.
    fn find(line: &str) -> (Origin, String, bool) {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let found = Meaning::find(&words);
        let before = words[..found.flags_at].join(OsStr::new(" "));
        (found.origin, before.into_string().unwrap(), found.creates_container)
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
            ("compose -f a.yml run web ls", Origin::Compose, "compose -f a.yml run", false),
            (
                "compose --project-name=x exec web ls",
                Origin::Compose,
                "compose --project-name=x exec",
                false,
            ),
            ("logs -f web", Origin::Logs, "logs", false),
            ("container logs web", Origin::Logs, "container logs", false),
            ("compose up", Origin::Logs, "compose up", false),
            ("attach web", Origin::Exec, "attach", false),
        ] {
            assert_eq!(find(line), (origin, before.to_owned(), creates_container), "{line}");
        }
    }

    #[test]
    fn other_commands_are_dockers_own() {
        for (line, before) in [
            ("ps", "ps"),
            ("image run", "image run"),
            ("--context run", "--context run"),
            ("container", "container"),
            ("compose pull run", "compose pull"),
            ("volume rm -- logs", "volume rm"),
            ("create app ls", "create"),
            ("scout cves run", "scout cves run"),
            ("--debug", "--debug"),
        ] {
            assert_eq!(find(line), (Origin::Docker, before.to_owned(), false), "{line}");
        }
    }
}
