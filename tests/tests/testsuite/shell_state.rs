//! What steps leave to the shell of the next one: variables, functions, options, traps and the directory.

use testsuite::Book;

#[test]
fn state_carries_over_to_the_next_step() {
    Book::new()
        .step("mkdir -p deep/er && cd deep/er")
        .step("pwd | sed 's,.*/deep,deep,'")
        .step("plain=1 spaced='a  b'; export EXPORTED='é\"$x'; declare -a list=(one 'two words')")
        .step("declare -A map=([k]=v); function greet { echo \"hello $1\"; }; alias bye='echo bye'")
        .step("set -o pipefail; shopt -s nullglob expand_aliases; set +e; umask 027")
        .step("echo \"$plain/$spaced/${list[1]}/${map[k]}\"; env | grep EXPORTED; greet you")
        .step("bye; echo *.nothing; umask; false | true; echo \"status $?\"")
        .verify()
        .exits(0)
        .prints(2, "deep/er\n")
        .prints(6, "1/a  b/two words/v\nEXPORTED=é\"$x\nhello you\n")
        .prints(7, "bye\n\n0027\nstatus 1\n");
}

#[test]
fn a_failed_or_stopped_step_does_not_undo_earlier_ones() {
    Book::new()
        .step("export A=1; cd /tmp")
        .step("B=2; exit 1")
        .step_with("timeout=1s", "sleep 60")
        .step("echo \"$A$B\"; pwd")
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "exit 1"), ("timeout", "sleep 60")])
        .prints(4, "12\n/tmp\n");
}

#[test]
fn noclobber_carries_over_and_does_no_harm() {
    Book::new()
        .step("set -C; a=1\nb=2")
        .step("echo \"$a$b $-\" | grep -o '^12\\|C'")
        .step("set +C; a=3")
        .step("echo \"$a $-\" | grep -o '^3\\|C'")
        .verify()
        .exits(0)
        .prints(1, "")
        .prints(2, "12\nC\n")
        .prints(4, "3\n");
}

#[test]
fn a_status_carries_over_with_errexit_and_tracing() {
    Book::new()
        .step("set -e; trap 'echo \"ended $?\"' EXIT")
        .step_with(
            "exit=3",
            "set +e; true && (exit 4)\nset -e \"was $?\"; echo \"$1\"; (exit 3)\necho no",
        )
        .step("echo $- | grep -o e; set +e")
        .step_with("exit=1", "set -x; false\ntrue \"$?\"; false")
        .verify()
        .prints(2, "was 4\nended 3\n")
        .prints(3, "e\n")
        .prints(4, "+ false\n+ true 1\n+ false\n");
}

#[test]
fn functions_that_need_extglob_carry_over() {
    Book::new()
        .step("shopt -s extglob\nstem() { echo \"${1%.@(tar.gz|zip)}\"; }; umask 027")
        .step("zz() { echo last; }")
        .step("stem a.tar.gz; zz; umask; shopt -u extglob")
        .step("stem a.zip; shopt extglob || true")
        .verify()
        .exits(0)
        .prints(3, "a\nlast\n0027\n")
        .prints(4, "a.zip\nextglob        \toff\n");
}

#[test]
fn an_exit_trap_carries_over_and_runs_at_an_exit() {
    Book::new()
        .step("a=1; trap 'echo \"bye $?\"' EXIT; b=2")
        .step("echo \"$a$b\"")
        .step_with("exit=7", "c=3; exit 7")
        .step("echo \"$a$b$c\"; exit 0")
        .step("trap 'echo never' EXIT\ntrap - EXIT")
        .step("exit 0")
        .verify()
        .exits(0)
        .prints(1, "")
        .prints(2, "12\n")
        .prints(3, "bye 7\n")
        .prints(4, "123\n")
        .prints(6, "");
}

#[test]
fn functions_can_have_the_names_of_builtins() {
    Book::new()
        .step("shopt -s expand_aliases; alias echo='echo :' declare=false printf=false set=false")
        .step("a='b  c'; echo \"$a\"")
        .step("unalias -a; shopt -u expand_aliases")
        .step("declare() { :; }; printf() { :; }; set() { :; }; eval() { :; }; trap() { :; }")
        .step("alias() { :; }; echo() { :; }; read() { :; }; return() { :; }\nshopt() { :; }")
        .step("unset -f echo\necho \"$a\"; type -t declare eval")
        .step("unset -f declare printf set eval trap alias read return shopt; readonly IFS=:")
        .step("d=1\ne=2")
        .step("echo \"$a$d$e\"; echo \"$IFS\"; IFS=. || echo no")
        .verify()
        .prints(2, ": b  c\n")
        .prints(6, "b  c\nfunction\nfunction\n");
}

#[test]
fn unset_variables_stay_unset() {
    Book::new()
        .setting("env.COURSE = \"volumes\"")
        .step("unset LANG COURSE")
        .step("echo \"${LANG-none} ${COURSE-none} $HOME\"; env | grep -c ^PWD=")
        .verify()
        .exits(0)
        .prints(2, "none none /root\n1\n");
}

#[test]
fn a_removed_working_directory_is_reported() {
    Book::new()
        .step("mkdir gone; cd gone; rmdir ../gone; kept=1; exit 0")
        .step("true")
        .step("pwd; echo $kept")
        .verify()
        .exits(0)
        .prints(2, "docktest: the directory of the step before is gone, this one starts in /lab\n")
        .prints(3, "/lab\n1\n");
}

#[test]
fn a_step_starts_in_the_state_at_the_end_of_the_one_before() {
    Book::new()
        .step_with("exit=3", "set -u; (exit 3)")
        .step("echo $?; exec 3>file; exec >nowhere; echo lost")
        .step("echo found; echo three >&3; cat file; sleep 300 & jobs=$!")
        .step("")
        .step("kill $jobs; wait $jobs || echo $?")
        .verify()
        .exits(0)
        .prints(2, "3\n")
        .prints(3, "found\nthree\n")
        .prints(5, "143\n");
}

#[test]
fn a_replaced_shell_keeps_the_earlier_state() {
    Book::new()
        .step("a=1; set -u")
        .step("b=2; exec true")
        .step("echo \"$a${b-}\"; echo $- | grep -o u")
        .verify()
        .exits(0)
        .prints(3, "1\nu\n");
}

#[test]
fn traps_carry_over_to_another_shell() {
    let outcome = Book::new()
        .step("trap 'echo \"it'\\''s $?\"' ERR; trap 'echo usr' USR1; trap '' USR2; trap 'echo a\necho b' DEBUG")
        .step_with("tty", "trap - DEBUG")
        .step_with("exit=4", "(exit 4)")
        .step("kill -USR1 $$; kill -USR2 $$; trap 'echo d; echo e' DEBUG")
        .step("exit 0")
        .step("true\ntrap - DEBUG ERR")
        .step_with("exit=1", "false")
        .step("kill -USR1 $$; trap -p USR2")
        .verify();
    outcome
        .exits(0)
        .prints(3, "it's 4\n")
        .prints(4, "usr\n")
        .prints(5, "d\ne\n")
        .prints(6, "d\ne\nd\ne\n")
        .prints(7, "")
        .prints(8, "usr\ntrap -- '' SIGUSR2\n");
}

/// In this mode `trap -p` lists an EXIT trap that is not set, as `-`.
#[test]
fn a_new_shell_in_posix_mode_exits_without_a_trap() {
    Book::new()
        .step("set -o posix; exit")
        .step_with("exit=3", "exit 3")
        .step("trap 'echo bye' EXIT; exit")
        .step("shopt -o posix")
        .verify()
        .exits(0)
        .prints(2, "")
        .prints(3, "bye\n")
        .prints(4, "posix          \ton\n");
}
