//! The shell that runs the steps, and its state.

use testsuite::{Book, is_running, marker};

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
fn steps_do_not_see_the_authors_environment() {
    let outcome = Book::new()
        .setting("env.COURSE = \"volumes\"")
        .step("env | sort")
        .to_verify()
        .env("SECRET_TOKEN", "do-not-publish")
        .env("BASH_ENV", "/etc/passwd")
        .env("LC_ALL", "fr_FR.UTF-8")
        .run();
    let output = outcome.exits(0).output(1);
    let names: Vec<&str> =
        output.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    let known = ["COURSE", "HOME", "LANG", "PATH", "PWD", "OLDPWD", "SHLVL", "TERM", "_"];
    assert!(names.iter().all(|name| known.contains(name)), "{output}");
    assert!(names.contains(&"COURSE") && names.contains(&"PATH"), "{output}");
}

#[test]
fn home_and_the_working_directory_are_empty() {
    Book::new().step("ls -A; ls ~").verify().exits(0).prints(1, "");
}

#[test]
fn standard_input_is_empty_by_default() {
    Book::new()
        .step("read -r answer || echo \"no answer\"")
        .step("cat; echo end")
        .verify()
        .exits(0)
        .prints(1, "no answer\n")
        .prints(2, "end\n");
}

#[test]
fn input_is_typed_where_it_is_read() {
    let outcome = Book::new()
        .step_with(
            r#"stdin="y\nthree\n""#,
            "printf 'Sure? '; read a\nprintf 'How many? '; read b\necho $a $b",
        )
        .verify();
    let transcript = outcome.exits(0).transcript(1);
    let typed: String = transcript
        .iter()
        .map(|(stream, text)| if stream == "typed" { format!("<{text}>") } else { text.clone() })
        .collect();
    assert_eq!(typed, "Sure? <y\n>How many? <three\n>y three\n");
}

#[test]
fn a_prompt_of_docker_can_be_answered() {
    let outcome = Book::new()
        .step("docker volume create named")
        .step_with("exit=any", "docker volume prune -a")
        .step("docker volume ls -q")
        .step_with(r#"stdin="y\n""#, "docker volume prune -a")
        .step("docker volume ls -q")
        .verify();
    outcome.exits(0).prints(3, "named\n").prints(5, "");
    assert!(outcome.output(4).contains("Deleted Volumes:\nnamed\n"), "{outcome}");
}

#[test]
fn a_step_with_input_runs_in_the_same_shell() {
    Book::new()
        .step("set -- kept; echo $$ >pid; sleep 0.1 & job=$!")
        .step_with(r#"stdin="y\n""#, "read -r answer; echo $answer; set -o noclobber")
        .step("test $$ = \"$(cat pid)\" && echo $answer $1; wait $job; cat; set +o noclobber")
        .step_with(r#"stdin="one\ntwo""#, "cat\nread -r late || echo \"at its end\"")
        .step("test $$ = \"$(cat pid)\" && read -r late || echo $?")
        .verify()
        .exits(0)
        .prints(2, "y\n")
        .prints(3, "y kept\n")
        .prints(5, "1\n");
}

#[test]
fn unread_input_is_not_passed_to_the_next_step() {
    Book::new()
        .step_with(r#"stdin="unread\n""#, "sleep 1")
        .step("cat; echo end")
        .step_with(r#"stdin="unread\n" exit=any"#, "exec sleep 0.1")
        .step_with(r#"stdin="y\n""#, "read -r answer; echo $answer")
        .verify()
        .exits(0)
        .prints(2, "end\n")
        .prints(4, "y\n");
}

#[test]
fn background_processes_continue_after_their_step() {
    let sleep = marker();
    let run = Book::new()
        .step(&format!("sleep {sleep} &\necho $! >pid"))
        .step("kill -0 \"$(cat pid)\" && echo alive")
        .step("kill \"$(cat pid)\"")
        .to_verify()
        .run();
    run.exits(0).finds_nothing().prints(2, "alive\n");
    assert!(!is_running(&sleep));
}

#[test]
fn a_background_job_can_continue_to_print() {
    Book::new()
        .step("(while sleep 0.1; do echo tick; echo tock >&2; done) &\necho $! >pid")
        .step("sleep 1; kill \"$(cat pid)\" && echo alive")
        .verify()
        .exits(0)
        .prints(2, "alive\n");
}

#[test]
fn a_background_job_with_open_output_does_not_block_its_step() {
    let outcome = Book::new().step("(sleep 100; echo late) &\necho now").verify();
    outcome.exits(0).prints(1, "now\n");
    assert!(outcome.duration_of(1).as_secs() < 50, "{outcome}");
}

#[test]
fn each_command_has_its_own_output_status_and_position() {
    let outcome = Book::new()
        .step(
            "# who is there?\n\
             echo one; echo two\n\
             (sleep 0.2; exit 3)\n\
             for i in 1 2; do\n  echo \"$i after $?\"\ndone | cat\n\
             cat <<END >&2\nhere\nEND",
        )
        .verify();
    outcome.exits(1).finds_only(&[("exit-status", "(sleep 0.2; exit 3)")]);
    let commands = outcome.commands(1);
    let texts: Vec<_> = commands.iter().map(|command| command["command"].clone()).collect();
    assert_eq!(texts[0], "echo one; echo two");
    assert_eq!(texts[2], "for i in 1 2; do\n  echo \"$i after $?\"\ndone | cat");
    let statuses: Vec<_> = commands.iter().map(|command| command["exit"].as_i64()).collect();
    assert_eq!(statuses, [Some(0), Some(3), Some(0), Some(0)]);
    // On a loaded machine, output can arrive in several pieces.
    let printed = commands.iter().map(|command| {
        let chunks = command["transcript"].as_array().unwrap();
        chunks.iter().map(|chunk| chunk["text"].as_str().unwrap()).collect::<String>()
    });
    let printed: Vec<_> = printed.collect();
    assert_eq!(printed, ["one\ntwo\n", "", "1 after 3\n2 after 0\n", "here\n"]);
    assert!(commands[1]["duration_ms"].as_u64() >= Some(200), "{outcome}");
}

#[test]
fn commands_after_an_exit_are_reported_as_not_run() {
    Book::new()
        .step("echo one\nexit 0\necho two\necho three")
        .verify()
        .exits(1)
        .finds_only(&[("not-run", "echo two"), ("not-run", "echo three")])
        .prints(1, "one\n");
}

#[test]
fn a_syntax_error_is_reported() {
    Book::new()
        .step("echo 'never closed\necho two")
        .verify()
        .exits(1)
        .finds_only(&[("syntax-error", "echo 'never closed")])
        .says("unexpected EOF");
}

#[test]
fn steps_cannot_reach_the_authors_terminal() {
    Book::new()
        .step_with("exit=1", "echo loud >/dev/tty")
        .verify()
        .exits(0)
        .prints(1, "bash: line 1: /dev/tty: No such device or address\n");
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
fn tracing_shows_only_the_authors_commands() {
    Book::new()
        .step("set -x\n(exit 3) || x=$?\ntrue one")
        .step("true two\nset +x")
        .step("set -v\ntrue three")
        .step("for i in 4\ndo true $i\ndone\nset -x\nset +xv")
        .step("true five")
        .step("set -x")
        .step("exit 0")
        .verify()
        .exits(0)
        .prints(1, "+ exit 3\n+ x=3\n+ true one\n")
        .prints(2, "+ true two\n+ set +x\n")
        .prints(3, "true three\n")
        .prints(4, "for i in 4\ndo true $i\ndone\nset -x\nset +xv\n+ set +xv\n")
        .prints(5, "")
        .prints(7, "+ exit 0\n");
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
fn files_are_created_with_the_umask_of_a_login() {
    Book::new()
        .step("umask; touch file; stat -c %a file")
        .verify()
        .exits(0)
        .prints(1, "0022\n644\n");
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
fn many_steps_run_in_one_shell() {
    let steps = |book: Book| (0..250).fold(book, |book, n| book.step(&format!("i=$((i+1)) # {n}")));
    steps(Book::new()).step("echo $i").verify().exits(0).prints(251, "250\n");
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
fn traps_print_only_for_the_authors_commands() {
    Book::new()
        .step("trap 'echo dbg' DEBUG")
        .step("true")
        .step("true\necho two")
        .step_with("exit=3", "(exit 3)")
        .step("echo $?")
        .step("trap -p DEBUG; trap - DEBUG")
        .step("true")
        .step("f() { echo f; }; trap 'echo ret' RETURN; f\ntrue")
        .step("set -T; f")
        .step("trap 'echo dbg' DEBUG; f")
        .step("trap - RETURN DEBUG; set +T")
        .step_with("exit=1", "trap 'echo err' ERR; false")
        .step_with("exit=1", "false")
        .verify()
        .exits(0)
        .prints(1, "")
        .prints(2, "dbg\n")
        .prints(3, "dbg\ndbg\ntwo\n")
        .prints(4, "")
        .prints(5, "dbg\n3\n")
        .prints(6, "dbg\ntrap -- 'echo dbg' DEBUG\ndbg\n")
        .prints(7, "")
        .prints(8, "f\n")
        .prints(9, "f\nret\n")
        .prints(10, "dbg\ndbg\ndbg\nf\ndbg\nret\n")
        .prints(11, "dbg\n")
        .prints(12, "err\n")
        .prints(13, "err\n");
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

#[test]
fn a_line_that_fails_is_reported_even_if_later_ones_pass() {
    let outcome = Book::new()
        .step("A=1 ID=$(echo one; exit 3) \necho two")
        .step("false ==\necho two")
        .step("B=$(exit 4) FOO=\necho two")
        .step("exec 3<>f\n(exit 5)\necho end")
        .step("[ \"a\" \\< \"b\" ]\n(exit 6)\necho end")
        .verify();
    outcome.exits(1).finds_only(&[
        ("exit-status", "A=1 ID="),
        ("exit-status", "false =="),
        ("exit-status", "B=$(exit 4)"),
        ("exit-status", "(exit 5)"),
        ("exit-status", "(exit 6)"),
    ]);
    let commands: Vec<usize> = (1..=5).map(|step| outcome.commands(step).len()).collect();
    assert_eq!(commands, [2, 2, 2, 3, 3]);
}

#[test]
fn a_syntax_error_is_reported_at_its_line() {
    Book::new()
        .step("echo one\necho )\necho two")
        .step("echo three\necho 'never closed")
        .verify()
        .exits(1)
        .finds_only(&[("syntax-error", "echo )"), ("syntax-error", "never closed")])
        .prints(2, "three\nbash: eval: line 1: unexpected EOF while looking for matching `''\n");
}

/// More than an argument of a program could hold with what goes around each command.
#[test]
fn a_step_can_have_thousands_of_commands() {
    let lines: Vec<String> = (0..2000).map(|n| format!("x={n}; (exit 3) || y=$?")).collect();
    let script = lines.join("\n");
    let traps = "trap 'echo debug' DEBUG; trap 'echo err' ERR";
    Book::new()
        .step(&format!("f() {{ echo \"$x$y\"; }}\n{script}\n{traps}\nf\nbreak"))
        .step("trap - DEBUG ERR; f")
        .verify()
        .exits(0)
        .prints(
            1,
            "debug\ndebug\n19993\ndebug\nbash: line 1: break: only meaningful in a `for', `while', or `until' loop\n",
        )
        .prints(2, "debug\n19993\n");
}

#[test]
fn a_step_without_a_command_does_not_fail_as_the_one_before() {
    Book::new()
        .step_with("exit=3", "(exit 3)")
        .step("# nothing is run")
        .step("")
        .step("echo $?")
        .verify()
        .exits(0)
        .prints(4, "3\n");
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
