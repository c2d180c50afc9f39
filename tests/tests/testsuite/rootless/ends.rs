//! However a run of a user ends, nothing is left.

use rustix::process::Signal;
use testsuite::{Book, Running, Traces, User, marker};

use super::{book, user_with_alpine};

/// A chapter with a container, a volume, a network and processes in the background, and this last step.
fn lab(user: &User, end: &str) -> Book {
    book(user)
        .step("docker network create web")
        .step("docker run -d --name app --network web -p 8080:80 -v data:/data alpine sleep 600")
        .step(end)
}

/// Starts the chapter and waits until its last step sleeps.
fn started(user: &User, book: &Book, sleep: &str) -> (Running, Traces) {
    let run = user.runs(book.to_verify()).start();
    run.until_process(sleep);
    let traces = Traces::of(&run);
    (run, traces)
}

#[test]
fn after_a_run_that_passed() {
    let (user, sleep) = (user_with_alpine(), marker());
    let book = lab(&user, &format!("setsid -f sleep {sleep}; timeout 1 sleep {sleep} || true"));
    let (run, traces) = started(&user, &book, &sleep);
    run.wait().exits(0);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_ctrl_c() {
    let (user, sleep) = (user_with_alpine(), marker());
    let book = lab(&user, &format!("trap '' INT; setsid -f sleep {sleep}; sleep {sleep}"));
    let (run, traces) = started(&user, &book, &sleep);
    run.interrupt();
    run.wait().exits(130).fails_saying(&["interrupted"]);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_sigterm_and_sighup() {
    let user = user_with_alpine();
    for signal in [Signal::TERM, Signal::HUP] {
        let sleep = marker();
        let book = lab(&user, &format!("sleep {sleep}"));
        let (run, traces) = started(&user, &book, &sleep);
        run.signal(signal);
        run.wait().exits(130);
        traces.are_gone(&book.temporary());
    }
}

#[test]
fn after_the_program_was_killed() {
    let (user, sleep) = (user_with_alpine(), marker());
    let book = lab(&user, &format!("setsid -f sleep {sleep}; sleep {sleep}"));
    let (run, traces) = started(&user, &book, &sleep);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}

#[test]
fn after_the_program_was_killed_while_the_engine_starts() {
    let user = user_with_alpine();
    let book = lab(&user, "true");
    let run = user.runs(book.to_verify()).start();
    run.until_process("docktest-init");
    run.signal(Signal::KILL);
    let prefix = format!("docktest-{}-", run.pid());
    run.wait();
    testsuite::eventually("an end of the engine", || {
        testsuite::arguments_that_begin_with(&prefix).is_empty()
            && book.temporary().read_dir().unwrap().next().is_none()
    });
}

#[test]
fn after_the_supervisor_was_killed() {
    let (user, sleep) = (user_with_alpine(), marker());
    let book = lab(&user, &format!("sleep {sleep}"));
    let (run, traces) = started(&user, &book, &sleep);
    run.kill_supervisor();
    run.wait().exits(1).finds_only(&[("engine-lost", &sleep)]);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_both_were_killed_and_the_next_run_cleaned_up() {
    let (user, sleep) = (user_with_alpine(), marker());
    let book = lab(&user, &format!("sleep {sleep}"));
    let (run, traces) = started(&user, &book, &sleep);
    // The program is stopped first: it would notice the end of the supervisor.
    run.signal(Signal::STOP).kill_supervisor().signal(Signal::KILL);
    run.wait();
    traces.processes_are_gone();
    let next = user.runs(Book::new().step("true").to_verify()).env("TMPDIR", book.temporary());
    next.run().exits(0);
    traces.are_gone(&book.temporary());
}
