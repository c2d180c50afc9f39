//! Each command is judged as bash itself judges it, and the shell between two commands is as if nobody watched.

use testsuite::Book;

#[test]
fn each_part_of_a_pipeline_counts() {
    Book::new()
        .step("docker logs nosuch | tail -n 3")
        .step("docker save nosuch | gzip > nosuch.tar.gz\ntrue")
        .step("cat missing |\n  sort |\n  uniq")
        .step("for i in 1 2; do cat missing | cat; done")
        .step("yes | head -n 1")
        .step("seq 100000 | grep -q 7 && echo found")
        .step_with("exit=any", "false | true")
        .step("! grep x /dev/null | cat")
        .step("if true | false; then echo never; fi")
        .step("true | grep a /dev/null | wc -l")
        .verify()
        .exits(1)
        .finds_only(&[
            ("exit-status", "docker logs nosuch"),
            ("exit-status", "docker save nosuch"),
            ("exit-status", "cat missing |"),
            ("exit-status", "for i in 1 2"),
            ("exit-status", "! grep x /dev/null | cat"),
            ("exit-status", "true | grep a"),
        ])
        .says("`docker logs nosuch` in this pipeline exited with status 1")
        .says("`cat missing` in this pipeline exited with status 1")
        .says("`grep a /dev/null` in this pipeline exited with status 1");
}

#[test]
fn a_part_that_cannot_write_any_more_has_not_failed() {
    Book::new()
        .step("docker info | head -n 1")
        .step("seq 200000 | head -n 1")
        .step("docker ps -a | grep -q CONTAINER")
        .step("{ echo 'write error: Broken pipe' >&2; exit 1; } | true")
        .verify()
        .exits(0)
        .prints(2, "1\n");
}

#[test]
fn an_image_that_is_missing_in_a_pipeline_is_found() {
    let outcome = Book::new().step("docker run nosuch.invalid/image | cat").verify();
    outcome.exits(3).finds_only(&[("image-missing", "docker run nosuch.invalid/image")]);
}

#[test]
fn a_pipeline_of_a_recording_is_judged_when_it_is_replayed() {
    let book = Book::new().step("false | cat");
    book.verify().exits(1).finds_only(&[("exit-status", "false | cat")]);
}

#[test]
fn the_last_argument_is_kept_also_in_the_next_step() {
    Book::new()
        .step("mkdir foo\ncd $_\npwd")
        .step_with("exit=3", "(exit 3) # after: pwd")
        .step("echo \"$? $_\"")
        .step("set -- a 'b c'; mkdir bar")
        .step("echo \"$_ $# $2\"")
        .step_with("tty", "echo \"$1\"; exit 0")
        .step("echo \"$# $2\"")
        .verify()
        .exits(0)
        .prints(1, "/lab/foo\n")
        .prints(3, "3 pwd\n")
        .prints(5, "bar 2 b c\n")
        .prints(6, "a\r\n")
        .prints(7, "2 b c\n");
}

#[test]
fn the_statuses_of_a_pipeline_are_kept() {
    Book::new()
        .step_with("exit=any", "false | true | false\necho \"${PIPESTATUS[*]} $?\"")
        .step_with(
            "exit=any",
            "false | true\necho \"$? ${PIPESTATUS[*]}\"\necho \"${PIPESTATUS[*]}\"",
        )
        .step_with("exit=any", "(exit 2) | (exit 0)")
        .step("echo \"${PIPESTATUS[@]}\"")
        .verify()
        .exits(0)
        .prints(1, "1 0 1 1\n")
        .prints(2, "0 1 0\n0\n")
        .prints(4, "2 0\n");
}

#[test]
fn an_err_trap_runs_once_and_an_exit_trap_is_the_authors() {
    Book::new()
        .step_with("exit=any", "trap 'echo ERR' ERR\nfalse\nfalse || true\ntrap - ERR\nfalse")
        .step("trap 'echo bye' EXIT\ntrap -p EXIT\ntrap -p")
        .step("trap")
        .step("trap - EXIT\ntrap -p\nexit 0")
        .verify()
        .exits(0)
        .prints(1, "ERR\n")
        .prints(2, "trap -- 'echo bye' EXIT\ntrap -- 'echo bye' EXIT\n")
        .prints(3, "trap -- 'echo bye' EXIT\n")
        .prints(4, "");
}

#[test]
fn builtins_can_be_disabled_and_replaced() {
    Book::new()
        .step("enable -n echo\ntrue\nenable -n\nenable echo")
        .step("enable -n printf eval trap . builtin\ntype -t printf eval builtin || true")
        .step("enable builtin; enable printf eval trap .; echo again")
        .step("builtin() { echo \"mine: $*\"; }; exec() { echo \"no: $*\"; }")
        .step("builtin a\nexec b")
        .step("unset -f builtin exec\nbuiltin echo c")
        .verify()
        .exits(0)
        .prints(1, "enable -n echo\n")
        .prints(2, "file\n")
        .prints(3, "again\n")
        .prints(5, "mine: a\nno: b\n")
        .prints(6, "c\n");
}

/// Without `enable`, nothing can be enabled again: the shell ends rather than wait for ever.
#[test]
fn a_shell_that_cannot_go_on_ends() {
    Book::new()
        .step("enable -n printf mapfile echo . eval builtin enable\ntrue\necho never")
        .step("echo next")
        .verify()
        .exits(1)
        .prints(1, "")
        .prints(2, "next\n");
}

#[test]
fn errexit_ends_a_shell_only_where_bash_does() {
    Book::new()
        .step("set -e\nfalse && true\n! true\nfalse | true\nif false; then :; fi\necho alive")
        .step_with("exit=3", "f() { (exit 3); echo no; }\nf || true\nf")
        .step("set +e; echo next")
        .verify()
        .exits(1)
        .finds_only(&[
            ("exit-status", "false && true"),
            ("exit-status", "! true"),
            ("exit-status", "false | true"),
        ])
        .prints(1, "alive\n")
        .prints(2, "no\n")
        .prints(3, "next\n");
}

#[test]
fn tracing_is_as_in_a_readers_shell() {
    Book::new()
        .step("set -x\necho \"$(echo a)\" >&2")
        .step("for i in 1; do\n  true $i\ndone; set +x")
        .step("set -x; true; set +x")
        .step_with("exit=3", "(set -x; exit 3)")
        .step("PS4='# '; set -x\ntrue\nexit 0")
        .verify()
        .exits(0)
        .prints(1, "++ echo a\n+ echo a\na\n")
        .prints(2, "+ for i in 1\n+ true 1\n+ set +x\n")
        .prints(3, "+ true\n+ set +x\n")
        .prints(4, "+ exit 3\n")
        .prints(5, "# true\n# exit 0\n");
}

#[test]
fn the_words_of_bash_reach_the_author() {
    Book::new()
        .step("true")
        .step("echo )")
        .step("echo it\necho 'unclosed")
        .step("if true; then\n  echo )\nfi\necho still")
        .step("trap 'echo ERR' ERR; set -x\necho (\ntrap -p ERR >&2\nset +x; trap - ERR")
        .step_with("exit=2", "echo )")
        .verify()
        .exits(1)
        .finds_only(&[
            ("syntax-error", "echo )"),
            ("syntax-error", "echo 'unclosed"),
            ("syntax-error", "  echo )"),
            ("syntax-error", "echo ("),
        ])
        .says("bash cannot parse this command: syntax error near unexpected token `)'")
        .says("unexpected EOF while looking for matching")
        .prints(
            2,
            "bash: eval: line 1: syntax error near unexpected token `)'\n\
             bash: eval: line 1: `echo )'\n",
        )
        .prints(
            5,
            "bash: eval: line 1: syntax error near unexpected token `newline'\n\
             bash: eval: line 1: `echo ('\n\
             + trap -p ERR\ntrap -- 'echo ERR' ERR\n+ set +x\n",
        );
}

#[test]
fn a_here_document_without_an_end_keeps_its_step_from_running() {
    Book::new()
        .step("touch ran; cat << EOF\nline1\nEOF > somefile")
        .step("if true; then\n  cat <<E\n  a\n  E\nfi\nls")
        .step("ls")
        .step("cat <<-E\n\ta\n\tE\nx=$(cat <<E\nb\nE\n); echo $x")
        .verify()
        .exits(1)
        .finds_only(&[("syntax-error", "cat << EOF"), ("syntax-error", "cat <<E")])
        .says("move `> somefile` up")
        .prints(3, "")
        .prints(4, "a\nb\n");
}

#[test]
fn each_command_of_a_line_counts() {
    Book::new()
        .step("docker rm nosuch; true")
        .step("{ docker rm nosuch; true; }")
        .step("( docker rm nosuch; true )")
        .step("for i in 1 2 3; do docker rm x$i; done; echo end")
        .step("f() { docker rm nosuch; echo x; }; f")
        .step("x=$(docker inspect nosuch | head -1)")
        .step("true && docker rm nosuch | cat; true")
        .step("cat <<E\n$(docker inspect nosuch)\nE")
        .step("echo \"$(docker inspect nosuch)\"")
        .step("docker run nosuch.invalid/image & wait")
        .verify()
        .exits(3)
        .finds_only(&[
            ("exit-status", "docker rm nosuch; true"),
            ("exit-status", "{ docker rm nosuch"),
            ("exit-status", "( docker rm nosuch"),
            ("exit-status", "for i in 1 2 3"),
            ("exit-status", "f() {"),
            ("exit-status", "x=$(docker inspect"),
            ("exit-status", "true && docker rm nosuch"),
            ("exit-status", "cat <<E"),
            ("exit-status", "echo \"$(docker inspect"),
            ("image-missing", "docker run nosuch.invalid/image"),
        ])
        .says("`docker rm nosuch` in this command exited with status 1")
        .says("`docker rm x$i` in this command exited with status 1")
        .says("`docker inspect nosuch` in this pipeline exited with status 1")
        .says("write `|| true` after it");
}

#[test]
fn a_failure_that_the_script_looks_at_does_not_count() {
    Book::new()
        .step("docker rm nosuch || true")
        .step("docker rm nosuch || true; echo end")
        .step("n=0; while ! docker exec db true || [ $n = 3 ]; do n=$((n + 1)); [ $n != 3 ] || break; done")
        .step("if docker ps | grep -q nosuch; then echo found; fi; echo end")
        .step("docker ps | grep nosuch || true")
        .step("docker rm nosuch; echo $?")
        .step("x=\"$(docker inspect nosuch)\"; echo $?")
        .step("echo \"$(docker inspect nosuch || true)\"")
        .step("for i in 1 2; do docker rm x$i || echo \"no x$i\"; done")
        .step("[ \"$(docker inspect -f x nosuch)\" = x ] || echo none")
        .step("docker images | head -n 1; echo end")
        .step_with("exit=any", "docker rm nosuch; true")
        .step_with("exit=1", "docker rm nosuch; docker rm nosuch")
        .step("sleep 60 & sleep 0.2; kill $!; wait")
        .verify()
        .exits(0)
        .finds_only(&[]);
}

#[test]
fn neither_names_nor_options_nor_traps_hide_a_failure_inside_of_a_command() {
    Book::new()
        .step("docker exec trace-app ls | head -1; echo listed")
        .step("docker rm tracer; true")
        .step("f() { echo traceroute; }")
        .step("docker rm nosuch1; true")
        .step("set -ux\ndocker logs nosuch | tail -n 3; echo shown\nset +ux")
        .step("trap 'echo failed' ERR\ndocker rm nosuch2; true\ntrap - ERR")
        .step("trap 'echo bye' EXIT\ndocker rm nosuch3 | cat; true\ntrap - EXIT")
        .step("docker rm nosuch; echo $?; docker rm nosuch; true")
        .step("set -o pipefail; docker rm nosuch4; true; set +o pipefail")
        .step("while read -r x; do echo \"$x\"; done < <(docker inspect -f x nosuch)")
        .step("sleep 0 & (docker rm nosuch5; true); wait")
        .verify()
        .exits(1)
        .finds_only(&[
            ("exit-status", "docker exec trace-app"),
            ("exit-status", "docker rm tracer"),
            ("exit-status", "docker rm nosuch1"),
            ("exit-status", "docker logs nosuch"),
            ("exit-status", "docker rm nosuch2"),
            ("exit-status", "docker rm nosuch3"),
            ("exit-status", "docker rm nosuch; echo $?"),
            ("exit-status", "set -o pipefail; docker rm nosuch4"),
            ("exit-status", "while read -r x"),
            ("exit-status", "sleep 0 &"),
        ]);
}

#[test]
fn what_could_not_be_watched_is_unclear() {
    Book::new()
        .step("trap 'n=1' DEBUG\ndocker rm nosuch; true\ntrap - DEBUG")
        .step("set -E; docker rm nosuch1; true")
        .step("trap -p\nset +E\ndocker ps -q")
        .step_with("exit=any", "docker rm nosuch; trap")
        .verify()
        .exits(0)
        .finds_only(&[
            ("unclear-commands", "docker rm nosuch; true"),
            ("unclear-commands", "set -E; docker rm nosuch1"),
        ])
        .says("put each command on a line of its own")
        .says("put what does that on a line of its own");
}

/// The arguments of the shell are what a reader would see, also at a terminal.
#[test]
fn a_list_of_processes_has_the_readers_shell() {
    let list = "ps -o args= -p $$; ps -ef | grep -c '[_]_docktest' || true";
    Book::new()
        .step_with("exit=any", list)
        .step_with("tty exit=any", list)
        .verify()
        .exits(0)
        .prints(1, "bash\n0\n")
        .prints(2, "bash\r\n0\r\n");
}
