//! `verify`: what passes, and what fails.

use testsuite::{Book, Outcome, Program, Traces, is_running, marker};

#[test]
fn the_engine_does_not_depend_on_the_authors_environment() {
    Book::new()
        .with_alpine()
        .step("docker run -d --name app alpine sleep 600")
        .step("docker exec app echo here")
        .to_verify()
        .env("DOCKER_TMPDIR", "/nowhere")
        .env("DOCKER_DRIVER", "nonsense")
        .env("GODEBUG", "nonsense=1")
        .run()
        .exits(0)
        .prints(2, "here\n");
}

#[test]
fn steps_that_exit_with_0_pass() {
    Book::new()
        .step("true")
        .step("echo hello")
        .verify()
        .exits(0)
        .finds_nothing()
        .prints(2, "hello\n");
}

#[test]
fn docker_works_and_is_empty() {
    Book::new()
        .with_alpine()
        .step("docker ps -aq; docker volume ls -q")
        .step("docker run --rm alpine echo from a container")
        .verify()
        .exits(0)
        .prints(1, "")
        .prints(2, "from a container\n");
}

#[test]
fn another_exit_status_is_reported_and_the_rest_runs() {
    Book::new()
        .step("false")
        .step("echo first\nls /nowhere\necho \"then $?\"")
        .step("echo later; ls /nowhere-else")
        .verify()
        .exits(1)
        .finds_only(&[
            ("exit-status", "false"),
            ("exit-status", "ls /nowhere"),
            ("exit-status", "echo later"),
        ])
        .says("status 2 instead of 0")
        .says("say what the next command prints: add an `output` block with `2`")
        .says("add `exit=2`")
        .says("/nowhere")
        .prints(2, "first\nls: cannot access '/nowhere': No such file or directory\nthen 2\n");
}

#[test]
fn the_expected_status_passes() {
    Book::new()
        .step_with("exit=3", "exit 3")
        .step_with("exit=any", "exit 4")
        .verify()
        .exits(0)
        .finds_nothing();
    Book::new()
        .step_with("exit=3", "true")
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "true")]);
}

#[test]
fn output_is_compared_with_expected_output() {
    Book::new()
        .step("echo one; echo two >&2")
        .output("one\ntwo\n")
        .step("echo three")
        .output("drei\n")
        .verify()
        .exits(1)
        .finds_only(&[("output-mismatch", "drei")])
        .says("- drei\n+ three");
}

#[test]
fn fail_fast_skips_all_steps_but_cleanup() {
    let outcome = Book::new()
        .step("echo before")
        .step("exit 9")
        .step("echo skipped")
        .step_with("cleanup", "echo cleaning")
        .to_verify()
        .arg("--fail-fast")
        .run();
    outcome
        .exits(1)
        .finds_only(&[("exit-status", "exit 9"), ("not-run", "echo skipped")])
        .prints(4, "cleaning\n");
    let status = |step| outcome.status_of(step);
    assert_eq!([1, 2, 3, 4].map(status), ["passed", "failed", "skipped", "passed"]);
}

#[test]
fn nothing_runs_after_a_guard_that_fails() {
    let book = Book::new()
        .step("echo before")
        .step("false")
        .step_with("guard", "docker volume create mine >file; exit 9")
        .step("echo skipped")
        .step_with("cleanup", "docker volume rm mine");
    let guarded = [("exit-status", "false"), ("exit-status", "docker volume create")];
    let skipped = [("not-run", "echo skipped"), ("not-run", "docker volume rm")];
    let outcome = book.verify();
    let status = |outcome: &Outcome| [1, 2, 3, 4, 5].map(|step| outcome.status_of(step));
    outcome.exits(1).finds_only(&[guarded, skipped].concat());
    outcome.says("follows from line 12: this step did not run, as the `guard` there failed");
    assert_eq!(status(&outcome), ["passed", "failed", "failed", "skipped", "skipped"]);

    // An earlier failure keeps the guard from running, and the guard what it would have allowed.
    let outcome = book.to_verify().arg("--fail-fast").run();
    assert_eq!(status(&outcome), ["passed", "failed", "skipped", "skipped", "skipped"]);

    // The book tolerates failures, and a guard is none that it can tolerate.
    let outcome = book.setting("lints.exit-status = \"warn\"").verify();
    outcome.exits(1);
    assert_eq!(status(&outcome), ["passed", "passed", "passed", "skipped", "skipped"]);
}

#[test]
fn nothing_runs_after_a_guard_that_is_held_back() {
    let outcome = Book::new()
        .setting("lints.synopsis = \"warn\"")
        .step_with("guard", "docker rm [OPTIONS] CONTAINER")
        .step("echo skipped")
        .verify();
    outcome.exits(1).finds_only(&[("synopsis", "docker rm"), ("not-run", "echo skipped")]);
    assert_eq!(outcome.status_of(2), "skipped");
}

#[test]
fn a_guard_that_passes_changes_nothing() {
    let outcome = Book::new()
        .step_with("guard exit=3", "exit 3")
        .step("false")
        .step_with("cleanup", "echo cleaning")
        .verify();
    outcome.exits(1).finds_only(&[("exit-status", "false")]).prints(3, "cleaning\n");
}

#[test]
fn a_selected_step_is_reported_with_the_guard_that_stopped_it() {
    let book = Book::new().step_with("guard", "false").step("echo two").step("echo three");
    book.write();
    let outcome = Program::new(["verify", "src/lab.md:8", "--format", "json"])
        .directory(book.path())
        .about("src/lab.md", "# Lab\n\n```bash guard\nfalse\n```\n\n```bash\necho two\n```\n")
        .run();
    outcome.exits(1).finds_only(&[("exit-status", "false"), ("not-run", "echo two")]);
}

#[test]
fn ignored_steps_do_not_run() {
    let outcome = Book::new().step_with("ignore", "exit 1").step("true").verify();
    outcome.exits(0).finds_nothing();
    assert_eq!(outcome.status_of(1), "ignored");
}

#[test]
fn chapters_do_not_share_state() {
    let leaves = "```bash\ndocker volume create shared\ntouch here\nexport NAME=value\nls\n```\n";
    let finds = "```bash\ndocker volume ls -q\nls\necho \"${NAME-unset}\"\npwd\n```\n";
    let outcome = Book::new().chapter("one.md", leaves).chapter("two.md", finds).verify();
    outcome.exits(0).prints(1, "shared\nhere\n");
    let output = outcome.output(2);
    assert_eq!(output.lines().next(), Some("unset"), "{output}");
}

#[test]
fn a_timeout_ends_a_step_and_all_its_processes() {
    let [child, daemon, next] = [marker(), marker(), marker()];
    let run = Book::new()
        .step_with(
            "timeout=5s",
            &format!("setsid -f sh -c 'trap \"\" INT TERM; sleep {daemon}; true'\nsleep {child}"),
        )
        .step_with("timeout=10m", &format!("sleep {next} || true"))
        .to_verify()
        .start();
    run.until_process(&child).until_process(&daemon).until_process(&next);
    for gone in [&child, &daemon] {
        assert!(!is_running(gone), "sleep {gone} has survived its step");
    }
    run.kill_process(&next);
    let outcome = run.wait();
    outcome.exits(1).finds_only(&[("timeout", &format!("sleep {child}"))]);
    outcome.says("timed out after 5 s");
    // Stopping may take a second, and more on a busy machine.
    assert!(outcome.duration_of(1).as_secs() < 180, "{:?}", outcome.duration_of(1));
}

#[test]
fn the_book_can_set_the_timeout() {
    Book::new()
        .setting("timeout = \"1s\"")
        .step("sleep 60")
        .step_with("timeout=180s", "sleep 1.5")
        .verify()
        .exits(1)
        .finds_only(&[("timeout", "sleep 60")]);
}

#[test]
fn the_loss_of_the_engine_is_a_finding_and_ends_the_chapter() {
    let outcome = Book::new()
        .step("echo before")
        .step_with("timeout=10m", "kill -9 \"$(cat /run/docker.pid)\"; sleep 600")
        .step("echo after")
        .step_with("cleanup", "echo cleaning")
        .verify();
    outcome.exits(1).ends_within(std::time::Duration::from_secs(180)).finds_only(&[
        ("engine-lost", "docker.pid"),
        ("not-run", "echo after"),
        ("not-run", "echo cleaning"),
    ]);
}

#[test]
fn dockers_error_about_a_lost_engine_is_not_a_result() {
    Book::new()
        .step("(sleep 0.5; kill -9 \"$(cat /run/docker.pid)\") &\ndocker events")
        .step("docker ps")
        .verify()
        .exits(1)
        .finds_only(&[("engine-lost", "docker events"), ("not-run", "docker ps")]);
}

#[test]
fn a_lost_engine_leaves_nothing() {
    let sleep = marker();
    let book = Book::new().with_alpine().step(&format!(
        "docker run -d alpine sleep 600\n(sleep {sleep} &)\nuntil false; do sleep 0.1; done"
    ));
    let run = book.to_verify().start();
    run.until_process(&sleep);
    let traces = Traces::of(&run).with_containers(1);
    traces.kill("dockerd");
    run.wait().exits(1).finds_only(&[("engine-lost", "until false")]);
    traces.are_gone(&book.temporary());
}
