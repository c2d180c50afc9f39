//! Processes in which the exit status of a child is lost.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::process::Command;
use std::thread;

use docker_cli::{DockerCommand, Error};
use fake::Fake;
use rustix::process::{WaitOptions, wait};

/// Runs one test of this binary in a process of its own, which bash prepares.
fn run_alone(prepare: &str, test: &str) {
    // Not `sh`: dash does not ignore SIGCHLD itself.
    let output = Command::new("bash")
        .args(["-c", &format!(r#"{prepare} exec "$0" --exact {test} --ignored"#)])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}

#[test]
fn ignoring_sigchld_is_an_error_with_a_remedy() {
    run_alone("trap '' CHLD;", "ignoring");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn ignoring() {
    let fake = Fake::new("echo called > calls");
    let error = fake.docker.command(["x"]).call().unwrap_err();
    assert!(matches!(error, Error::SigchldIgnored { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("cannot run docker while this process ignores SIGCHLD"), "{text}");
    assert!(text.contains("reset SIGCHLD to its default"), "{text}");
    assert!(matches!(fake.docker.command(["x"]).stream(), Err(Error::SigchldIgnored { .. })));
    assert!(!fake.path("calls").exists());
}

#[test]
fn an_exit_status_that_was_taken_is_an_error() {
    run_alone("", "taking");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn taking() {
    // The process in the background keeps the pipes open, while the status is taken.
    let fake = Fake::new("echo > started; sleep 3; sleep 60 & exit 0");
    let started = fake.path("started");
    let taking = thread::spawn(move || {
        fake::wait_for(&started);
        wait(WaitOptions::empty()).unwrap();
    });
    let error = fake.docker.command(["x"]).call().unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("cannot get the exit status of `"), "{text}");
    assert!(text.ends_with("waited for it, or SIGCHLD is ignored"), "{text}");
    taking.join().unwrap();
}
