//! However a run ends, nothing is left: no process, mount, namespace, interface, socket, control group or
//! temporary file.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use testsuite::{Book, Running, Traces, marker};

/// A chapter with containers, a volume and a network, and this last step.
fn lab(end: &str) -> Book {
    Book::new()
        .with_alpine()
        .step("docker network create web")
        .step("docker run -d --name app --network web -p 8080:80 -v data:/data alpine sleep 600")
        .step("docker run -d --name other alpine sleep 600")
        .step(end)
}

/// Starts the chapter and waits until its last step sleeps.
fn started(book: &Book, sleep: &str) -> (Running, Traces) {
    let run = book.to_verify().start();
    run.until_process(sleep);
    let traces = Traces::of(&run).with_containers(2);
    (run, traces)
}

#[test]
fn after_a_run_that_passed() {
    let sleep = marker();
    let book = lab(&format!("timeout 1 sleep {sleep} || true"));
    let (run, traces) = started(&book, &sleep);
    run.wait().exits(0);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_a_run_that_failed() {
    let sleep = marker();
    let book = lab(&format!("setsid -f sleep {sleep}; timeout 1 sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.wait().exits(1);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_ctrl_c() {
    let sleep = marker();
    let book = lab(&format!("trap '' INT; sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.interrupt();
    run.wait().exits(130).fails_saying(&["interrupted"]);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_sigterm() {
    let sleep = marker();
    let book = lab(&format!("sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.signal(Signal::TERM);
    run.wait().exits(130).fails_saying(&["interrupted"]);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_sighup() {
    let sleep = marker();
    let book = lab(&format!("sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.signal(Signal::HUP);
    run.wait().exits(130);
    traces.are_gone(&book.temporary());
}

/// A book with an image whose recipe never ends.
fn with_a_recipe_that_sleeps(sleep: &str) -> Book {
    let book = Book::new()
        .setting("images.\"testsuite/never:1\" = \"recipe\"")
        .file(
            "recipe/prepare",
            &format!("#!/bin/sh\nmount -t tmpfs none /mnt\nsetsid sleep {sleep}\n"),
        )
        .step("docker run testsuite/never:1 true");
    let prepare = book.path().join("recipe/prepare");
    std::fs::set_permissions(prepare, std::fs::Permissions::from_mode(0o755)).unwrap();
    book
}

#[test]
fn after_ctrl_c_while_an_image_is_built() {
    let sleep = marker();
    let book = with_a_recipe_that_sleeps(&sleep);
    let run = book.to_verify().start();
    run.until_process(&sleep);
    let traces = Traces::of(&run);
    run.interrupt();
    run.wait().exits(130);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_the_program_was_killed_while_an_image_is_built() {
    let sleep = marker();
    let book = with_a_recipe_that_sleeps(&sleep);
    let run = book.to_verify().start();
    run.until_process(&sleep);
    let traces = Traces::of(&run);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}

#[test]
fn after_the_program_was_killed() {
    let sleep = marker();
    let book = lab(&format!("setsid -f sleep {sleep}; sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}

#[test]
fn after_the_program_was_killed_while_the_engine_starts() {
    let book = lab("true");
    let run = book.to_verify().start();
    // The arguments of the engine's first process.
    run.until_process("docktest-init");
    run.signal(Signal::KILL);
    let prefix = format!("docktest-{}-", run.pid());
    run.wait();
    testsuite::eventually("an end of the engine", || {
        testsuite::arguments_that_begin_with(&prefix).is_empty()
            && book.temporary().read_dir().unwrap().next().is_none()
            && testsuite::control_groups(&prefix).is_empty()
    });
}

#[test]
fn after_the_supervisor_was_killed() {
    let sleep = marker();
    let book = lab(&format!("sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.kill_supervisor();
    run.wait().exits(1).finds_only(&[("engine-lost", &sleep)]);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_both_were_killed_and_the_next_run_cleaned_up() {
    let sleep = marker();
    let book = lab(&format!("sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    // The program is stopped first: it would notice the end of the supervisor.
    run.signal(Signal::STOP).kill_supervisor().signal(Signal::KILL);
    run.wait();
    traces.processes_are_gone();
    let left = || book.temporary().read_dir().unwrap().count();
    assert_eq!(left(), 1, "the scratch directory is the only leftover");

    let next = Book::new().step("true").to_verify().env("TMPDIR", book.temporary()).run();
    next.exits(0);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_a_container_was_left_paused() {
    let sleep = marker();
    let book = lab(&format!("docker pause app\ntimeout 1 sleep {sleep} || true"));
    let (run, traces) = started(&book, &sleep);
    run.wait().exits(0);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_sigkill_while_a_container_is_paused() {
    let sleep = marker();
    let book = lab(&format!("docker pause app\nsleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.signal(Signal::KILL);
    traces.are_gone(&book.temporary());
}
