//! Engines whose memory has a limit.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use docker_sandbox::{PATH, ProcessEngine, Session};

use crate::{LIMIT, import_image, inside, start_with};

const MIB: u64 = 1 << 20;

/// Runs a script as a step does. Returns whether it succeeded.
fn step(engine: &ProcessEngine, script: &str) -> bool {
    let group = engine.process_group("step").unwrap();
    let path = [("PATH".into(), PATH.into())];
    let session = Session::WithoutTerminal;
    let mut words = engine.entering_group(&group, Path::new("/lab"), &path, session);
    words.extend(["sh", "-c", script].map(Into::into));
    Command::new(&words[0]).args(&words[1..]).status().unwrap().success()
}

/// Waits until the limit was exceeded: the kernel signals that a little later than it kills.
#[track_caller]
fn assert_exceeded(engine: &ProcessEngine) {
    let deadline = Instant::now() + LIMIT;
    while !engine.memory_exceeded() {
        assert!(Instant::now() < deadline, "{}", engine.log());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_step_that_needs_more_memory_than_the_engine_has_is_killed() {
    let engine = start_with(|options| options.memory = Some(256 * MIB));
    assert!(step(&engine, "head -c 32M /dev/zero >file; rm file"));
    assert!(!engine.memory_exceeded());
    // `tail` keeps the last line, which is all of it.
    assert!(!step(&engine, "head -c 1G /dev/zero | tail -n 1 >/dev/null"));
    assert_exceeded(&engine);
    assert!(step(&engine, "docker version >/dev/null"));
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn files_in_memory_and_containers_count() {
    let engine = start_with(|options| options.memory = Some(256 * MIB));
    import_image(&engine);
    assert!(!engine.memory_exceeded());
    let write = "docker run --rm room sh -c 'cat /dev/zero >/file'";
    assert!(!step(&engine, write));
    assert_exceeded(&engine);
    drop(engine);

    let engine = start_with(|options| options.memory = Some(256 * MIB));
    assert!(!step(&engine, "head -c 1G /dev/zero >file"));
    assert_exceeded(&engine);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_container_that_exceeds_its_own_limit_is_no_matter_of_the_engines() {
    let engine = start_with(|options| options.memory = Some(512 * MIB));
    import_image(&engine);
    let state = "docker inspect --format '{{.State.OOMKilled}} {{.State.ExitCode}}' box";
    inside(&engine, "docker run --name box --memory 16m room sh -c 'cat /dev/zero >/file' || :");
    assert_eq!(inside(&engine, state), "true 137");
    assert!(!engine.memory_exceeded());
}

/// Kills the engine, and waits until its control groups are gone.
#[track_caller]
fn kill(engine: &ProcessEngine) {
    let pid = rustix::process::Pid::from_raw(engine.init_pid().try_into().unwrap()).unwrap();
    // Fails if it has died already.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    let roots = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
    let groups = roots.map(|root| Path::new(root).join(engine.name()));
    let deadline = Instant::now() + LIMIT;
    while engine.is_running() || groups.iter().any(|group| group.exists()) {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_is_known_whether_an_engine_that_has_ended_had_too_little_memory() {
    let engine = start_with(|options| options.memory = Some(256 * MIB));
    kill(&engine);
    assert!(!engine.memory_exceeded());

    let engine = start_with(|options| options.memory = Some(256 * MIB));
    assert!(!step(&engine, "head -c 1G /dev/zero >file"));
    kill(&engine);
    assert!(engine.memory_exceeded());
}
