//! The examples of this crate on a real engine. `ssh` needs another machine: it is only compiled. `guards` is
//! run by the test of guards.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use super::*;
use crate::machine;

/// Runs an example with the words in front of docker as its arguments; returns what it printed. All packages of the
/// workspace are selected, as for the tests, so that dependencies have the same features and are not compiled again.
pub(crate) fn run(example: &str) -> String {
    let output = command(example).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn command(example: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--locked", "--example", example, "--"])
        .args(through())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}

/// It ends with the daemon: this reads its first lines, until one is about what happens here.
#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn the_example_of_events_prints_them_as_they_happen() {
    let (docker, name) = (docker(), name("example"));
    let mut example = command("events").process_group(0).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let expected = format!("volume create {name}");
    let (found, finding) = mpsc::channel();
    let reader = thread::spawn(move || {
        // Other tests cause events, too. The example ends if nobody reads them.
        for _ in lines.filter(|line| line.as_ref().unwrap() == &expected) {
            let _ = found.send(());
        }
    });
    // It may not listen yet.
    let named: VolumeName = name.parse().unwrap();
    let started = Instant::now();
    let is_found = loop {
        docker.volume().create().name(&named).call().unwrap();
        docker.volume().rm([&named]).call().unwrap();
        if finding.recv_timeout(Duration::from_millis(500)).is_ok() {
            break true;
        }
        if reader.is_finished() || started.elapsed() > machine::HANG {
            break false;
        }
    };
    let is_running = example.try_wait().unwrap().is_none();
    let _ = kill_process_group(Pid::from_child(&example), Signal::KILL);
    example.wait().unwrap();
    reader.join().unwrap();
    assert!(is_found && is_running, "found: {is_found}, running: {is_running}");
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

/// Needs no engine.
#[test]
fn each_example_is_run_by_a_test() {
    let tests = [include_str!("examples.rs"), include_str!("guards.rs")].concat();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_run =
            ["run", "command"].iter().any(|call| tests.contains(&format!("{call}(\"{name}\")")));
        assert!(is_run || name == "ssh", "no test runs the example `{name}`");
    }
}
