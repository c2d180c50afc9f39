//! However a run ends, its container is gone.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use testsuite::{Book, Engine, Running, eventually, is_running, marker};

use super::{containers, on, warm};

/// Longer than a run takes to reach its step on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// A run whose step sleeps, in a container and beside it.
struct Started {
    book: Book,
    sleep: String,
    run: Running,
}

fn start(engine: &Engine) -> Started {
    let sleep = marker();
    let step = format!("setsid -f sleep {sleep}; docker run --rm alpine sleep {sleep}");
    let book = Book::new().with_alpine().step(&step);
    let run = on(engine, &book, "record").start();
    let deadline = Instant::now() + LIMIT;
    while !is_running(&sleep) {
        assert!(Instant::now() < deadline, "the step does not run");
        thread::sleep(Duration::from_millis(20));
    }
    assert_ne!(containers(engine), "");
    Started { book, sleep, run }
}

#[test]
fn after_any_signal_nothing_is_left_on_the_docker() {
    let engine = Engine::start();
    warm(&engine);
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let Started { book, sleep, run } = start(&engine);
        run.signal(signal);
        run.wait().exits(130).fails_saying(&["interrupted"]);
        eventually("the end of the container", || containers(&engine).is_empty());
        eventually("the end of the step", || !is_running(&sleep));
        assert!(!book.recording("lab.md").exists());
    }

    let Started { book, sleep, run } = start(&engine);
    let owner = ["inspect", "--format", "{{index .Config.Labels \"mdbook-docktest.owner\"}}"];
    let owner = engine.docker(owner.into_iter().chain([containers(&engine).as_str()]));
    run.signal(Signal::KILL);
    // Its container ends by itself.
    eventually("the end of the container", || containers(&engine).is_empty());
    eventually("the end of the step", || !is_running(&sleep));
    assert!(!book.recording("lab.md").exists());

    // What a Docker still has that was itself stopped before.
    let create = |label: &str| {
        let label = format!("--label=mdbook-docktest.owner={label}");
        engine.docker(["create", label.as_str(), "alpine", "true"])
    };
    create(&owner);
    let (_, rest) = owner.split_once('/').unwrap();
    let elsewhere = create(&format!("another-machine/{rest}"));
    on(&engine, &Book::new().step("true"), "verify").run().exits(0);
    let left = containers(&engine);
    assert!(!left.is_empty() && elsewhere.starts_with(&left), "{left}");
}

#[test]
fn after_the_end_of_its_docker() {
    let engine = Engine::start();
    let Started { book, sleep, run } = start(&engine);
    drop(engine);
    let outcome = run.wait();
    outcome.exits(3).tells("error: Docker: the connection to the chapter's run was lost: ");
    assert!(!is_running(&sleep) && !book.recording("lab.md").exists());
}
