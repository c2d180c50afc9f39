//! The examples of this crate on a real engine. `ssh` needs another machine: it is only compiled. `guards` is
//! run by the test of guards.

use std::process::Command;

use super::*;

/// Runs an example with the words in front of docker as its arguments; returns what it printed. All packages of the
/// workspace are selected, as for the tests, so that dependencies have the same features and are not compiled again.
pub(crate) fn run(example: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", example, "--"])
        .args(through())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn examples_print_what_they_promise() {
    assert_eq!(run("run"), "hello\nthe program ended with exit status 3: no luck\n");
    assert_eq!(run("logs"), "line 1\nline 2\nline 3\n");
    assert_eq!(run("exec_stdin"), "1 + 2 = 3\n4 + 5 = 9\n");
    let build = run("build");
    // BuildKit numbers the steps: `[2/2] RUN …`.
    assert!(build.contains("RUN echo hello > /greeting\n"), "{build}");
    assert!(build.ends_with("the image prints: hello\n"), "{build}");
    if has_plugin("compose") {
        assert_eq!(run("compose"), "web runs\nweb-1 says: ready\n");
    }
}
