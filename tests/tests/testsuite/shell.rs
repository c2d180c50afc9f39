//! The shell that runs the steps, and their commands.

use testsuite::Book;

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
fn files_are_created_with_the_umask_of_a_login() {
    Book::new()
        .step("umask; touch file; stat -c %a file")
        .verify()
        .exits(0)
        .prints(1, "0022\n644\n");
}

#[test]
fn many_steps_run_in_one_shell() {
    let steps = |book: Book| (0..250).fold(book, |book, n| book.step(&format!("i=$((i+1)) # {n}")));
    steps(Book::new()).step("echo $i").verify().exits(0).prints(251, "250\n");
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
