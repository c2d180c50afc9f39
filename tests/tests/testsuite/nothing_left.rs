//! However a run ends, nothing is left: no process, mount, namespace, interface, socket, control group or
//! temporary file.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rustix::process::Signal;
use testsuite::{Book, Program, Running, Traces, User, marker};

use crate::{MDBOOK, rootless};

/// Who runs a book.
pub(crate) enum Author {
    Root,
    User(Arc<User>),
}

impl Author {
    /// A book with an image that this author has already.
    pub(crate) fn book(&self) -> Book {
        match self {
            Self::Root => Book::new().with_alpine(),
            Self::User(user) => rootless::book(user),
        }
    }

    /// The program as this author runs it.
    pub(crate) fn runs(&self, program: Program) -> Program {
        match self {
            Self::Root => program,
            Self::User(user) => user.runs(program),
        }
    }

    /// A program that builds the book as `mdbook build` does, as this author runs it.
    pub(crate) fn builds(&self, book: &Book) -> Program {
        match self {
            Self::Root => book.to_build(MDBOOK),
            Self::User(user) => user.builds(book, MDBOOK),
        }
    }

    /// A chapter with containers, a volume and a network, and this last step.
    fn lab(&self, end: &str) -> Book {
        self.book()
            .step("docker network create web")
            .step(
                "docker run -d --name app --network web -p 8080:80 -v data:/data alpine sleep 600",
            )
            .step("docker run -d --name other alpine sleep 600")
            .step(end)
    }

    /// Starts the chapter and waits until its last step sleeps.
    fn started(&self, book: &Book, sleep: &str) -> (Running, Traces) {
        let run = self.runs(book.to_verify()).start();
        run.until_process(sleep);
        let traces = Traces::of(&run);
        match self {
            Self::Root => (run, traces.with_containers(2)),
            // Without control groups.
            Self::User(_) => (run, traces),
        }
    }
}

/// A chapter of root's with this last step.
fn lab(end: &str) -> Book {
    Author::Root.lab(end)
}

fn started(book: &Book, sleep: &str) -> (Running, Traces) {
    Author::Root.started(book, sleep)
}

pub(crate) fn run_passes(author: &Author) {
    let sleep = marker();
    let book = author.lab(&format!("setsid -f sleep {sleep}; timeout 1 sleep {sleep} || true"));
    let (run, traces) = author.started(&book, &sleep);
    run.wait().exits(0);
    traces.are_gone(&book.temporary());
}

pub(crate) fn ctrl_c(author: &Author) {
    let sleep = marker();
    let book = author.lab(&format!("trap '' INT; setsid -f sleep {sleep}; sleep {sleep}"));
    let (run, traces) = author.started(&book, &sleep);
    run.interrupt();
    run.wait().exits(130).fails_saying(&["interrupted"]);
    traces.are_gone(&book.temporary());
}

pub(crate) fn signal(author: &Author, signal: Signal) {
    let sleep = marker();
    let book = author.lab(&format!("sleep {sleep}"));
    let (run, traces) = author.started(&book, &sleep);
    run.signal(signal);
    run.wait().exits(130).fails_saying(&["interrupted"]);
    traces.are_gone(&book.temporary());
}

pub(crate) fn program_is_killed(author: &Author) {
    let sleep = marker();
    let book = author.lab(&format!("setsid -f sleep {sleep}; sleep {sleep}"));
    let (run, traces) = author.started(&book, &sleep);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}

pub(crate) fn program_is_killed_while_the_engine_starts(author: &Author) {
    let book = author.lab("true");
    let run = author.runs(book.to_verify()).start();
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

pub(crate) fn supervisor_is_killed(author: &Author) {
    let sleep = marker();
    let book = author.lab(&format!("sleep {sleep}"));
    let (run, traces) = author.started(&book, &sleep);
    run.kill_supervisor();
    run.wait().exits(1).finds_only(&[("engine-lost", &sleep)]);
    traces.are_gone(&book.temporary());
}

/// `pause` is what is done before, with the container `app`.
pub(crate) fn both_are_killed_and_the_next_run_cleans_up(author: &Author, pause: &str) {
    let sleep = marker();
    let book = author.lab(&format!("{pause}sleep {sleep}"));
    let (run, traces) = author.started(&book, &sleep);
    // The program is stopped first: it would notice the end of the supervisor.
    run.signal(Signal::STOP).kill_supervisor().signal(Signal::KILL);
    run.wait();
    traces.note_end();
    if pause.is_empty() {
        traces.processes_are_gone();
    }
    let left = || book.temporary().read_dir().unwrap().count();
    assert_eq!(left(), 1, "the scratch directory is the only leftover");

    let next = author.runs(Book::new().step("true").to_verify());
    next.env("TMPDIR", book.temporary()).run().exits(0);
    traces.are_gone(&book.temporary());
}

#[test]
fn after_a_run_that_passed() {
    run_passes(&Author::Root);
}

#[test]
fn after_a_run_that_failed() {
    let sleep = marker();
    let book = lab(&format!("setsid -f sleep {sleep}; timeout 1 sleep {sleep}"));
    let (run, traces) = started(&book, &sleep);
    run.wait().exits(1);
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

#[test]
fn after_ctrl_c() {
    ctrl_c(&Author::Root);
}

#[test]
fn after_sigterm() {
    signal(&Author::Root, Signal::TERM);
}

#[test]
fn after_sighup() {
    signal(&Author::Root, Signal::HUP);
}

#[test]
fn after_the_program_was_killed() {
    program_is_killed(&Author::Root);
}

#[test]
fn after_the_program_was_killed_while_the_engine_starts() {
    program_is_killed_while_the_engine_starts(&Author::Root);
}

#[test]
fn after_the_supervisor_was_killed() {
    supervisor_is_killed(&Author::Root);
}

#[test]
fn after_both_were_killed_with_a_frozen_process_and_the_next_run_cleaned_up() {
    both_are_killed_and_the_next_run_cleans_up(&Author::Root, "docker pause app\n");
}

#[test]
fn after_mdbook_was_killed() {
    let sleep = marker();
    let book = lab(&format!("sleep {sleep}"));
    let run = book.to_build(MDBOOK).start();
    run.until_process(&sleep);
    let traces = Traces::of(&run);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}
