//! What the shell reports of commands whose status does not show that something in them has failed.

use super::*;

/// Returns what has failed in each command of a script: statuses and command, after `()` if a function has run it.
fn failures(script: &str) -> Vec<Vec<String>> {
    let steps = run(&[("", script)]);
    let failures = |command: &CommandRecording| {
        let shown = command.failures.iter().map(|failure| {
            let statuses: Vec<String> = failure.statuses.iter().map(i32::to_string).collect();
            let function = if failure.in_function { "() " } else { "" };
            format!("{} {function}{}", statuses.join(" "), failure.command)
        });
        shown.collect()
    };
    steps[0].iter().map(failures).collect()
}

#[test]
fn whatever_fails_without_a_look_at_its_status_is_reported() {
    for (command, expected) in [
        ("(exit 3); true", &["3 ( exit 3 )"][..]),
        ("grep a nosuch; true", &["2 grep a nosuch"]),
        ("{ grep a nosuch; true; }", &["2 grep a nosuch"]),
        ("( grep a nosuch; true )", &["2 grep a nosuch"]),
        ("if true; then grep a nosuch; true; fi", &["2 grep a nosuch"]),
        ("for i in 1 2 3; do grep a x$i; done; true", &["2 grep a x$i"]),
        ("for i in a nosuch a; do ls / | grep -q $i; done; true", &["1 grep -q $i"]),
        ("f() { false; echo x; }; f", &["1 () false"]),
        ("x=$(false; true)", &["1 false"]),
        ("x=`false; true`", &["1 false"]),
        ("echo $(grep a nosuch) || true; true", &[]),
        ("echo $(grep a nosuch)", &["2 grep a nosuch"]),
        ("echo \"$(grep a nosuch)\"", &["2 grep a nosuch"]),
        ("echo \"$(echo \"$(grep a nosuch)\")\"", &["2 grep a nosuch"]),
        ("echo \"$(grep a nosuch)\" | cat", &["2 grep a nosuch"]),
        ("for i in $(grep a nosuch); do :; done", &["2 grep a nosuch"]),
        ("cat <<E\n$(grep a nosuch)\nE", &["2 grep a nosuch"]),
        ("export x=$(grep a nosuch)", &["2 grep a nosuch"]),
        ("true && false; true", &["1 false"]),
        ("eval 'false; true'", &["1 false"]),
        ("case a in a) false;; esac; true", &["1 false"]),
        ("{ false; true; } | cat", &["1 false"]),
        ("cat <nosuch; true", &["1 cat < nosuch"]),
        ("false\\\n; true", &["1 false"]),
        // Parts of pipelines
        ("x=$(grep a nosuch | head -n 1)", &["2 0 head -n 1"]),
        ("grep a nosuch | cat; true", &["2 0 cat"]),
        ("( grep a nosuch | cat ); true", &["2 0 cat"]),
        ("{ grep a nosuch | cat; true; } | cat", &["2 0 cat"]),
        ("f() { grep a nosuch | cat; }; f; true", &["2 0 () cat"]),
        ("for i in 1; do (exit 4) | (exit 3) | true; done", &["4 3 0 true"]),
    ] {
        assert_eq!(failures(command), [expected], "{command}");
    }
}

#[test]
fn what_a_script_looks_at_is_not_reported() {
    for command in [
        "false || true",
        "false && true; true",
        "! false; true",
        "if false; then :; fi; true",
        "while ! true; do :; done; until true; do :; done",
        "if x=$(false; true); then :; fi",
        "[ \"$(false; true)\" = a ] || true",
        "f() { false; true; }; f || true",
        "if { false; true; }; then :; fi",
        "true; true | true",
        "x=$(true | true); ( : ); { :; }",
        "n=0; while ! [ $n = 3 ]; do n=$((n + 1)); done",
        "false | true || true",
        "sleep 0 & wait $!",
        "sleep 60 & kill $!; wait",
    ] {
        assert_eq!(failures(command), [[""; 0]], "{command}");
    }
}

#[test]
fn what_a_function_of_an_earlier_command_hides_is_reported() {
    assert_eq!(
        failures("f() {\n  grep a nosuch | cat\n  false\n  true\n}\ntrue\nf"),
        [&[][..], &[], &["2 0 () cat", "1 () false"]]
    );
}

#[test]
fn processes_that_wait_waits_for_must_succeed() {
    assert_eq!(
        failures("grep a nosuch & sh -c 'exit 4' & wait\n(exit 5) &\ntrue\nwait\nwait"),
        [&["2 ", "4 "][..], &[], &[], &["5 "], &[]]
    );
    // The script itself looks at the status.
    assert_eq!(failures("(exit 3) & wait $! || true"), [[""; 0]]);
}

#[test]
fn what_fails_before_a_shell_exits_is_reported_with_its_command() {
    let steps = run(&[("", "false; exit 0"), ("", "true"), ("", "sleep 60 & kill $!; wait")]);
    let counts: Vec<usize> = steps.iter().map(|step| step[0].failures.len()).collect();
    assert_eq!(counts, [1, 0, 0]);
}

/// Of an author's own traps, nothing may be lost.
#[test]
fn an_author_with_traps_is_not_watched() {
    assert_eq!(failures("trap 'echo failed' ERR\nfalse; true"), [[""; 0], [""; 0]]);
    let steps = run(&[("", "trap 'echo failed' ERR\nf() { false; true; }; f; false; true")]);
    assert_eq!(printed(&steps[0]), "failed\n");
}

/// Nothing that the shell does for itself stays, whether the command ends, exits, or is not even one.
#[test]
fn traps_and_options_are_as_before() {
    const SHOW: &str = "trap -p; echo $-; set -o | grep -E 'trace'; shopt -p extdebug";
    let plain = printed(&run(&[("", SHOW)])[0]);
    assert_eq!(plain.lines().count(), 5, "{plain}");
    for command in [
        "false; true",
        "x=$(false | true); false; true & wait",
        "f() { false | true; exit; }; f",
        "(false; true); exit 3",
        "false; true; )",
        "false; echo 'open",
        "false; exec true",
    ] {
        let steps = run(&[("", command), ("", SHOW)]);
        assert_eq!(printed(&steps[1]), plain, "{command}");
    }
}

/// What a shell does for itself must not reach what it runs, either.
#[test]
fn processes_in_the_background_keep_their_ids() {
    let steps = run(&[("", "(exec sleep 60; :) & kill $!; wait $! || echo $?")]);
    assert_eq!(printed(&steps[0]), "143\n");
}
