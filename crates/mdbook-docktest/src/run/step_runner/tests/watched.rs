//! What the shell reports of commands whose status does not show that something in them has failed.

use super::*;
use crate::model::recording::Unwatched;

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
        ("false; ((1))", &["1 false"]),
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
        "[ -f nosuch ] && false; true",
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

/// Names and options that only look like what would see the watch.
#[test]
fn neither_names_nor_options_nor_traps_of_an_author_end_the_watch() {
    for (script, expected) in [
        ("true trace-app set trap; false; true", &["1 false"][..]),
        ("f() { true traceroute; }; f\ng() { false; true; }; g", &["1 () false"]),
        ("set -eux\n{ grep a nosuch | cat; } 2>&1; true", &["2 0 cat"]),
        (
            "set -x\nx=$(grep a nosuch); false; true",
            &["2 grep a nosuch", "2 x=$(grep a nosuch)", "1 false"],
        ),
        ("set -x; false; true; set +x", &["1 false"]),
        ("set -o pipefail; false; true", &["1 false"]),
        ("set -E\nf() { false; true; }; f", &["1 () false"]),
        ("set -T\nset +T\n(false; true)", &["1 false"]),
        ("shopt -s extdebug\nf() { false | true; }; f; true", &["1 0 () true"]),
        ("trap 'echo failed' ERR\nfalse; true", &["1 false"]),
        (
            "trap 'echo failed' ERR\nf() { false; true; }; f; (false | true); true",
            &["1 () false", "1 0 true"],
        ),
        (
            "trap 'echo failed' ERR\nset -E\nf() { false; true; }; f; (false; true)",
            &["1 () false", "1 false"],
        ),
        ("trap '' ERR\nfalse; true", &["1 false"]),
        ("trap 'echo bye' EXIT\nfalse; true", &["1 false"]),
        ("trap 'echo bye' EXIT\ntrue; false | true; true", &["1 0 true"]),
        ("(trap 'echo bye' EXIT; false; true)", &["1 false"]),
        ("case $- in *i*) ;; *) false; true;; esac", &["1 false"]),
        ("h() { trap 'true' ERR; }\nfalse; true", &["1 false"]),
    ] {
        assert_eq!(failures(script).last().unwrap(), expected, "{script}");
        let unwatched = unwatched(script);
        assert!(unwatched.iter().all(Option::is_none), "{script}: {unwatched:?}");
    }
}

/// Why something in the commands of a script may have failed without being known.
fn unwatched(script: &str) -> Vec<Option<Unwatched>> {
    run(&[("", script)])[0].iter().map(|command| command.unwatched).collect()
}

#[test]
fn what_cannot_be_watched_is_reported() {
    for (script, expected) in [
        ("trap; grep a nosuch; true", Unwatched::OwnMatters),
        ("grep a nosuch; echo $-; true", Unwatched::OwnMatters),
        ("set -E; grep a nosuch; true", Unwatched::OwnMatters),
        ("set -v; grep a nosuch; true", Unwatched::OwnMatters),
        ("f() { trap 'true' ERR; grep a nosuch; true; }\nf", Unwatched::OwnMatters),
        // Only while it runs, it shows what it does.
        ("eval \"$(echo trap : err)\"; grep a nosuch; true", Unwatched::OwnMatters),
        ("eval \"$(echo trap : err)\"; grep a nosuch; exit 0", Unwatched::OwnMatters),
        ("trap 'n=1' DEBUG\ngrep a nosuch; true", Unwatched::Traps),
        ("trap 'n=1' RETURN\ngrep a nosuch; true", Unwatched::Traps),
        ("trap 'n=1' DEBUG\nf() { true; }\nf", Unwatched::Traps),
        ("trap 'echo \"${PIPESTATUS[0]}\"' ERR\nfalse; true", Unwatched::Traps),
        // Its status would be lost.
        ("trap 'echo bye; exit' EXIT\nfalse | true; true", Unwatched::Traps),
        ("bye() {\n  exit\n}\ntrap bye EXIT\nfalse | true; true", Unwatched::Traps),
        ("trap 'n=1' CHLD; ls nosuch && true; true", Unwatched::OwnMatters),
        ("trap 'n=1' CHLD\nls nosuch && true; true", Unwatched::Traps),
        ("enable -n printf\nfalse; true", Unwatched::Builtins),
    ] {
        let unwatched = unwatched(script);
        assert_eq!(unwatched.last(), Some(&Some(expected)), "{script}");
        let others = &unwatched[..unwatched.len() - 1];
        assert!(others.iter().all(Option::is_none), "{script}: {unwatched:?}");
    }
    // What a command does by itself is in its status.
    for script in [
        "trap -p",
        "set -Eeuo pipefail",
        "trap 'n=1' DEBUG\ntrue\nfalse || true\nf() { true; }",
        "trap 'n=1' CHLD\nls / && true",
        "trap '' CHLD; set -o posix\nls / && true; true",
        "trap - CHLD; set -o posix\nls / && true; true",
    ] {
        assert!(unwatched(script).iter().all(Option::is_none), "{script}");
    }
}

/// What follows a failure does not hide that the same command has failed before.
#[test]
fn each_place_of_a_command_counts() {
    for (script, expected) in [
        ("false; echo $?; false; true", &["1 false"][..]),
        ("false; true; false; echo $?", &["1 false"]),
        ("false; echo $?", &["1 false"]),
        // Only the first fails, and `$?` is looked at.
        ("ls a; echo $?; touch a; ls a; true", &[]),
    ] {
        assert_eq!(failures(script), [expected], "{script}");
    }
}

#[test]
fn an_err_trap_of_the_author_runs_as_often_as_without_a_watch() {
    for (script, expected) in [
        (
            "trap 'echo failed $? $_' ERR\nf() { false; true; }; f; (exit 3); false 7; true",
            "failed 3 f\nfailed 1 7\n",
        ),
        (
            "trap 'echo failed' ERR\nset -E\nf() { false; true; }; f; (false; true)",
            "failed\nfailed\n",
        ),
        (
            "set -u; trap 'echo failed' ERR # why\nfalse; true\ntrap -p ERR",
            "failed\ntrap -- 'echo failed' ERR\n",
        ),
        ("set -e; trap 'echo failed' ERR\ntrue; false; true", "failed\n"),
    ] {
        assert_eq!(printed(&run(&[("", script)])[0]), expected, "{script}");
    }
}

/// Bash does not tell them from those that the signal has interrupted: see `watch.bash`.
#[test]
fn what_fails_in_the_trap_of_a_signal_is_reported() {
    for (script, expected) in [
        ("trap 'false; echo usr' USR1; kill -USR1 $$", &["1 kill -USR1 $$"][..]),
        ("trap 'false; echo usr' USR1\ntrue; kill -USR1 $$; true", &["1 kill -USR1 $$"]),
        ("trap 'false || echo usr' USR1; kill -USR1 $$", &[]),
        // One that does not run changes nothing.
        ("trap 'false; echo int' INT TERM\ntrue; true", &[]),
        ("trap 'echo int' INT TERM\nfalse a; true", &["1 false a"]),
    ] {
        assert_eq!(failures(script).last().unwrap(), expected, "{script}");
    }
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

/// What runs in the background beside a command does not keep it from being watched.
#[test]
fn a_command_with_processes_in_the_background_is_watched() {
    for (script, expected) in [
        ("sleep 0 & (false; true); wait", &["1 false"][..]),
        ("sleep 0 & f() { false | true; true; }; f; wait", &["1 0 () true"]),
        ("g() { sleep 0 & wait; }\nx=$(false; true)", &["1 false"]),
        ("cat <(grep a nosuch)", &["2 grep a nosuch"]),
        ("while read -r x; do :; done < <(grep a nosuch; true)", &["2 grep a nosuch"]),
        ("mapfile -t x < <(grep a nosuch | cat)", &["2 0 cat"]),
        // Chance decides whether that ends before the command.
        ("(false; true) & wait", &[]),
        ("echo a > >(false; true); wait", &[]),
        ("coproc { false; true; }; wait", &[]),
    ] {
        assert_eq!(failures(script).last().unwrap(), expected, "{script}");
    }
    // A later command has nothing to do with it.
    assert_eq!(
        failures("echo a > >(sleep 0.1; false; true)\nf() { sleep 0.3; true; }; f"),
        [[""; 0]; 2]
    );
}

/// PIPESTATUS of the pipeline before is still there when a subshell, a function or a part of a pipeline begins.
#[test]
fn a_pipeline_has_failed_once() {
    for (command, expected) in [
        ("x=$(true | true); true", &[][..]),
        ("true | true; true", &[]),
        ("( true | true; true )", &[]),
        ("f() { true | true; }; f; true", &[]),
        ("for i in 1 2; do true | true; done; true", &[]),
        ("case a in a) true | true;; esac; true", &[]),
        ("cat <(true | true; true)", &[]),
        ("x=$(false | true); true", &["1 0 true"]),
        ("( true; false | true; true )", &["1 0 true"]),
        ("( false | true )", &["1 0 true"]),
        ("( false | true; false | true; true )", &["1 0 true"]),
        ("f() { false | true; true; }; f; true", &["1 0 () true"]),
        ("for i in 1 2; do false | true; done", &["1 0 true"]),
        ("(exit 4) | (exit 3) | true; true", &["4 3 0 true"]),
    ] {
        let script = format!("false | true\n{command}");
        assert_eq!(failures(&script), [&[][..], expected], "{command}");
    }
    // The second one is not that of the condition.
    assert_eq!(
        failures("if false a | true; then false b | true c; fi; true"),
        [["1 0 true", "1 0 true c"]]
    );
}

/// Bash expands an alias before it parses what the alias stands for.
#[test]
fn what_an_alias_stands_for_is_watched() {
    for (script, expected) in [
        ("alias bad='grep a nosuch; true'\nbad", &["2 grep a nosuch"][..]),
        ("alias bad='grep a nosuch | cat; true'\nbad", &["2 0 cat"]),
        ("alias good='true; true | true'\ngood", &[]),
    ] {
        assert_eq!(failures(script), [&[][..], expected], "{script}");
    }
}

#[test]
fn what_a_function_waits_for_must_succeed() {
    assert_eq!(failures("f() { (exit 4) & wait; }; f"), [["4 "]]);
    assert_eq!(failures("f() { (exit 4) & wait; }\nf\ntrue"), [&[][..], &["4 "], &[]]);
    assert_eq!(failures("f() { (exit 0) & wait; }; f; true"), [[""; 0]]);
}

/// What a shell does for itself must not reach what it runs, either.
#[test]
fn processes_in_the_background_keep_their_ids() {
    let steps = run(&[("", "(exec sleep 60; :) & kill $!; wait $! || echo $?")]);
    assert_eq!(printed(&steps[0]), "143\n");
}

/// Bash looks at the status of all parts of `a && b` but the last one, and forgets it where another command follows.
#[test]
fn a_list_that_ends_early_before_another_command_is_reported() {
    for (command, expected) in [
        ("builtin false && true; true", &["1 builtin false"][..]),
        ("(exit 3) && true; true", &["3 (exit 3)"]),
        ("true && (exit 4) && true; true", &["4 (exit 4)"]),
        ("builtin false && builtin false b && true; true", &["1 builtin false"]),
        ("builtin false || (exit 5) && true; true", &["5 (exit 5)"]),
        (
            "builtin false a && true; builtin false b && true; true",
            &["1 builtin false a", "1 builtin false b"],
        ),
        ("grep a nosuch | builtin false && true; true", &["1 grep a nosuch | builtin false"]),
        ("{ true; builtin false; } && true; true", &["1 { true; builtin false; }"]),
        ("x=$(builtin false) && true; true", &["1 x=$(builtin false)"]),
        ("cd nosuch && true; ls /", &["1 cd nosuch"]),
        ("cat <<E && true; true\n$(builtin false a; true) b && c\nE", &["1 builtin false a"]),
        ("builtin false <<E && true; true\nb && c\nE", &["1 builtin false <<E"]),
        ("[ -d / ] && builtin false && true; true", &["1 builtin false"]),
        // What looks at a status, but does not run
        ("cd nosuch && echo $?; true", &["1 cd nosuch"]),
        // What the shell does in between is neither a part of a pipeline nor another pipeline.
        ("x=$(true | true); ls a | ls b && true; true", &["2 ls a | ls b", "2 2 ls b"]),
        ("builtin false &&\n  # why\n  true; true", &["1 builtin false"]),
        // The last part, as ever
        ("true && builtin false; true", &["1 builtin false"]),
        ("builtin false && true || builtin false b; true", &["1 builtin false b"]),
        ("alias two='builtin false &&'; true\ntwo true && true; true", &["1 two true"]),
        ("set -eux; builtin false && true; true", &["1 builtin false"]),
        ("trap 'echo bye' EXIT; builtin false && true; true", &["1 builtin false"]),
        ("builtin false && true; exit 0", &["1 builtin false"]),
    ] {
        assert_eq!(failures(command).last().unwrap(), expected, "{command}");
    }
    for command in [
        "true && true; true",
        "builtin false && true || true; true",
        "builtin false || true; true",
        "[ -f nosuch ] && true && true; true",
        "[ -f nosuch ] && builtin false && true; true",
        "[[ -f nosuch ]] && true; true",
        "ls / | grep -q nosuch && true; true",
        "cat nosuch 2>/dev/null && true; true",
        "! true && true; true",
        "builtin false && true; echo $?",
        "builtin false && true & wait $! || true",
        "if builtin false && true; then :; fi; true",
        "for i in 1 2; do builtin false && break; done; true",
        "f() { builtin false && true; true; }; f; true",
    ] {
        assert_eq!(failures(command), [[""; 0]], "{command}");
    }
}

/// What the author wrote is what bash quotes, whatever the shell adds to it.
#[test]
fn a_line_that_bash_refuses_is_quoted_as_it_is_written() {
    let command = &run(&[("", "false && true; )")])[0][0];
    let stderr = command.transcript.output_of(Streams::Stderr);
    assert!(stderr.ends_with("`false && true; )'\n"), "{stderr}");
    assert_eq!(command.end, End::Exited { status: 2 });
}
