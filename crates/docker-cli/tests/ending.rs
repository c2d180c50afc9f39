//! Stopping docker, with a shell script in its place that resists.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, DockerCommand, Error};
use fake::{Fake, HANG, SSH, wait_for};

#[test]
fn a_timeout_takes_grandchildren_along() {
    let fake = Fake::new("echo before; sleep 600 & echo $! > grandchild; echo $$ > child; wait");
    let started = Instant::now();
    let call = |limit| fake.docker.command(["x"]).timeout(limit).call().unwrap_err();
    let (limit, error) = fake.stopped(call, |_| fake.has_written("child", ""));
    assert!(started.elapsed() < HANG);
    let Error::Timeout { limit: reported, failure } = error else { panic!("{error:?}") };
    assert_eq!(reported, limit);
    assert_eq!(failure.stdout, b"before\n");
    fake.assert_gone("child");
    fake.assert_gone("grandchild");
}

#[test]
fn a_timeout_holds_against_endless_output_and_ignored_signals() {
    let fake = Fake::new("trap '' INT TERM HUP; echo $$ > child; while :; do echo y; done");
    let started = Instant::now();
    let call = |limit| fake.docker.command(["x"]).timeout(limit).call().unwrap_err();
    let (_, error) = fake.stopped(call, |_| fake.has_written("child", ""));
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(started.elapsed() < HANG);
    fake.assert_gone("child");
}

#[test]
fn the_default_timeout_is_for_calls_and_not_for_streams() {
    let fake = Fake::new("sleep 1; echo late");
    let docker = fake.docker.clone().timeout(Duration::from_millis(200));
    assert!(matches!(docker.command(["x"]).call(), Err(Error::Timeout { .. })));
    let lines: Vec<_> = docker.command(["x"]).stream().unwrap().map(Result::unwrap).collect();
    assert_eq!(lines[0].text(), "late");
}

#[test]
fn a_grandchild_that_holds_the_pipes_does_not_delay_the_end() {
    let fake = Fake::new("sleep 600 & echo $! > grandchild; echo done");
    let started = Instant::now();
    let output = fake.docker.command(["x"]).call().unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(started.elapsed() < HANG);
    fake.assert_gone("grandchild");
}

#[test]
fn a_grandchild_in_another_session_does_not_delay_the_end_either() {
    let fake = Fake::new("setsid sleep 600 & echo done");
    let started = Instant::now();
    let output = fake.docker.command(["x"]).call().unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(started.elapsed() < HANG);
}

#[test]
fn a_grandchild_that_prints_endlessly_does_not_delay_the_end() {
    let fake = Fake::new("setsid timeout 600 cat /dev/zero & exit 0");
    let started = Instant::now();
    for line in fake.docker.command(["x"]).stream().unwrap() {
        line.unwrap();
    }
    assert!(started.elapsed() < HANG);
}

#[test]
fn dropping_a_stream_kills_the_group() {
    let fake = Fake::new("sleep 600 & echo $! > grandchild; echo $$ > child; echo ready; wait");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    assert_eq!(lines.next().unwrap().unwrap().text(), "ready");
    let started = Instant::now();
    drop(lines);
    assert!(started.elapsed() < HANG);
    fake.assert_gone("child");
    fake.assert_gone("grandchild");
}

#[test]
fn a_stream_is_cancelled_from_another_thread() {
    let fake = Fake::new("sleep 600 & echo $! > grandchild; echo ready; wait");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    let canceller = lines.canceller();
    assert_eq!(lines.next().unwrap().unwrap().text(), "ready");
    let started = Instant::now();
    let cancelling = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        canceller.cancel();
    });
    assert!(matches!(lines.next(), Some(Err(Error::Cancelled(_)))));
    assert!(lines.next().is_none());
    assert!(started.elapsed() < HANG);
    cancelling.join().unwrap();
    fake.assert_gone("grandchild");
}

#[test]
fn calls_are_cancelled_and_later_ones_do_not_start() {
    let fake = Fake::new("echo $$ > child; sleep 600");
    let canceller = Canceller::new();
    let docker = fake.docker.clone().cancelled_by(canceller.clone());
    let running = thread::spawn({
        let docker = docker.clone();
        move || docker.command(["x"]).call()
    });
    wait_for(&fake.path("child"));
    canceller.cancel();
    assert!(matches!(running.join().unwrap(), Err(Error::Cancelled(_))));
    fake.assert_gone("child");
    fs::remove_file(fake.path("child")).unwrap();
    assert!(matches!(docker.command(["x"]).call(), Err(Error::Cancelled(_))));
    assert!(!fake.path("child").exists());
}

#[test]
fn a_stopped_run_removes_its_container() {
    let fake = Fake::new(
        r#"echo "$@" >> calls
case "$*" in
  *"container run"*) echo $$ > child; sleep 600 ;;
  *"container ls"*) echo abc123 ;;
esac"#,
    );
    let run = fake.docker.container().run("alpine").program(["sleep", "9"]);
    let (_, error) = fake.stopped(
        |limit| run.clone().timeout(limit).call().unwrap_err(),
        |error| fake.has_written("child", "") && has_left_nothing(error),
    );
    let Error::Timeout { failure, .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.leftover, None);
    fake.assert_gone("child");
    let calls = fs::read_to_string(fake.path("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    let label = calls[0]
        .strip_prefix("container run --label=")
        .and_then(|rest| rest.strip_suffix(" alpine sleep 9"))
        .unwrap();
    assert!(calls[1].ends_with(&format!("--filter=label={label}")), "{}", calls[1]);
    assert_eq!(calls[2], "container rm --force --volumes abc123");
    assert_eq!(calls.len(), 3);
}

#[test]
fn a_dropped_run_ends_before_its_container_is_removed() {
    let fake = Fake::new(
        r#"case "$*" in
  *"container run"*) echo $$ > child; sleep 600 ;;
  *"container ls"*) kill -0 $(cat child) && : > alive; echo abc123 ;;
  *"container rm"*) : > removed ;;
esac"#,
    );
    let stream = fake.docker.container().run("alpine").stream().unwrap();
    wait_for(&fake.path("child"));
    drop(stream);
    assert!(fake.path("removed").exists() && !fake.path("alive").exists());
}

#[test]
fn a_container_that_appears_late_is_removed_too() {
    let fake = Fake::new(
        r#"echo "$*" >> calls
case "$*" in
  *"container run"*) sleep 600 ;;
  *"container ls"*) [ -e once ] && echo abc123; : > once ;;
esac"#,
    );
    let run = fake.docker.container().run("alpine");
    let (_, error) = fake.stopped(
        |limit| run.clone().timeout(limit).call().unwrap_err(),
        |error| fake.has_written("calls", " alpine") && has_left_nothing(error),
    );
    assert_eq!(error.failure().unwrap().leftover, None);
    let calls = fs::read_to_string(fake.path("calls")).unwrap();
    assert_eq!(calls.lines().nth(3), Some("container rm --force --volumes abc123"), "{calls}");
}

#[test]
fn a_run_that_created_no_container_leaves_none() {
    let fake = Fake::new(r#"case "$*" in *"container run"*) sleep 600 ;; esac"#);
    let run = fake.docker.container().run("alpine");
    let (_, error) =
        fake.stopped(|limit| run.clone().timeout(limit).call().unwrap_err(), has_left_nothing);
    assert_eq!(error.failure().unwrap().leftover, None);
}

/// Docker goes on where the shell runs, and may create the container after it was looked for.
#[test]
fn a_run_behind_a_shell_may_leave_a_container_that_is_not_there_yet() {
    let fake = Fake::new(r#"case "$*" in *"container run"*) sleep 600 ;; esac"#);
    let docker = fake.docker.clone().through_shell([SSH, "host"]);
    let run = docker.container().run("alpine").timeout(Duration::from_millis(500));
    let failure = run.call().unwrap_err();
    let failure = failure.failure().unwrap();
    let leftover = failure.leftover.as_ref().unwrap();
    let remote = failure.command.words().last().unwrap().to_string_lossy();
    assert!(remote.contains(&format!("--label={leftover}")), "{remote}");
}

/// Whether the container was removed while the call waited for that.
fn has_left_nothing(error: &Error) -> bool {
    error.failure().is_some_and(|failure| failure.leftover.is_none())
}

/// The value of `--label` in the command line of a run, which finds its container.
fn label(error: &Error) -> String {
    let words = error.failure().unwrap().command.words();
    let label = words.iter().find_map(|word| word.to_str()?.strip_prefix("--label="));
    label.unwrap().to_owned()
}

/// A docker that does not answer, as with a daemon that hangs.
fn hanging() -> Fake {
    Fake::new("exec sleep 600")
}

#[test]
fn a_hanging_docker_does_not_delay_a_timeout() {
    let fake = hanging();
    let run = fake.docker.container().run("alpine");
    let started = Instant::now();
    let error = run.timeout(Duration::from_secs(1)).call().unwrap_err();
    assert!(started.elapsed() < HANG);
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(error.failure().unwrap().leftover, Some(label(&error)));
    let left = format!("its container may still exist, with the label {}", label(&error));
    assert_eq!(error.to_string(), format!("timed out after 1s (no error output); {left}"));
    assert_eq!(format!("{error:#}").lines().last(), Some(format!("  {left}").as_str()));
}

#[test]
fn a_hanging_docker_does_not_delay_a_cancellation() {
    let fake = hanging();
    let mut stream = fake.docker.container().run("alpine").stream().unwrap();
    stream.canceller().cancel();
    let started = Instant::now();
    let error = stream.next().unwrap().unwrap_err();
    assert!(started.elapsed() < HANG);
    assert!(matches!(error, Error::Cancelled(_)), "{error:?}");
    assert_eq!(error.failure().unwrap().leftover, Some(label(&error)));
}

#[test]
fn a_hanging_docker_does_not_delay_the_drop_of_a_stream() {
    let fake = hanging();
    let stream = fake.docker.container().run("alpine").stream().unwrap();
    let started = Instant::now();
    drop(stream);
    assert!(started.elapsed() < HANG);
}

#[test]
fn a_slow_docker_removes_the_container_later() {
    let fake = Fake::new(
        r#"case "$*" in
  *"container run"*) sleep 600 ;;
  *"container ls"*) sleep 6; echo abc123 ;;
  *"container rm"*) echo "$*" > removed ;;
esac"#,
    );
    let run = fake.docker.container().run("alpine").timeout(Duration::from_millis(500));
    let error = run.call().unwrap_err();
    assert_eq!(error.failure().unwrap().leftover, Some(label(&error)));
    assert!(!fake.path("removed").exists());
    wait_for(&fake.path("removed"));
}

#[test]
fn a_container_that_cannot_be_removed_is_named() {
    for failing in ["ls", "rm"] {
        let fake = Fake::new(&format!(
            r#"case "$*" in
  *"container run"*) sleep 600 ;;
  *"container {failing}"*) exit 1 ;;
  *"container ls"*) echo abc123 ;;
esac"#
        ));
        let run = fake.docker.container().run("alpine").timeout(Duration::from_millis(500));
        let error = run.call().unwrap_err();
        assert_eq!(error.failure().unwrap().leftover, Some(label(&error)), "{failing}");
    }
}

#[test]
fn a_run_given_by_its_words_removes_its_container() {
    let fake = Fake::new(
        r#"echo "$*" >> calls
case "$*" in
  *" run "*) sleep 600 ;;
  *"container ls"*) echo abc123 ;;
esac"#,
    );
    let run = fake.docker.command(["--debug", "run", "alpine", "run"]);
    let (_, error) = fake.stopped(
        |limit| run.clone().timeout(limit).call().unwrap_err(),
        |error| fake.has_written("calls", " alpine run") && has_left_nothing(error),
    );
    assert_eq!(error.failure().unwrap().leftover, None);
    let calls = fs::read_to_string(fake.path("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    let label = label(&error);
    assert_eq!(calls[0], format!("--debug run --label={label} alpine run"));
    assert!(calls[1].ends_with(&format!("--filter=label={label}")), "{}", calls[1]);
    assert_eq!(calls[2], "container rm --force --volumes abc123");
}

#[test]
fn a_run_that_ends_is_left_alone() {
    let fake = Fake::new(r#"echo "$1 $2" >> calls; exit 3"#);
    let error = fake.docker.container().run("alpine").call().unwrap_err();
    assert!(matches!(error, Error::Exit(_)), "{error:?}");
    assert_eq!(fs::read_to_string(fake.path("calls")).unwrap(), "container run\n");
}
