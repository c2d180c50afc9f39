//! How docker is run, with a shell script in its place.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, Command, Docker, Error, Source};
use tempfile::TempDir;

/// Far above what an immediate end takes on a busy machine, far below the sleeps in the scripts.
const SOON: Duration = Duration::from_secs(3);

/// A docker whose program is this script.
struct Fake {
    directory: TempDir,
    docker: Docker,
}

impl Fake {
    fn new(script: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let docker = Docker::new()
            .program(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake/docker"))
            .env("FAKE_DIRECTORY", directory.path())
            .env("FAKE_SCRIPT", script);
        Self { directory, docker }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Asserts that the process whose number the script wrote into this file is gone.
    fn assert_gone(&self, file: &str) {
        let pid = fs::read_to_string(self.path(file)).unwrap();
        let started = Instant::now();
        while is_alive(pid.trim()) {
            assert!(started.elapsed() < SOON, "process {pid} is still there");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn is_alive(pid: &str) -> bool {
    let state = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    // A zombie is gone, and waits only for whoever adopted it.
    state.is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.trim_start().starts_with('Z'))
}

fn wait_for(path: &Path) {
    let started = Instant::now();
    while !fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n')) {
        assert!(started.elapsed() < Duration::from_secs(10), "{} never came", path.display());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn output_keeps_both_streams_and_the_status() {
    let fake = Fake::new("echo out; echo err >&2; exit 7");
    let output = fake.docker.command(["anything"]).output().unwrap();
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn a_call_that_fails_says_what_was_run() {
    let fake = Fake::new("echo 'something new' >&2; exit 1");
    let error = fake.docker.command(["volume", "frob", "a b"]).call().unwrap_err();
    let Error::Failed(failure) = &error else { panic!("{error:?}") };
    assert_eq!(failure.message, "something new");
    assert!(error.to_string().contains("docker volume frob 'a b'"), "{error}");
}

#[test]
fn standard_input_is_empty_unless_given() {
    let fake = Fake::new("wc -c");
    let size = |command: docker_cli::Raw| {
        command.timeout(SOON).call().unwrap().stdout_text().trim().to_owned()
    };
    assert_eq!(size(fake.docker.command(["x"])), "0");
    assert_eq!(size(fake.docker.command(["x"]).stdin(vec![b'a'; 3_000_000])), "3000000");
    fs::write(fake.path("input"), "four").unwrap();
    assert_eq!(size(fake.docker.command(["x"]).stdin(fake.path("input"))), "4");
}

#[test]
fn input_that_nobody_reads_is_no_error() {
    let fake = Fake::new("echo 'Loaded image: a:latest'");
    let loaded = fake.docker.image().load(vec![0; 3_000_000]).call().unwrap();
    assert_eq!(loaded, ["a:latest"]);
}

#[test]
fn a_missing_input_file_is_named() {
    let fake = Fake::new("exit 0");
    let error = fake.docker.image().load(fake.path("no.tar")).call().unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("no.tar"), "{error}");
}

#[test]
fn huge_output_on_both_streams_does_not_block() {
    let fake = Fake::new(
        "head -c 20000000 /dev/zero & head -c 20000000 /dev/zero >&2 & wait; printf end; exit 0",
    );
    let output = fake.docker.command(["x"]).timeout(Duration::from_secs(60)).call().unwrap();
    assert_eq!(output.stdout.len(), 20_000_003);
    assert_eq!(output.stderr.len(), 20_000_000);
}

#[test]
fn a_timeout_takes_grandchildren_along() {
    let fake = Fake::new("echo before; sleep 60 & echo $! > grandchild; echo $$ > child; wait");
    let started = Instant::now();
    let limit = Duration::from_millis(300);
    let error = fake.docker.command(["x"]).timeout(limit).call().unwrap_err();
    assert!(started.elapsed() < SOON);
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
    let error = fake.docker.command(["x"]).timeout(Duration::from_millis(300)).call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(started.elapsed() < SOON);
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
    let fake = Fake::new("sleep 60 & echo $! > grandchild; echo done");
    let started = Instant::now();
    let output = fake.docker.command(["x"]).call().unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(started.elapsed() < SOON);
    fake.assert_gone("grandchild");
}

#[test]
fn not_even_one_in_another_session() {
    let fake = Fake::new("setsid sleep 5 & echo done");
    let started = Instant::now();
    let output = fake.docker.command(["x"]).call().unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(started.elapsed() < SOON);
}

#[test]
fn a_stream_gives_lines_while_they_come() {
    let fake = Fake::new("echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three; sleep 60");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    let started = Instant::now();
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stdout, "one"));
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stderr, "two"));
    assert!(started.elapsed() < SOON);
}

#[test]
fn a_stream_ends_with_the_error() {
    let fake = Fake::new("printf unfinished; echo 'Error: No such object: x' >&2; exit 1");
    let items: Vec<_> = fake.docker.command(["x"]).stream().unwrap().collect();
    let lines: Vec<_> = items.iter().filter_map(|item| item.as_ref().ok()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().any(|line| line.text() == "unfinished"));
    assert!(matches!(items.last(), Some(Err(Error::NoSuch { name, .. })) if name == "x"));
}

#[test]
fn dropping_a_stream_kills_the_group() {
    let fake = Fake::new("sleep 60 & echo $! > grandchild; echo $$ > child; echo ready; wait");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    assert_eq!(lines.next().unwrap().unwrap().text(), "ready");
    let started = Instant::now();
    drop(lines);
    assert!(started.elapsed() < SOON);
    fake.assert_gone("child");
    fake.assert_gone("grandchild");
}

#[test]
fn a_stream_is_cancelled_from_another_thread() {
    let fake = Fake::new("sleep 60 & echo $! > grandchild; echo ready; wait");
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
    assert!(started.elapsed() < SOON);
    cancelling.join().unwrap();
    fake.assert_gone("grandchild");
}

#[test]
fn calls_are_cancelled_and_later_ones_do_not_start() {
    let fake = Fake::new("echo $$ > child; sleep 60");
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
fn a_line_without_end_comes_in_pieces() {
    let fake = Fake::new("head -c 3000000 /dev/zero");
    let lines: Vec<_> = fake.docker.command(["x"]).stream().unwrap().map(Result::unwrap).collect();
    assert_eq!(lines.iter().map(|line| line.bytes.len()).sum::<usize>(), 3_000_000);
    assert!(lines.len() > 1 && lines.iter().all(|line| line.bytes.len() < 1_100_000));
}

#[test]
fn a_slow_reader_loses_nothing() {
    let fake = Fake::new("seq 1 3000");
    let mut seen = 0;
    for line in fake.docker.command(["x"]).stream().unwrap() {
        seen += 1;
        assert_eq!(line.unwrap().text(), seen.to_string());
        if seen % 1000 == 0 {
            thread::sleep(Duration::from_millis(300));
        }
    }
    assert_eq!(seen, 3000);
}

#[test]
fn a_stopped_run_removes_its_container() {
    let fake = Fake::new(
        r#"echo "$@" >> calls
case "$*" in
  *"container run"*) echo $$ > child; sleep 60 ;;
  *"container ls"*) echo '{"ID":"abc123"}' ;;
esac"#,
    );
    let run = fake.docker.container().run("alpine").program(["sleep", "9"]);
    let error = run.timeout(Duration::from_millis(300)).call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    fake.assert_gone("child");
    let calls = fs::read_to_string(fake.path("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    let label = calls[0]
        .strip_prefix("container run --label=")
        .and_then(|rest| rest.strip_suffix(" alpine sleep 9"))
        .unwrap();
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

#[test]
fn an_answer_that_is_not_json_is_shown() {
    let fake = Fake::new("echo 'WARNING: <html>'");
    let error = fake.docker.version().unwrap_err();
    assert!(matches!(&error, Error::Json { text, .. } if text == "WARNING: <html>"), "{error:?}");
}

#[test]
fn a_status_counts_before_the_answer() {
    let fake = Fake::new(
        "echo '[]'; echo 'Error response from daemon: get x: no such volume' >&2; exit 1",
    );
    assert!(fake.docker.volume().find("x").unwrap().is_none());
}

#[test]
fn a_missing_program_is_named() {
    let docker = Docker::new().program("/nowhere/docker");
    let error = docker.ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/docker")
    );

    let error = Docker::new().through(["/nowhere/wrapper"]).ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/wrapper")
    );

    let error = docker.through(["env"]).ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/docker")
    );
}

#[test]
fn the_environment_is_what_was_asked_for() {
    let fake = Fake::new("env");
    let environment =
        |docker: &Docker| docker.command(["x"]).call().unwrap().stdout_text().into_owned();
    let text = environment(&fake.docker.clone().env("DOCKER_CONFIG", "/c").env_remove("HOME"));
    assert!(text.contains("DOCKER_CONFIG=/c\n") && !text.contains("\nHOME="), "{text}");

    let cleared = fake.docker.clone().env_clear().env("FAKE_DIRECTORY", "/");
    let text = environment(&cleared.env("FAKE_SCRIPT", "/usr/bin/env"));
    assert!(text.contains("FAKE_SCRIPT") && !text.contains("CARGO"), "{text}");
}

#[test]
fn a_wrapper_and_global_flags_come_before_the_command() {
    let fake = Fake::new(r#"printf '%s\n' "$A" "$@""#);
    let docker = fake.docker.clone().through(["env", "A=b"]).host("tcp://h:1");
    let output = docker.command(["ps", "--all"]).call().unwrap();
    assert_eq!(output.stdout_text(), "b\n--host\ntcp://h:1\nps\n--all\n");
}

#[test]
fn saving_writes_the_file_when_it_is_complete() {
    let fake = Fake::new(r#"echo archive; [ "$3" != broken ]"#);
    let path = fake.path("a.tar");
    fake.docker.image().save(["fine"]).to(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "archive\n");
    fake.docker.image().save(["broken"]).to(&path).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), "archive\n");
    assert_eq!(fs::read_dir(fake.directory.path()).unwrap().count(), 1);
}
