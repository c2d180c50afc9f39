//! What a shell must know about a command before it runs it: see `between.bash`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::commands::{Insides, is_complete};

const CONCERN_COUNT: usize = 4;

/// PIPESTATUS is looked at, or stays as it is.
const PARTS: &str = "parts";

/// What the shell does differently for some commands, each with a text that says that it may have to.
static CONCERNS: LazyLock<[(&str, Regex); CONCERN_COUNT]> = LazyLock::new(|| {
    [
        // Bash then prints what it reads.
        ("verbose", r"\bset\s+[-+](?:[a-zA-Z]*v|[a-zA-Z]*o\s+verbose)"),
        ("traced", r"\bset\s+-(?:[a-zA-Z]*x|[a-zA-Z]*o\s+xtrace)"),
        // Traps are listed.
        ("traps", r"\btrap(?:\s+-p|\s*(?:--)?\s*(?:$|[;|&)>]))"),
        (PARTS, r"\bPIPESTATUS\b"),
    ]
    .map(|(name, pattern)| (name, Regex::new(pattern).expect("it is a regex of our own")))
});

/// What lists or sets traps and options, so that the shell must have none but the author's; or looks at the statuses of
/// pipelines itself.
static OWN_MATTERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\btrap\b|\$-|\$\{-|SHELLOPTS|trace|extdebug|\bset\s+[-+](?:[a-zA-Z]*[ETvxo])|\bshopt\s+-\w*o";
    Regex::new(pattern).expect("it is a regex of our own")
});

static WAIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bwait\b").expect("it is a regex of our own"));

/// What a command may consist of, given the functions that commands before it may have defined.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Functions {
    insides: Insides,
    /// For each of [`CONCERNS`], whether it is about that.
    concerns: [bool; CONCERN_COUNT],
    /// Whether they must not be watched.
    has_own_matters: bool,
}

/// Returns the instruction to run the command with this number and text. `functions` are those of the commands before,
/// and then also its own.
pub(super) fn run_instruction(number: usize, text: &str, functions: &mut Functions) -> String {
    // What lacks its end must not swallow what the shell reads after it.
    let whole = is_complete(text).then_some("whole");
    let own = Insides::of(text);
    let words = whole.into_iter().chain(concerns(text, own, functions));
    let words: Vec<&str> = words.chain(watched(text, own, functions)).collect();
    format!("{number} {}", words.join(" "))
}

/// Returns what a command may be about, of [`CONCERNS`]. `own` is what it consists of by itself.
fn concerns(text: &str, own: Insides, functions: &mut Functions) -> Vec<&'static str> {
    // What defines a function, loops over nothing or goes on in the background leaves PIPESTATUS as it is.
    let keeps_parts = own.has_lists || own.has_background || own.has_functions;
    let mut words = Vec::new();
    for ((name, pattern), is_inherited) in CONCERNS.iter().zip(&mut functions.concerns) {
        let is_about = pattern.is_match(text);
        if is_about || *is_inherited || (keeps_parts && *name == PARTS) {
            words.push(*name);
        }
        *is_inherited |= is_about && own.has_functions;
    }
    words
}

/// Returns what the shell watches while it runs a command: see `watch.bash`.
fn watched(text: &str, own: Insides, functions: &mut Functions) -> Vec<&'static str> {
    let has_own_matters = OWN_MATTERS.is_match(text);
    let insides = own.with(functions.insides);
    if own.has_functions {
        functions.insides = insides;
        functions.has_own_matters |= has_own_matters;
    }
    if has_own_matters || functions.has_own_matters {
        return Vec::new();
    }
    let has_pipelines = insides.has_pipelines && !text.contains("PIPESTATUS");
    [
        (insides.has_lists, "failures"),
        // What goes on in the background can fail at any time: chance would decide whether it is noticed.
        (insides.has_lists && !insides.has_background, "inherited"),
        (has_pipelines, "pipelines"),
        // A coprocess is not to be looked at: bash forgets its variables when it notices its end.
        ((insides.has_background || WAIT.is_match(text)) && !text.contains("coproc"), "jobs"),
    ]
    .into_iter()
    .filter_map(|(is_watched, word)| is_watched.then_some(word))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instruction(number: usize, text: &str) -> String {
        run_instruction(number, text, &mut Functions::default())
    }

    #[test]
    fn a_command_is_whole_if_bash_runs_it_at_once() {
        assert_eq!(instruction(0, "echo a"), "0 whole");
        assert_eq!(instruction(12, "echo 'a"), "12 ");
        assert_eq!(instruction(0, "cat <<E\nE >f"), "0 ");
    }

    #[test]
    fn the_shell_gets_what_a_command_may_be_about() {
        for (text, concerns) in [
            ("set -ev", "verbose"),
            ("set +o verbose; docker run -v a:b c", "verbose parts"),
            ("set -x", "traced"),
            ("(set -euxo pipefail; a)", "traced parts"),
            ("trap", "traps"),
            ("trap -p EXIT | cat", "traps"),
            ("x=$(trap)", "traps parts"),
            ("echo ${PIPESTATUS[0]}", "parts"),
        ] {
            assert_eq!(instruction(0, text), format!("0 whole {concerns}"), "{text}");
        }
        for text in ["docker run -v a:b reset", "trap 'a' EXIT", "trap - ERR"] {
            assert_eq!(instruction(0, text), "0 whole", "{text}");
        }
    }

    #[test]
    fn the_shell_watches_what_a_status_may_not_show() {
        for (text, words) in [
            ("docker ps | tail -n 1 >f && echo a", "whole"),
            ("a; b", "whole parts failures inherited"),
            ("x=$(a | b)", "whole parts failures inherited pipelines"),
            ("a | b; echo ${PIPESTATUS[0]}", "whole parts failures inherited"),
            ("a & wait", "whole parts failures jobs"),
            ("wait", "whole jobs"),
            // What would see or change what the shell does.
            ("trap 'a' ERR; b", "whole parts"),
            ("a; echo $-", "whole parts"),
            ("set -E; a", "whole parts"),
            ("a; shopt -s extdebug", "whole parts"),
        ] {
            assert_eq!(instruction(0, text), format!("0 {words}"), "{text}");
        }
    }

    #[test]
    fn any_command_may_run_the_functions_of_those_before() {
        let mut functions = Functions::default();
        let mut words = |text| run_instruction(0, text, &mut functions);
        assert_eq!(words("a"), "0 whole");
        assert_eq!(words("f() { b | c; }"), "0 whole parts failures inherited pipelines");
        assert_eq!(words("a"), "0 whole failures inherited pipelines");
        assert_eq!(words("g() { b & }"), "0 whole parts failures pipelines jobs");
        assert_eq!(words("a"), "0 whole failures pipelines jobs");
        assert_eq!(words("h() { trap b ERR; }"), "0 whole parts");
        assert_eq!(words("a; b"), "0 whole parts");
        assert_eq!(words("i() { trap -p; }"), "0 whole traps parts");
        assert_eq!(words("a"), "0 whole traps");
    }
}
