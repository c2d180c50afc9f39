//! Commands that share the terminal with a program in a container.

use std::borrow::Cow;

use crate::extract::image_uses::flags::{
    Arguments, COMPOSE, COMPOSE_RUN, DOCKER, EXEC, RUN, Switches, from_operand,
};

/// `docker start` and `docker attach`
const START: Switches =
    Switches { long: &["attach", "interactive", "no-stdin"], short: "ai", is_mixed: true };

/// Words that can stand before a command.
const PREFIXES: [&str; 5] = ["sudo", "time", "exec", "command", "winpty"];

/// Whether a command passes the terminal on to a program in a container, which may wait there for what is
/// typed: with `-it`, or because `docker compose run` and `exec` do so by themselves.
pub(crate) fn needs_terminal(command: &str) -> bool {
    // Most commands are none of these.
    let is_interactive = |word: &str| word.starts_with('-') && word.contains('i');
    if !command.contains("docker")
        || !command.contains("attach")
            && !command.contains("compose")
            && !command.split_ascii_whitespace().any(is_interactive)
    {
        return false;
    }
    // A backslash before a line break only continues the line.
    let command = match command.contains("\\\n") {
        true => Cow::Owned(command.replace("\\\n", " ")),
        false => Cow::Borrowed(command),
    };
    command.split(['\n', ';', '|', '&', '(', ')']).any(|part| {
        if !part.contains("docker") {
            return false;
        }
        let is_before = |word: &&str| {
            let is_assignment = word.split_once('=').is_some_and(|(name, _)| {
                name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            is_assignment || PREFIXES.contains(word)
        };
        let mut words = part.split_ascii_whitespace().skip_while(is_before);
        match words.next() {
            Some("docker") => docker(&words.collect::<Vec<_>>()),
            Some("docker-compose") => compose(&words.collect::<Vec<_>>()),
            _ => false,
        }
    })
}

fn docker(words: &[&str]) -> bool {
    let words = from_operand(words, DOCKER);
    let words = words.strip_prefix(&["container"]).unwrap_or(words);
    let Some((command, rest)) = words.split_first() else { return false };
    let is_on = |switches, names: &[&str]| Arguments::new(rest, switches).is_on(names);
    let is_attached = |switches| {
        is_on(switches, &["i", "interactive"])
            && is_on(switches, &["t", "tty"])
            && !is_on(switches, &["d", "detach"])
    };
    match *command {
        "run" => is_attached(RUN),
        "exec" => is_attached(EXEC),
        "start" => is_on(START, &["i", "interactive"]),
        "attach" => !is_on(START, &["no-stdin"]),
        "compose" => compose(rest),
        _ => false,
    }
}

fn compose(words: &[&str]) -> bool {
    let Some((&("run" | "exec"), rest)) = from_operand(words, COMPOSE).split_first() else {
        return false;
    };
    let arguments = Arguments::new(rest, COMPOSE_RUN);
    !arguments.is_on(&["T", "no-TTY"]) && !arguments.is_on(&["d", "detach"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_with_a_terminal_and_input_need_one() {
        for command in [
            "docker run -it alpine sh",
            "docker run --rm -ti --name box alpine",
            "docker run -i -p 80:80 -t alpine",
            "docker run --interactive --tty=true alpine",
            "docker run \\\n  -it \\\n  alpine",
            "docker container run -it alpine",
            "sudo docker -H tcp://x exec -it box bash",
            "X=1 docker exec -ite A=b box bash",
            "cd x && docker start -ai box",
            "docker attach box",
            "docker compose exec db psql",
            "docker compose -f x.yml run --rm app sh",
            "docker-compose exec db psql",
        ] {
            assert!(needs_terminal(command), "{command}");
        }
    }

    #[test]
    fn others_do_not() {
        for command in [
            "docker run -d alpine",
            "docker run -itd alpine",
            "docker run -dit alpine",
            "docker run -t alpine",
            "docker run -i alpine cat",
            "docker run alpine ls -it",
            "docker run --name -it alpine",
            "docker run -it=false alpine",
            "docker start box",
            "docker attach --no-stdin box",
            "docker compose exec -T db psql",
            "docker compose up",
            "docker compose run -d app",
            "echo docker run -it",
            "docker",
            "ls -it",
        ] {
            assert!(!needs_terminal(command), "{command}");
        }
    }
}
