//! Commands whose status is an answer: they may fail.

/// Programs that look for lines.
const GREPS: [&str; 4] = ["grep", "egrep", "fgrep", "zgrep"];

/// Programs that only find out something, whatever their arguments. `true` and `false` are there for their status.
const QUESTIONS: [&str; 16] = [
    "[",
    "test",
    "true",
    "false",
    "pgrep",
    "pidof",
    "cmp",
    "diff",
    "which",
    "type",
    "hash",
    "getent",
    "mountpoint",
    "pg_isready",
    "read",
    "let",
];

/// Options of `docker exec` and `docker compose exec` with a value in the next word.
const VALUES_OF_EXEC: [&str; 9] =
    ["-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--index", "--detach-keys"];

/// Whether a program looks for lines.
pub(crate) fn is_grep(program: &str) -> bool {
    GREPS.contains(&base_name(program))
}

/// Whether the status of a simple command with these words is an answer.
pub(super) fn is_question(words: &[&str]) -> bool {
    let [program, arguments @ ..] = words else { return false };
    let has = |argument: &str| arguments.contains(&argument);
    match base_name(program) {
        "command" => has("-v") || has("-V"),
        "sudo" => is_question(behind_options(arguments, &["-u", "-g", "--user", "--group"])),
        "timeout" => {
            let rest = behind_options(arguments, &["-s", "-k", "--signal", "--kill-after"]);
            is_question(rest.get(1..).unwrap_or_default())
        }
        "docker" | "docker-compose" => {
            let exec = arguments.iter().position(|word| *word == "exec");
            let rest = exec
                .map_or(&[][..], |exec| behind_options(&arguments[exec + 1..], &VALUES_OF_EXEC));
            // The first word is the container.
            is_question(rest.get(1..).unwrap_or_default())
        }
        "kill" => has("-0"),
        "nc" => arguments.iter().any(|word| is_short_option(word, 'z')),
        "git" => has("diff") && (has("--quiet") || has("--exit-code") || has("-q")),
        "systemctl" => has("is-active") || has("is-enabled") || has("is-failed"),
        name => QUESTIONS.contains(&name) || GREPS.contains(&name),
    }
}

/// Whether a word has this one among its options of one letter.
fn is_short_option(word: &str, letter: char) -> bool {
    word.strip_prefix('-')
        .is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}

/// Returns a program's name without its directory.
fn base_name(program: &str) -> &str {
    program.rsplit_once('/').map_or(program, |(_, name)| name)
}

/// Returns the words behind options, some of which have a value in the next word.
fn behind_options<'a, 'b>(words: &'a [&'b str], with_value: &[&str]) -> &'a [&'b str] {
    match words {
        [option, _, rest @ ..] if with_value.contains(option) => behind_options(rest, with_value),
        [option, rest @ ..] if option.starts_with('-') => behind_options(rest, with_value),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(command: &str) -> bool {
        let words: Vec<&str> = command.split(' ').collect();
        is_question(&words)
    }

    #[test]
    fn a_question_is_known_by_the_program_that_is_run_in_the_end() {
        for command in [
            "grep -q x f",
            "[ -f x ]",
            "false",
            "/usr/bin/test -f x",
            "sudo grep x f",
            "sudo -n -u postgres pg_isready",
            "timeout 5 pg_isready",
            "timeout -k 1 5 nc -z localhost 80",
            "sudo timeout 5 /bin/grep x f",
            "docker exec c grep -q x f",
            "docker exec -i -u root --env=a=b c test -f x",
            "docker compose -f a.yaml exec -T db pg_isready -U a",
            "docker-compose exec db pg_isready",
            "command -v docker",
            "kill -0 $pid",
            "nc -vz localhost 80",
            "git -C app diff --quiet",
            "systemctl is-active docker",
        ] {
            assert!(asks(command), "{command}");
        }
        for command in [
            "docker build test",
            "docker exec test ls",
            "docker exec -u test c ls",
            "docker exec",
            "docker run --rm alpine grep x f",
            "sudo -u test ls",
            "sudo",
            "timeout 5 curl localhost",
            "timeout",
            "command ls",
            "kill $pid",
            "nc --zero localhost 80",
            "git diff",
            "git clone --quiet a",
            "systemctl start docker",
            "./tests/run",
        ] {
            assert!(!asks(command), "{command}");
        }
        assert!(is_grep("/bin/zgrep"));
        assert!(!is_grep("pgrep"));
    }
}
