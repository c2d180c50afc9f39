//! What a shell keeps between two commands, compared with a bash that reads the same script by itself.

use super::alone::compare;
use crate::extract::commands::tests::corpus::constructs;

/// Scripts that show what the commands before have left.
const SCRIPTS: &[&str] = &[
    // `$_`, `$?` and PIPESTATUS
    "mkdir foo\ncd $_\nbasename \"$PWD\"",
    "echo a b\necho \"$_\"\necho \"$_\"",
    "echo a b\n(exit 3)\necho \"$? $_\"",
    "x=1\necho \"[$_]\"",
    "echo 'two\nlines'\necho \"[$_]\"",
    "f() { : in; }\nf one two\necho \"$_ $?\"",
    "for i in a b; do\n  : $i\ndone\necho \"$_\"",
    "true; false\necho $?\necho $?",
    "false | true | false\necho \"${PIPESTATUS[*]}\"",
    "false | true\necho \"$? ${PIPESTATUS[*]} ${PIPESTATUS[*]}\"\necho \"${PIPESTATUS[*]}\"",
    "! false | true\necho \"$? ${PIPESTATUS[*]}\"\n! true\necho \"$? ${PIPESTATUS[@]}\"",
    "set -o pipefail\nfalse | true\necho \"$? ${PIPESTATUS[*]}\"\n(exit 3) | (exit 4) | true\necho \"$? ${PIPESTATUS[*]}\"",
    "readonly IFS=01\nfalse | true | false\nprintf '<%s>' \"${PIPESTATUS[@]}\" \"$_\"",
    "true a | true b\nx=$?\necho $x $_",
    "false | true\nf() { :; }\necho \"${PIPESTATUS[*]}\"",
    "false | true\nfor i in; do :; done\necho \"${PIPESTATUS[*]}\"",
    "false | true\ntrue &\necho \"${PIPESTATUS[*]}\"",
    "q() { echo \"$_ ${PIPESTATUS[*]}\"; }\n: a\nfalse | true\nq\n! true\nq",
    "(exit 5) &\nwait $!\necho $?\nwait %1\necho $?",
    // Whether bash still lists the job after that depends on which ends first.
    "mkfifo p; cat p &\njobs -r | wc -l\n: >p\nwait\necho $?",
    // Lists that end early before another command, with what a mark could change
    "q() { echo \"$? $_ ${PIPESTATUS[*]} $#\"; }\nset -- p\n(exit 3) && : b; q\ntrue a && builtin false b && : c; q\nbuiltin false a || (exit 4) && : c; q",
    "q() { echo \"$? $_ ${PIPESTATUS[*]}\"; }\ntrue a | builtin false | (exit 5) && : b; q\n{ : in | builtin false; } && : b; q\n[ -f nosuch ] && : a && : b; q\n[ a = b ] | (exit 2) && : a && : b; q",
    "q() { echo \"$? ${PIPESTATUS[*]}\"; }\nreadonly IFS=01\n(exit 1) | (exit 2) | (exit 3) | (exit 4) | (exit 10) && : b; q\nbuiltin false | true && (exit 10) | : && : a && : b; q",
    "q() { echo \"$? $_ ${PIPESTATUS[*]}\"; }\n! true a && ls b && : c; q\n! true && ls b; q\n! : a && ! [ -f b ] && ls c && : d; q",
    "builtin false | true | builtin false && : a; : b; echo \"${PIPESTATUS[*]}\"",
    "q() { echo \"$? ${PIPESTATUS[*]}\"; }\nset -o pipefail\n(exit 3) | true && : a; q\n! true | true && (exit 3) | true && : a; q",
    "set -e\nbuiltin false && true; echo alive\ntrue && builtin false; echo never",
    "set -eu\nbuiltin false a && true b && true c; echo \"$_\"\nbuiltin false | true && builtin false | cat && true; echo alive",
    "set -x\nbuiltin false a && true; echo b\nbuiltin false | builtin false && true; echo c\nset +x",
    "trap 'echo ERR $? \"$BASH_COMMAND\"' ERR\nbuiltin false && true; echo a\ntrue && builtin false; echo b\nset -E\nbuiltin false && true && true; builtin false",
    "trap 'echo \"dbg $BASH_COMMAND\"' DEBUG\nbuiltin false && true && true; echo a",
    "trap 'echo bye $? \"$_\"' EXIT\nbuiltin false a && true; exit",
    "set -o posix\nbuiltin false a && true; echo \"$_\"\nset -f; builtin false && true; echo *",
    "alias two='builtin false b &&' seq='builtin false c; true'; :\ntwo true && true; echo \"$_\"\nseq && true; echo \"$_\"\nset -e; :\nseq && true; echo never",
    "TIMEFORMAT=\ntime builtin false && echo a; echo b\ncoproc builtin false && true; wait",
    "trap 'echo child' CHLD\ntrue | ls nosuch | builtin false && true; echo \"${PIPESTATUS[*]}\"",
    "cat <<E && builtin false && cat <<F; cat <<G\n1\nE\n2\nF\n3\nG\necho \"$_\"",
    "exec 3>&1; builtin false && true >&3; echo a >&3",
    "cd /nosuch && ls; declare -F; (trap -p); builtin false && jobs; f() { builtin false && true; true; }; declare -f f",
    "[[ ab =~ (b) ]]; builtin false && true; echo \"${BASH_REMATCH[1]} $#\"",
    // Traps
    "trap 'echo ERR $?' ERR\nfalse\ntrue\n(exit 3)\nfalse | true\nfalse || true\n! true\ntrap - ERR\nfalse\necho end",
    "trap 'echo ERR' ERR\nif false; then :; fi\nwhile false; do :; done\nfalse && true\nfalse",
    "trap 'echo ERR' ERR\nf() { false; }\nf\nset -E\nf\n$(false)",
    "trap 'echo bye' EXIT\ntrap -p EXIT\ntrap -p\ntrap - EXIT\ntrap -p\necho end",
    "trap 'echo \"it'\\''s\"' USR1 EXIT\ntrap\n(trap -p EXIT)\ntrap -p | cat\ntrap '' EXIT",
    "trap 'echo bye $?' EXIT\nfalse\nexit 4",
    "trap 'echo \"bye $? $_\"; false; echo $?' EXIT\ntrap 'echo \"dbg $BASH_COMMAND\"' DEBUG\ntrap 'echo ERR' ERR\ntrue a b\nexit 3",
    "trap 'echo \"dbg $BASH_COMMAND\"' DEBUG\ntrap 'echo bye; g' EXIT\ng() { echo g; }\nf() { exit 3; }\nf",
    "set -T\ntrap 'echo ret' RETURN\ntrap 'f' EXIT\nf() { echo f; }\nexit",
    "trap 'echo $BASH_COMMAND' EXIT\nexit 3",
    "trap 'echo \"$LINENO\" # why\n(exit 5)' EXIT\nexit 3",
    "trap 'false; echo never' EXIT\nset -e\nexit 0",
    "trap 'echo bye; : $nope; echo never' EXIT\nset -ux\nexit 0",
    "trap 'false' EXIT\nset -ex\ntrue a\nexit 0",
    "eval 'false | true'\ntrap 'echo out; exit' EXIT\nexit 3",
    "p() { trap -p; }\ntrap 'echo bye' EXIT\ntrap 'echo \"dbg $BASH_COMMAND\"' DEBUG\np\ntrap - DEBUG\np\nexit 0",
    "trap 'n=$((n + 1))' DEBUG\nn=0\ntrue; true\nfalse | true\necho \"$n ${PIPESTATUS[*]}\"",
    "trap 'echo \"$BASH_COMMAND\" >>log' DEBUG\nrm -f log\ntrue a\nfalse\ncat log",
    "trap 'last=$this; this=$BASH_COMMAND' DEBUG\ntrap 'echo \"$last\"' EXIT\ntrue\ntrue a\nexit 2",
    "trap 'echo one # two\ntrue' DEBUG\ntrue a\ntrue \"$_\"\necho \"$_\"",
    "trap 'echo (' DEBUG\ntrue a\ntrap - DEBUG\ntrue b",
    "trap 'echo ERR $? $_' ERR\nset -x\nf() { false; echo in; }; f a; (false; true); false b; true\n(exit 3); echo \"${-//[cs]}\"\nset +x\nfalse; true",
    "trap 'set +x; echo ERR' ERR\nset -x\nf() { false a; true; }; f; false b; true; false c; true\nfalse d; true",
    "trap : RETURN\n: last\nf() { :; }\necho \"$_\"",
    "trap 'echo usr' USR1\nkill -USR1 $$\necho end",
    "trap 'echo \"dbg $BASH_COMMAND\"' DEBUG\necho a\nfalse | true\nfor i in 1 2; do\n  echo $i\ndone\ntrap - DEBUG\necho b",
    "f() { echo f; }\ntrap 'echo ret' RETURN\nf\nset -T\nf\ntrap -p RETURN\ntrap - RETURN\nf",
    "shopt -s extdebug\ntrap 'echo $LINENO >/dev/null' DEBUG\necho a\ntrap - DEBUG\necho b",
    // Builtins that are disabled or replaced
    "enable -n echo\ntype -t echo\nenable echo\ntype -t echo",
    "enable -n printf mapfile return . trap eval set shopt :\ntype -t printf mapfile\nenable -n | sort\nenable printf eval",
    "enable -n builtin\nenable -n\ntrue\nenable builtin\nbuiltin echo a",
    "builtin() { echo \"fake $*\"; }\nbuiltin true\necho a\nbuiltin x\nunset -f builtin\nbuiltin echo b",
    "shopt -s expand_aliases\nbuiltin() { echo fake; }\ntrue\nshopt expand_aliases\nbuiltin\nset -o | grep posix",
    "exec() { echo \"fake $*\"; }\nexec a\neval() { echo no; }\neval b\ncommand() { echo never; }\ncommand echo c",
    "trap() { echo \"fake trap\"; }\nset() { echo fake set; }\ntrue\ntrap x EXIT\nset -e",
    "shopt -s expand_aliases\nalias builtin=false exec=false eval=false echo='echo :'\necho a\nunalias echo\necho b",
    // Options
    "set -e\nfalse && true\nfalse || true\nif false; then :; fi\n! true\necho alive\n(exit 3)\necho never",
    "set -e\ntrap 'echo bye $?' EXIT\nf() { false; echo in; }\nf || true\necho alive\nf\necho never",
    "set -u\necho ${x-unset}\n: ${y:=2}\necho $y\nset +u\necho \"$z\"",
    "set -x\necho a\nx=$(echo b)\nfor i in 1; do\n  true $i\ndone\nset +x\necho '++ c' >&2",
    "set -x; echo a; set +x\necho b",
    "PS4='> '\nset -x\ntrue\nset +x",
    "set -ex\ntrue\nfalse\necho never",
    "set -f\necho *\nset +f\nset -C\nset +C\necho ${-//[cs]}",
    "shopt -s nullglob\necho x*y z\nshopt -u nullglob\nshopt -s failglob\necho x*y\necho $?\nshopt -u failglob\necho x*y",
    "set -o posix\nshopt -o posix\nset +o posix\nPOSIXLY_CORRECT=1\nshopt -o posix\nunset POSIXLY_CORRECT\nshopt -o posix",
    "set -v\necho a\nset +v\necho b",
    "set -k\ntrue\nshopt -p inherit_errexit\nset -o | grep posix",
    "set -o posix\nshopt -u expand_aliases\ntrap -p EXIT\nshopt -p expand_aliases",
    "set -u\ntrap 'echo $?' EXIT\necho $nope",
    "set -u\ndocker exec $nope",
    "echo ${nope?gone}",
    "set -e\nnosuch",
    "exec nosuch",
    // Parameters and variables
    "set -- a 'b c'\necho \"$# $2\"\nshift\necho \"$# $1\"\nset --\necho $#",
    "echo $0\necho ${#BASH_ARGV[@]}\necho \"${FUNCNAME[*]}\"",
    "cd /\ncd /tmp\ncd - >&2\necho $OLDPWD\npushd /usr\ndirs\npopd",
    "[[ abc =~ b(.) ]]\necho \"${BASH_REMATCH[1]}\"\nread -r <<<hello\necho $REPLY",
    "RANDOM=42\necho $RANDOM\necho $RANDOM",
    "while getopts ab: o -a -b x; do\n  echo $o$OPTARG\ndone\necho $OPTIND",
    "f() { local -; set -f; echo $-; }\nf | grep -o f\necho $- | grep -o f || echo none",
    "f() { local a=1; g; }; g() { echo $a ${FUNCNAME[1]}; }\nf",
    "umask 027\numask\nulimit -c 0\nulimit -c",
    "mkdir gone; cd gone; rmdir ../gone\npwd >/dev/null\necho $?\ncd ..\nls",
    "hash -p /bin/true zz\nhash -t zz\nzz; echo $?",
    "complete -W 'a b' zz\ncomplete -p zz",
    // Descriptors and processes
    "exec 3<>f\necho a >&3\ncat f\nexec 3>&-\necho b >&3 || echo closed",
    "exec 2>&1\necho a >&2\nnosuch\necho b",
    "echo a\nexec >f\necho b\ncat f >&2",
    "exec <<<$'one\\ntwo'\nread -r x\necho $x\nread -r x\necho $x",
    "coproc C { read -r x; echo \"got $x\"; read -r x; }\necho hi >&\"${C[1]}\"\nread -r y <&\"${C[0]}\"\necho \"$y\"",
    "cat <(echo a) <(echo b)\necho c > >(cat)\nwait\necho d",
    "x=$(exit 3)\necho $?\n(exit 4; echo no)\necho $?\nreturn 5\necho $?\nbreak\necho $?",
    "logout\necho $?\nsuspend\necho $?\nnosuch\necho $?",
];

#[test]
fn a_shell_between_two_commands_is_as_if_nobody_watched() {
    for script in SCRIPTS {
        compare(script);
    }
}

/// Each construct is followed by a look at what it has left.
#[test]
fn each_construct_leaves_what_it_leaves_in_bash() {
    let constructs: Vec<&str> = constructs().collect();
    for some in constructs.chunks(20) {
        let script: String = std::iter::once(&": begin")
            .chain(some)
            .map(|construct| format!("{construct}\necho \"[$? ${{PIPESTATUS[*]}}]\" \"$_\"\n"))
            .collect();
        compare(&script);
    }
}
