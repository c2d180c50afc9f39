//! A process that ignores SIGCHLD.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::process::Command as Program;

use docker_cli::{Command, Error};
use fake::Fake;

/// Runs one test of this binary in a process that inherits an ignored SIGCHLD.
#[test]
fn ignoring_sigchld_is_an_error_with_a_remedy() {
    // Not `sh`: dash does not ignore SIGCHLD itself.
    let output = Program::new("bash")
        .args(["-c", r#"trap '' CHLD; exec "$0" --exact ignoring --ignored"#])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
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
    assert!(!fake.path("calls").exists());
    assert!(matches!(fake.docker.command(["x"]).stream(), Err(Error::SigchldIgnored { .. })));
}
