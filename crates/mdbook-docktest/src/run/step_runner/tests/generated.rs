//! Random scripts over a shell's state: run here, command by command and in several steps, and by a bash that reads
//! them as a file. Compared are the status of each command, PIPESTATUS behind it, and what it prints; many of them
//! print what the ones before have left.
//!
//! `SHELL_CASES=2000 PROPTEST_RNG_SEED=$RANDOM cargo test -p mdbook-docktest generated` tries more, and others.
//!
//! What is known to differ is left out:
//! - `LINENO`, and the numbers in error messages: each command begins with line 1. Otherwise, with a line that is added
//!   to a chapter, the messages below it would change.
//! - Syntax errors, which end a script, but not what is typed at a terminal.
//! - What shows that bash has been started with `-c`: `$-`, and `main` in FUNCNAME.
//! - `set -v`, which `set -o` does not show.
//! - Functions that list traps. The commands behind them run without the EXIT trap that makes the status of a failed
//!   expansion 1 instead of the 127 of `bash -c`.
//! - A DEBUG trap runs three more times, without output, behind the command that sets it, and around commands that list
//!   traps. Hence no command shows the count of one that has been set just before.
//! - With `set -x`, a DEBUG trap that keeps BASH_COMMAND shows one of our own commands.
//! - In an EXIT trap, `BASH_COMMAND` is the whole command in which the shell exits, and PIPESTATUS is its status.

use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{RngSeed, TestRunner};

use super::alone::compare_steps;

/// How many scripts are tried: about 10 s. The number for other properties is for those that run no program.
const CASES: u32 = 24;

/// Commands that change the state, or show some of it.
const COMMANDS: &[&str] = &[
    // Traps
    "trap 'echo EXIT $?' EXIT",
    "trap 'echo ERR $? \"$_\"' ERR",
    "trap 'echo \"DEBUG $BASH_COMMAND\"' DEBUG",
    "trap 'echo \"RETURN $?\"' RETURN",
    "trap 'echo USR1' USR1; kill -USR1 $$",
    "trap - ERR DEBUG",
    "trap - EXIT RETURN",
    "trap -p",
    "k() { trap 'echo own $?' ERR; false; }; k",
    "trap 'c=$((c+1))' DEBUG",
    "trap 'echo \"$BASH_COMMAND\" >>log' DEBUG",
    "trap 'last=$this; this=$BASH_COMMAND' DEBUG",
    "e",
    "trap 'echo \"exit $? $_\"; false; echo $?' EXIT",
    "trap 'trap - EXIT; exit 7' EXIT",
    "trap 'echo out; exit' EXIT",
    "trap 'exit 3' ERR",
    "l",
    "enable -n printf trap",
    "enable printf trap",
    "t() { trap 'echo tdebug' DEBUG; : in; }; t",
    "s() { trap 'echo sreturn' RETURN; }; s",
    "(trap 'echo subexit' EXIT; exit 2)",
    "x=$(trap 'echo subexit' EXIT; echo v); echo $x",
    "(trap -p)",
    "trap -p ERR DEBUG",
    "trap",
    "trap 'echo $LINENO >/dev/null; echo err' ERR",
    "trap 'echo hup' HUP; kill -HUP $$",
    "trap '' TERM; kill -TERM $$; trap - TERM",
    // Options, aliases and disabled builtins
    "set -- p 'q r'",
    "set -e",
    "set +e",
    "set -u",
    "set +u",
    "set -o pipefail",
    "set +o pipefail",
    "set -f; echo *; set +f",
    "set -E",
    "set -T",
    "set +ET",
    "set -o noclobber; echo a >n1; echo b >n1",
    "set +o noclobber",
    "shopt -s lastpipe; echo v | read -r a",
    "shopt -u lastpipe",
    "shopt -s nullglob; echo no*such",
    "shopt -s extglob",
    "echo ${-//[cs]}",
    "shopt -s expand_aliases",
    "alias ll='echo aliased'",
    "ll x",
    "shopt -u expand_aliases",
    "unalias ll",
    "set -x",
    "set +x",
    "shopt -s extdebug",
    "shopt -u extdebug",
    "set -e; false; echo never",
    "l() { local -; set -f; set -o pipefail; false | true; echo \"$? ${-//[cs]}\"; }",
    "enable -n echo; type -t echo",
    "enable echo",
    "enable -n",
    "set -a",
    "set +a",
    "set -o posix",
    "set +o posix",
    "shopt -s nocasematch",
    "shopt -u nocasematch",
    "set -C",
    "set +C",
    "set -k",
    "set +k",
    "set -h; set +h; set -h",
    "set -- a b; eval 'shift; echo $1'",
    // Functions
    "f() { echo \"f $1\"; false; return 2; }",
    "f() { : in f; }",
    "g() { local a=9; f \"$a\"; echo \"${FUNCNAME[0]}\"; }",
    "function h { false | true; echo \"${PIPESTATUS[*]}\"; }",
    "f x",
    "g || echo failed",
    "h; echo $_",
    "g | cat",
    "declare -f f",
    "unset -f f",
    "q() { echo \"$_ ${PIPESTATUS[*]} $?\"; }",
    "q",
    "q a | cat",
    "e() { exit 4; }",
    "u() { return 3; }",
    "m() {\n  false\n  return 0\n}; m",
    "unset -f f g h k p q",
    "f2() { shift; echo \"$# $_\"; }; f2 a b c",
    // Exits
    "exit 9",
    "eval 'exit 5'",
    "false || exit 6",
    "echo ${nope?gone}",
    "return 3",
    "logout",
    // Lists, compound commands and here-documents
    "true",
    "false",
    "(exit 3)",
    "! true",
    "false | true",
    "true | (exit 4) | false",
    "! false | true",
    "echo \"${PIPESTATUS[*]} $?\"",
    "x=$(false | true); echo \"$? ${PIPESTATUS[*]}\"",
    "[[ a == b ]]",
    "((0))",
    "false; echo \"$_ $?\"",
    "{ false; true; }",
    "true && false; echo $?",
    "false || : else",
    "false a && true b; q",
    "true a && (exit 3) && : b; q; (exit 2)",
    "{ : in | false; } && : a && : b; q",
    "! true | true && false | true && : a; q",
    "f && echo never; echo \"$_\"",
    "[[ a == b ]] && echo never && echo never; : last",
    "ll x && nosuch-program && : a; q",
    "false && e; false || f && : a; echo \"${PIPESTATUS[*]}\"",
    "if false; then :; elif f; then echo yes; fi",
    "for i in 1 2; do false | echo $i; done",
    "for i in a b; do [ $i = b ]; done; echo \"$_\"",
    "while read -r l; do echo \"<$l>\"; done <<E\n1\n$a\nE",
    "case $a in 1) false; echo one;; *) : other;; esac",
    "(a=5; false; echo \"$a\")",
    "( exit 6 ) && echo never",
    "cat <<E\n$a $(echo in; false)\nE",
    "cat <<'E' | tail -n 1\n$a\nE",
    "{ echo a; false; } | { cat; (exit 7); }",
    "echo 'false; a=sourced; false | true' >s; . ./s; echo \"$? ${PIPESTATUS[*]}\"",
    "true & wait $!; echo $?",
    "(exit 8) & wait; echo $?",
    "{ set -x; : traced; } 2>/dev/null",
    "(e)",
    "[[ A == a ]]; echo $?",
    "while :; do break; done",
    "until false; do false; break; done",
    "case x in x) false | true;; esac",
    "for i in; do :; done",
    "true &",
    "! (exit 3) | true",
    "if false | true; then echo y; fi",
    "false &&\n  echo never",
    "! false",
    "{ time -p true; } 2>/dev/null",
    "{ true | false; } 2>/dev/null",
    "((x = 5, 0))",
    "[ -n \"\" ] || (exit 9)",
    "let i=0",
    "true <nosuch",
    // Variables, parameters and everything else
    "a=1",
    "a+=x",
    "b=\"$a $_\"",
    "unset a",
    "declare -i n=3; n+=2",
    "export a",
    "readonly r=1",
    "arr=(1 \"2 3\" \"$a\")",
    "arr[5]=x; unset 'arr[0]'",
    "declare -A map=([k]=v); map[l]=$a",
    "a=2 env | grep ^a=",
    "shift",
    "read -r a b <<<\"x y z\"",
    "printf -v b '%03d' 7",
    "echo \"${arr[*]-} ${!arr[*]} ${map[k]-}\"",
    "echo \"$# $* ${a-unset} ${b-unset} ${n-unset}\"",
    ": one two",
    "echo \"$? $_\"",
    "echo $?; echo $_",
    "x=$(exit 5)",
    "cd . ; echo \"$_\"",
    "echo \"$(false; echo $?)\"",
    "y=`echo b; false`; echo \"$y $?\"",
    "eval 'false; echo $_'",
    "wait",
    "exec 3>o; echo a >&3; cat o",
    "nosuch-program",
    "PS4='> '",
    "umask 027; umask",
    "cd /tmp; cd - >/dev/null",
    "mkdir -p d; cd d; basename \"$PWD\"; cd ..",
    "IFS=:",
    "unset IFS",
    "IFS=$' \\t\\n'",
    "v='a:b c'; echo $v",
    "env | grep -v '^_=\\|^PATH\\|^HOME\\|^LANG\\|^TERM\\|^PWD\\|^OLDPWD\\|^SHLVL'",
    "u; echo $? $_",
    "u || u",
    "echo a | while read -r z; do echo $z; false; done",
    "wait; echo $?",
    "echo \"${BASH_SUBSHELL} $(echo $BASH_SUBSHELL)\"",
    "z=(1 2); for i in \"${z[@]}\"; do (exit $i); done",
    "command false",
    "builtin true",
    "command -v f",
    "type -t g f ll",
    "echo ${nope:-$(false)}",
    "readonly IFS",
    "mapfile -t lines <<<$'a\\nb'; echo ${#lines[@]}",
    "printf '%s\\n' \"$_\"",
    "echo $_ $_",
    "exec 4>&1; echo x >&4; exec 4>&-",
    "read -r x </dev/null",
    "echo <<<a",
    "cat <(echo a) | cat",
    "break",
];

/// Commands that make sense only one after the other.
const SEQUENCES: &[&[&str]] = &[
    &["c=0", "true", "false", "echo \"c=$c\""],
    &["rm -f log", "true", "false", "cat log"],
    &["true", "true", "echo \"$last, $this\""],
];

/// Show what a script has left.
const REST: &[&str] = &[
    "echo \"[$? ${PIPESTATUS[*]}]\" \"$_\"",
    "trap -p",
    "trap - DEBUG ERR RETURN",
    "set +e",
    "shopt -so",
    "shopt -s",
    "alias",
    "echo \"${a-} ${b-} ${n-} ${arr[*]-} ${map[*]-} $*\"",
    "declare -F",
    "exit 3",
];

/// A script of a few commands, each mostly more than once, as steps.
fn steps() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let all: Vec<Vec<&str>> = COMMANDS.iter().map(|command| vec![*command]).collect();
    let all = [all, SEQUENCES.iter().map(|sequence| sequence.to_vec()).collect()].concat();
    let few = subsequence(all, 16);
    few.prop_flat_map(|few| prop::collection::vec((select(few), prop::bool::weighted(0.2)), 3..14))
        .prop_map(|parts| {
            let mut steps = vec![Vec::new()];
            for (commands, begins_step) in parts {
                if begins_step {
                    steps.push(Vec::new());
                }
                steps.last_mut().expect("it has one").extend(commands);
            }
            steps.push(REST.to_vec());
            steps.retain(|step| !step.is_empty());
            steps
        })
        .prop_filter("it is known to differ", |steps| !is_known_to_differ(steps))
}

/// Whether a script shows what is known to differ: `set -x` with a DEBUG trap that keeps BASH_COMMAND.
fn is_known_to_differ(steps: &[Vec<&str>]) -> bool {
    let has = |text| steps.iter().flatten().any(|command| command.contains(text));
    has("set -x") && has("this=$BASH_COMMAND")
}

/// The same scripts each time, unless more are asked for.
fn config() -> ProptestConfig {
    let (cases, rng_seed) = match std::env::var("SHELL_CASES") {
        Ok(cases) => {
            let seed = match ProptestConfig::default().rng_seed {
                RngSeed::Fixed(seed) => seed,
                RngSeed::Random => RandomState::new().hash_one(0),
            };
            (cases.parse().unwrap(), RngSeed::Fixed(seed))
        }
        Err(_) => (CASES, RngSeed::Fixed(1)),
    };
    let failure_persistence = None;
    ProptestConfig {
        cases,
        rng_seed,
        failure_persistence,
        max_shrink_iters: 300,
        ..Default::default()
    }
}

#[test]
fn a_script_runs_command_by_command_as_bash_runs_it() {
    let config = config();
    let seed = format!("SHELL_CASES={}, seed {:?}", config.cases, config.rng_seed);
    let mut runner = TestRunner::new(config);
    let tried = runner.run(&steps(), |steps| {
        compare_steps(&steps);
        Ok(())
    });
    tried.unwrap_or_else(|failure| panic!("{seed}: {failure}"));
}
