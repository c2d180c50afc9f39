//! The programs that a command runs, with their subcommands and options: what a cheat sheet lists.

use std::ops::Range;

use super::image_uses::flags::{Arguments, COMPOSE, COMPOSE_RUN, DOCKER, EXEC, RUN};
use super::simple_commands::{SimpleCommand, simple_commands};

/// A program in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandUse {
    /// The program, for Docker with its subcommands: `docker volume ls`.
    pub(crate) name: String,
    /// The options as typed, for Docker one by one.
    pub(crate) options: Vec<String>,
}

/// What bash runs itself (`help` of bash 5.2): a reader does not look it up as a program.
const BUILTINS: [&str; 39] = [
    ".", ":", "[", "[[", "alias", "bg", "break", "cd", "continue", "declare", "echo", "eval",
    "exec", "exit", "export", "false", "fg", "hash", "jobs", "let", "local", "mapfile", "popd",
    "printf", "pushd", "pwd", "read", "readonly", "return", "set", "shift", "shopt", "source",
    "test", "trap", "true", "type", "unset", "wait",
];

/// The commands of Docker that manage one kind of object, and have commands of their own.
const MANAGEMENT: [&str; 18] = [
    "builder",
    "buildx",
    "checkpoint",
    "compose",
    "config",
    "container",
    "context",
    "image",
    "manifest",
    "network",
    "node",
    "plugin",
    "secret",
    "service",
    "stack",
    "swarm",
    "system",
    "volume",
];

/// Returns the programs that a command of the shell runs, those in substitutions too, in order.
pub(crate) fn command_uses(command: &str) -> Vec<CommandUse> {
    let commands = simple_commands(command);
    commands.iter().filter_map(|simple| command_use(simple, command)).collect()
}

fn command_use(simple: &SimpleCommand, script: &str) -> Option<CommandUse> {
    let program = simple.program(script)?;
    let is_plain = |c: char| c.is_alphanumeric() || "-_.+[:".contains(c);
    if BUILTINS.contains(&program) || !program.chars().all(is_plain) {
        return None;
    }
    let is_program =
        |range: &Range<usize>| script[range.clone()].rsplit('/').next() == Some(program);
    let at = simple.words.iter().position(is_program)?;
    let words: Vec<&str> = simple.texts(script).split_off(at + 1);
    if program == "docker" || program == "docker-compose" {
        return Some(docker(program, &words));
    }
    let options = words.iter().take_while(|word| **word != "--").filter(|word| is_option(word));
    let options = options.map(|word| name_of(word)).collect();
    Some(CommandUse { name: program.to_owned(), options })
}

fn docker(program: &str, words: &[&str]) -> CommandUse {
    let mut name = program.to_owned();
    let mut options = Vec::new();
    let global = Arguments::new(words, if program == "docker" { DOCKER } else { COMPOSE });
    options.extend(global.names());
    let mut rest: Vec<&str> = global.operands.into_iter().copied().collect();
    let mut is_compose = program == "docker-compose";
    while let Some(word) = rest.first().copied().filter(|word| is_subcommand(word)) {
        rest.remove(0);
        name.push(' ');
        name.push_str(word);
        let is_management = MANAGEMENT.contains(&word) && !is_compose;
        if !is_management {
            break;
        }
        if word == "compose" {
            is_compose = true;
            let compose = Arguments::new(&rest, COMPOSE);
            options.extend(compose.names());
            rest = compose.operands.into_iter().copied().collect();
        }
    }
    let runs = name.rsplit(' ').next().unwrap_or_default();
    let switches = match (runs, is_compose) {
        ("run" | "create", false) if !name.contains("volume") && !name.contains("network") => {
            Some(RUN)
        }
        ("run", true) => Some(COMPOSE_RUN),
        ("exec", _) => Some(EXEC),
        _ => None,
    };
    match switches {
        // What follows belongs to the program in the container.
        Some(switches) => options.extend(Arguments::new(&rest, switches).names()),
        None => {
            let rest = rest.iter().take_while(|word| **word != "--").filter(|word| is_option(word));
            options.extend(rest.flat_map(|word| one_by_one(word)));
        }
    }
    CommandUse { name, options }
}

fn is_subcommand(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn is_option(word: &str) -> bool {
    word.len() > 1
        && word.starts_with('-')
        && word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Returns an option without its value.
fn name_of(word: &str) -> String {
    word.split('=').next().unwrap_or_default().to_owned()
}

/// Returns the options of a word like `-aq`.
fn one_by_one(word: &str) -> Vec<String> {
    let letters = &word[1..];
    let is_group = letters.len() <= 3 && letters.chars().all(|c| c.is_ascii_alphabetic());
    match is_group {
        true => letters.chars().map(|letter| format!("-{letter}")).collect(),
        false => vec![name_of(word)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the programs, each with its options.
    fn uses(command: &str) -> Vec<String> {
        let one = |used: CommandUse| [vec![used.name], used.options].concat().join(" ");
        command_uses(command).into_iter().map(one).collect()
    }

    #[test]
    fn options_of_docker_end_where_the_containers_command_begins() {
        assert_eq!(
            uses("docker run -d --name app -v a:/b -it alpine sh -c 'tail -f x'"),
            ["docker run -d --name -v -i -t"]
        );
        assert_eq!(uses("docker exec -u 0 app rm -f /x"), ["docker exec -u"]);
        assert_eq!(
            uses("docker --context a volume create data --label=x=y"),
            ["docker volume create --context --label"]
        );
    }

    #[test]
    fn subcommands_are_part_of_the_name() {
        assert_eq!(uses("docker volume ls -q -f dangling=true"), ["docker volume ls -q -f"]);
        assert_eq!(uses("docker ps -aq"), ["docker ps -a -q"]);
        assert_eq!(uses("docker rm -f app-server log-shipper"), ["docker rm -f"]);
        assert_eq!(uses("docker compose -p x -f y.yaml down -v"), ["docker compose down -p -f -v"]);
        assert_eq!(uses("docker inspect config"), ["docker inspect"]);
        assert_eq!(uses("docker"), ["docker"]);
    }

    #[test]
    fn programs_in_pipelines_loops_and_substitutions_are_found() {
        assert_eq!(
            uses(
                "until [ -n \"$(docker logs app 2>&1)\" ]; do sleep 0.2; done; echo a | tee -a x && ./save.sh --all=1"
            ),
            ["docker logs", "sleep", "tee -a", "save.sh --all"]
        );
        assert_eq!(uses("sudo tar -czf a.tgz -C / etc"), ["tar -czf -C"]);
        assert_eq!(uses("A=1; cd /tmp; \"$program\" -x"), [""; 0]);
    }
}
