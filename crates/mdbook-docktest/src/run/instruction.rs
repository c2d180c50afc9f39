//! What a shell must know about a command before it runs it: see `between.bash`.

use std::mem;
use std::sync::LazyLock;

use regex::Regex;

use super::lists::has_marks;
use crate::extract::commands::{Insides, Syntax, Token};

const CONCERN_COUNT: usize = 5;

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
        // What fails in a process substitution fails before its reader has read all. These may end later.
        ("late", r">\(|\bexec\b.*<\("),
    ]
    .map(|(name, pattern)| (name, Regex::new(pattern).expect("it is a regex of our own")))
});

/// What lists or sets traps and options that watching needs, or could see them. Traps of EXIT and signals, and other
/// options, are not in its way.
static OWN_MATTERS: LazyLock<Regex> = LazyLock::new(|| {
    // Where a command begins.
    let begin = r#"(?:^|[;&|({!`\n]|\b(?:then|do|else|if|elif|while|until|eval|builtin|command)\s)\s*['"\\]*"#;
    let end = r#"\s*(?:$|[;|&)}>`'"\n])"#;
    let patterns = [
        format!(r"{begin}trap\s+-p"),
        format!(r#"{begin}trap(?:\s+--)?(?:['"]|\s*(?:$|[;|&)>}}`\n]))"#),
        format!(r"(?s){begin}trap\s.*\b(?:ERR|DEBUG|RETURN)\b"),
        // With a DEBUG trap, bash 5.2 exits with another status here.
        format!(r"(?s){begin}trap\s.*\bexit{end}"),
        format!(
            r"{begin}set(?:\s+[-+]\w+)*\s+[-+](?:[a-zA-Z]*[ETv]|[a-zA-Z]*o(?:\s+verbose\b|{end}))"
        ),
        format!(r"{begin}shopt\s+-\w*o{end}"),
        format!(r"{begin}shopt\s+-\w*o\s+verbose\b"),
        r"\$-|\$\{-".to_owned(),
        r"\b(?:SHELLOPTS|errtrace|functrace|extdebug)\b".to_owned(),
        r"\b(?:declare|typeset|local|export)\s+-\w*t".to_owned(),
    ];
    Regex::new(&patterns.join("|")).expect("it is a regex of our own")
});

/// What runs for the subshells of marks in lists.
static CHILD_TRAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)\btrap\s.*CHLD\b").expect("it is a regex of our own"));

/// Whether `$-` has an option that is not about watching.
static OTHER_OPTION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        r#"\$(?:-|\{-\})"?\s*(?:in\s+|={1,2}\s*|!=\s*)\*[^ET*]\*|\$(?:-|\{-\})"?\s*=~\s*[a-z]\s"#;
    Regex::new(pattern).expect("it is a regex of our own")
});

/// The name of a function or an alias where it is defined.
static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"([\w.:@+-]+)\s*\(\s*\)|\bfunction\s+([\w.:@+-]+)|\balias\s+([\w.:@+-]+)=";
    Regex::new(pattern).expect("it is a regex of our own")
});

/// Builtins that only set the shell, or print.
const SETTINGS: [&str; 6] = ["trap", "set", "shopt", "echo", "true", ":"];

static WAIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bwait\b").expect("it is a regex of our own"));

/// What a command may consist of, given the functions that commands before it may have defined.
#[derive(Debug, Clone, Default)]
pub(super) struct Functions {
    insides: Insides,
    /// For each of [`CONCERNS`], whether it is about that.
    concerns: [bool; CONCERN_COUNT],
    /// Those whose names are known, and whether they must not be watched.
    known: Vec<(String, bool)>,
}

impl Functions {
    /// Adds the functions that a text defines.
    fn define(&mut self, text: &str, has_own_matters: bool) {
        let names =
            FUNCTION.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
        self.known.extend(names.map(|name| (name.as_str().to_owned(), has_own_matters)));
    }

    /// Returns, for each function that a text may call, whether it must not be watched.
    fn called<'a>(&'a self, text: &'a str) -> impl Iterator<Item = bool> + 'a {
        let is_in_name = |sign: char| sign.is_alphanumeric() || "_.:@+-".contains(sign);
        let calls = move |name: &str| text.split(|sign| !is_in_name(sign)).any(|word| word == name);
        self.known.iter().filter(move |(name, _)| calls(name)).map(|(_, is_own)| *is_own)
    }
}

/// Returns the instruction to run the command with this number. `functions` are those of the commands before,
/// and then also its own.
pub(super) fn run_instruction(
    number: usize,
    command: &Syntax<'_>,
    functions: &mut Functions,
) -> String {
    // What lacks its end must not swallow what the shell reads after it.
    let whole = command.is_complete.then_some("whole");
    let own = Insides::of(command);
    let words = whole.into_iter().chain(concerns(command.text, own, functions));
    let words: Vec<&str> = words.chain(watched(command, own, functions)).collect();
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

/// Returns what the shell watches while it runs a command: see `watch.bash`. `own` is there if it cannot, and `inside` if
/// the command, as far as its text shows, consists of others.
fn watched(command: &Syntax<'_>, own: Insides, functions: &mut Functions) -> Vec<&'static str> {
    let text = command.text;
    let insides = own.with(functions.insides);
    let called: Vec<bool> = functions.called(text).collect();
    let has_marks = has_marks(command);
    let has_own_matters = OWN_MATTERS.is_match(&OTHER_OPTION.replace_all(text, ""))
        || (has_marks && CHILD_TRAP.is_match(text))
        || called.contains(&true);
    if own.has_functions {
        functions.insides = insides;
        functions.define(text, has_own_matters);
    }
    let has_pipelines = insides.has_pipelines && !text.contains("PIPESTATUS");
    let waits = WAIT.is_match(text);
    // A function that is only defined runs nothing.
    let has_insides = (own.has_lists && !own.has_functions && !only_sets_the_shell(command))
        || !called.is_empty()
        || waits;
    let watched = [
        (insides.has_lists, "failures"),
        // Otherwise, what goes on in the background is to be left out.
        (insides.has_lists && !insides.has_background, "inherited"),
        (has_pipelines, "pipelines"),
        (has_marks, "lists"),
        // A coprocess is not to be looked at: bash forgets its variables when it notices its end.
        ((insides.has_background || waits) && !text.contains("coproc"), "jobs"),
    ];
    let mut words: Vec<&str> =
        watched.into_iter().filter_map(|(is_watched, word)| is_watched.then_some(word)).collect();
    if !words.is_empty() {
        words.extend(has_own_matters.then_some("own"));
        words.extend(has_insides.then_some("inside"));
    }
    words
}

/// Whether a command is a list of nothing but settings of the shell, in which nothing fails that bash itself would not
/// name: `set -e; trap 'a' ERR`.
fn only_sets_the_shell(command: &Syntax<'_>) -> bool {
    let (text, mut is_first_word) = (command.text, true);
    !text.contains('`')
        && command.tokens.iter().all(|token| match token {
            Token::Word(word) => {
                let is_first = mem::take(&mut is_first_word);
                !is_first || SETTINGS.contains(&&text[word.clone()])
            }
            Token::End(sign) => {
                is_first_word = true;
                &text[sign.clone()] != "&"
            }
            Token::Redirection(_) | Token::Descriptor(_) | Token::Target(_) => true,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::super::lists::write_command;
    use super::*;
    use crate::extract::commands::READERS;

    fn instruction(number: usize, text: &str) -> String {
        run_instruction(number, &Syntax::of(text), &mut Functions::default())
    }

    #[test]
    fn a_command_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        let before = READERS.get();
        let command = Syntax::of("a | b && set -e; c");
        write_command(directory.path(), 0, &command).unwrap();
        let instruction = run_instruction(0, &command, &mut Functions::default());
        assert_eq!(instruction, "0 whole parts failures inherited lists inside");
        assert_eq!(READERS.get() - before, 1);
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
            ("set +o verbose; docker run -v a:b c", "verbose parts failures inherited own inside"),
            ("set -x", "traced"),
            ("(set -euxo pipefail; a)", "traced parts failures inherited inside"),
            ("trap", "traps"),
            ("trap -p EXIT | cat", "traps"),
            ("x=$(trap)", "traps parts failures inherited own inside"),
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
            ("a; b", "whole parts failures inherited inside"),
            ("a && b; c", "whole parts failures inherited lists inside"),
            ("x=$(a | b)", "whole parts failures inherited pipelines inside"),
            ("a | b; echo ${PIPESTATUS[0]}", "whole parts failures inherited inside"),
            ("a & wait", "whole parts failures jobs inside"),
            ("wait", "whole jobs inside"),
        ] {
            assert_eq!(instruction(0, text), format!("0 {words}"), "{text}");
        }
    }

    #[test]
    fn settings_of_the_shell_are_no_commands_that_can_fail() {
        let has_insides = |text: &str| instruction(0, text).ends_with(" inside");
        for text in
            ["set -e; trap 'a' ERR", "set +x; trap - ERR", "trap 'a; b' DEBUG\nset -u >f; :"]
        {
            assert!(!has_insides(text), "{text}");
        }
        for text in [
            "set -e; trap 'a' ERR; b",
            "trap a ERR; echo $(b)",
            "trap a ERR; echo `b`",
            "trap a ERR; (set -e)",
            "set -e; ((a))",
        ] {
            assert!(has_insides(text), "{text}");
        }
    }

    #[test]
    fn what_would_see_or_change_what_the_shell_does_is_not_watched() {
        let is_own = |text: &str| instruction(0, text).split(' ').any(|word| word == "own");
        for text in [
            "trap 'a' ERR; b",
            "trap 'a; b' INT DEBUG; c",
            "a; trap",
            "a; trap -p | cat",
            "(trap); a",
            "x=$(trap)",
            "if a; then trap - RETURN; fi",
            "trap 'a; exit' EXIT; b",
            "a; echo $-",
            "case $- in *E*) a;; esac",
            "set -E; a",
            "a; set -e -uT",
            "set -o; a",
            "set +o | cat; a",
            "set -o functrace; a",
            "set -euvo pipefail; a",
            "shopt -so; a",
            "a; shopt -s extdebug",
            "echo $SHELLOPTS; a",
            "declare -ft f; f; a",
            "trap 'a' CHLD; b && c; d",
            "trap 'a' SIGCHLD\nb | c && d; e",
        ] {
            assert!(is_own(text), "{text}");
        }
        for text in [
            "docker exec trace-app ls; a",
            "docker rm tracer trap set; a",
            "f() { echo traceroute; }; f",
            "echo 'a trap for RETURN'; a",
            "trap 'a' EXIT; b",
            "trap 'a' CHLD; b; c",
            "trap 'a' TERM; b && c; d",
            "trap 'a; exit 3' EXIT INT TERM; b",
            "(trap a 0; b)",
            "set -eux; a",
            "set -o pipefail; a",
            "set -euxo pipefail; a",
            "set -- a; b",
            "shopt -so pipefail; a",
            "[[ $- == *i* ]] && a; b",
            "case $- in *i*) a;; esac",
        ] {
            assert!(!is_own(text), "{text}");
        }
    }

    #[test]
    fn any_command_may_run_the_functions_of_those_before() {
        let mut functions = Functions::default();
        let mut words = |text| run_instruction(0, &Syntax::of(text), &mut functions);
        assert_eq!(words("a"), "0 whole");
        assert_eq!(words("f() { b | c; }"), "0 whole parts failures inherited pipelines");
        assert_eq!(words("a"), "0 whole failures inherited pipelines");
        assert_eq!(words("a && f"), "0 whole failures inherited pipelines inside");
        assert_eq!(words("g() { b & }"), "0 whole parts failures pipelines jobs");
        assert_eq!(words("a"), "0 whole failures pipelines jobs");
        assert_eq!(words("h-1() { trap b ERR; }"), "0 whole parts failures pipelines jobs own");
        assert_eq!(words("a"), "0 whole failures pipelines jobs");
        assert_eq!(words("f; h-1"), "0 whole parts failures pipelines jobs own inside");
        assert_eq!(
            words("function i { h-1; }"),
            "0 whole parts failures pipelines jobs own inside"
        );
        assert_eq!(words("i"), "0 whole failures pipelines jobs own inside");
        assert_eq!(words("j() { trap -p; }"), "0 whole traps parts failures pipelines jobs own");
        assert_eq!(words("a"), "0 whole traps failures pipelines jobs");
    }
}
