//! What a shell must know about a command before it runs it: see `between.bash`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::commands::is_complete;

/// What the shell does differently for some commands, each with a text that says that it may have to.
static CONCERNS: LazyLock<[(&str, Regex); 5]> = LazyLock::new(|| {
    [
        // Bash then prints what it reads.
        ("verbose", r"\bset\s+[-+](?:[a-zA-Z]*v|[a-zA-Z]*o\s+verbose)"),
        ("traced", r"\bset\s+-(?:[a-zA-Z]*x|[a-zA-Z]*o\s+xtrace)"),
        // Traps are listed.
        ("traps", r"\btrap(?:\s+-p|\s*(?:--)?\s*(?:$|[;|&)>]))"),
        ("parts", r"\bPIPESTATUS\b"),
        ("last", r"\$\{?_(?:\W|$)"),
    ]
    .map(|(name, pattern)| (name, Regex::new(pattern).expect("it is a regex of our own")))
});

/// Returns the instruction to run the command with this number and text.
pub(super) fn run_instruction(number: usize, text: &str) -> String {
    // What lacks its end must not swallow what the shell reads after it.
    let whole = is_complete(text).then_some("whole");
    let concerns = CONCERNS.iter().filter(|(_, pattern)| pattern.is_match(text));
    let words: Vec<&str> = whole.into_iter().chain(concerns.map(|(name, _)| *name)).collect();
    format!("{number} {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_whole_if_bash_runs_it_at_once() {
        assert_eq!(run_instruction(0, "echo a"), "0 whole");
        assert_eq!(run_instruction(12, "echo 'a"), "12 ");
        assert_eq!(run_instruction(0, "cat <<E\nE >f"), "0 ");
    }

    #[test]
    fn the_shell_gets_what_a_command_may_be_about() {
        for (text, concerns) in [
            ("set -ev", "verbose"),
            ("set +o verbose; docker run -v a:b c", "verbose"),
            ("set -x", "traced"),
            ("(set -euxo pipefail; a)", "traced"),
            ("trap", "traps"),
            ("trap -p EXIT | cat", "traps"),
            ("x=$(trap)", "traps"),
            ("echo ${PIPESTATUS[0]}", "parts"),
            ("cd $_", "last"),
            ("cd \"${_%/*}\"", "last"),
        ] {
            assert_eq!(run_instruction(0, text), format!("0 whole {concerns}"), "{text}");
        }
        for text in ["docker run -v a:b reset", "trap 'a' EXIT", "trap - ERR", "echo $_x ${_x}"] {
            assert_eq!(run_instruction(0, text), "0 whole", "{text}");
        }
    }
}
