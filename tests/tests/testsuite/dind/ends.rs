//! However a run ends, its container is gone.

use rustix::process::Signal;
use testsuite::{Book, Engine, Running, eventually, is_running, marker};

use super::{containers, on};

/// A run whose step sleeps in a container.
struct Started {
    engine: Engine,
    book: Book,
    sleep: String,
    run: Running,
}

fn started() -> Started {
    let engine = Engine::start();
    let sleep = marker();
    let step = format!("setsid -f sleep {sleep}; docker run --rm alpine sleep {sleep}");
    let book = Book::new().with_alpine().step(&step);
    let run = on(&engine, &book, "record").start();
    eventually("the step runs", || is_running(&sleep));
    assert_ne!(containers(&engine), "");
    Started { engine, book, sleep, run }
}

impl Started {
    /// Checks that nothing is left, and that nothing was recorded.
    fn is_gone(&self) {
        eventually("the end of the container", || containers(&self.engine).is_empty());
        eventually("the end of the step", || !is_running(&self.sleep));
        assert!(!self.book.recording("lab.md").exists());
    }
}

#[test]
fn after_ctrl_c() {
    let started = started();
    started.run.interrupt();
    let Started { run, engine, book, sleep } = started;
    run.wait().exits(130).fails_saying(&["interrupted"]);
    // The program waits for the end of its container.
    assert_eq!(containers(&engine), "");
    assert!(!is_running(&sleep) && !book.recording("lab.md").exists());
}

#[test]
fn after_other_signals() {
    for signal in [Signal::TERM, Signal::HUP, Signal::KILL] {
        let started = started();
        started.run.signal(signal);
        started.is_gone();
    }
}

#[test]
fn after_the_end_of_its_docker() {
    let Started { run, engine, book, sleep } = started();
    drop(engine);
    let outcome = run.wait();
    outcome.exits(3).fails_saying(&["Docker: ", "connection"]);
    assert!(!is_running(&sleep) && !book.recording("lab.md").exists());
}

#[test]
fn what_a_crash_has_left_is_removed_by_the_next_run() {
    let Started { run, engine, .. } = started();
    let owner = ["inspect", "--format", "{{index .Config.Labels \"mdbook-docktest.owner\"}}"];
    let owner = engine.docker(owner.into_iter().chain([containers(&engine).as_str()]));
    run.signal(Signal::KILL);
    eventually("the end of the container", || containers(&engine).is_empty());
    // What a Docker that was stopped before the container had ended has still.
    let create = |label: &str| {
        let label = format!("mdbook-docktest.owner={label}");
        engine.docker(["create", "--label", &label, "alpine", "true"])
    };
    create(&owner);
    let (_, rest) = owner.split_once('/').unwrap();
    let elsewhere = create(&format!("another-machine/{rest}"));
    let book = Book::new().step("true");
    on(&engine, &book, "verify").run().exits(0);
    assert!(elsewhere.starts_with(&containers(&engine)), "{}", containers(&engine));
}
