//! Scripts over a shell's state, run command by command and by a bash that reads them as a file. `PROPTEST_CASES` sets how
//! many.
//!
//! Syntax errors are left out: they end a file, but not a reader's shell. So are unset variables after `set -u`: they end
//! both, with a status of 127 where bash has its commands as an argument (`-c`), and 1 in a file. `LINENO` is, too: here, each command begins with line 1. Error messages have the same number, and those of a page
//! would all change with a line that is added above.

use proptest::prelude::*;
use proptest::sample::select;

use super::truth::compare;

/// Commands that change the state or show some of it.
const COMMANDS: &[&str] = &[
    // Variables and arrays
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
    "set -- p 'q r'",
    "shift",
    "read -r a b <<<\"x y z\"",
    "printf -v b '%03d' 7",
    "echo \"${arr[*]-} ${!arr[*]} ${map[k]-}\"",
    "echo \"$# $* ${a-unset} ${b-unset} ${n-unset}\"",
    // `$_`, `$?` and PIPESTATUS
    "true",
    "false",
    ": one two",
    "(exit 3)",
    "! true",
    "false | true",
    "true | (exit 4) | false",
    "! false | true",
    "echo \"$? $_\"",
    "echo \"${PIPESTATUS[*]} $?\"",
    "echo $?; echo $_",
    "x=$(exit 5)",
    "x=$(false | true); echo \"$? ${PIPESTATUS[*]}\"",
    "cd . ; echo \"$_\"",
    "[[ a == b ]]",
    "((0))",
    // Lists and compound commands
    "false; echo \"$_ $?\"",
    "{ false; true; }",
    "true && false; echo $?",
    "false || : else",
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
    "echo \"$(false; echo $?)\"",
    "y=`echo b; false`; echo \"$y $?\"",
    // Functions
    "f() { echo \"f $1\"; false; return 2; }",
    "f() { : in f; }",
    "g() { local a=9; f \"$a\"; echo \"${FUNCNAME[*]}\"; }",
    "function h { false | true; echo \"${PIPESTATUS[*]}\"; }",
    "f x",
    "g || echo failed",
    "h; echo $_",
    "g | cat",
    "declare -f f",
    "unset -f f",
    "eval 'false; echo $_'",
    "echo 'false; a=sourced; false | true' >s; . ./s; echo \"$? ${PIPESTATUS[*]}\"",
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
    // Options
    "set -e",
    "set +e",
    "set -u; echo \"${a-} $#\"; set +u",
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
    "shopt -s extglob\necho @(s|t)",
    "echo ${-//c}",
    // Aliases
    "shopt -s expand_aliases",
    "alias ll='echo aliased'",
    "ll x",
    "shopt -u expand_aliases",
    "unalias ll",
    // Processes
    "true & wait $!; echo $?",
    "(exit 8) & wait; echo $?",
    "wait",
    "exec 3>o; echo a >&3; cat o",
    "nosuch-program",
    "exit 9",
];

/// What a script has left.
const REST: &str = "echo \"[$? ${PIPESTATUS[*]}]\" \"$_\"
trap -p
trap - DEBUG ERR RETURN
set +e
shopt -so
shopt -s
alias
echo \"${a-} ${b-} ${n-} ${arr[*]-} ${map[*]-} $*\"
declare -F
exit 3";

fn script() -> impl Strategy<Value = String> {
    let commands = prop::collection::vec(select(COMMANDS), 4..24);
    commands.prop_map(|commands| format!(": begin\n{}\n{REST}", commands.join("\n")))
}

proptest! {
    #[test]
    fn a_script_runs_command_by_command_as_bash_runs_it(script in script()) {
        compare(&script);
    }
}
