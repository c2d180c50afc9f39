//! Input and output of docker, with a shell script in its place.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Docker, DockerCommand, Error, Source};
use fake::{Fake, HANG, wait_for};

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
    let program = failure.command.words()[0].display();
    assert_eq!(error.to_string(), "docker failed: something new");
    assert_eq!(
        format!("{error:#}"),
        format!(
            "docker failed: something new\n  command: {program} volume frob 'a b'\n  exit status: 1"
        )
    );
}

#[test]
fn a_call_without_output_says_so() {
    let fake = Fake::new("exec sleep 600");
    let error = fake.docker.command(["x"]).timeout(Duration::from_millis(100)).call().unwrap_err();
    assert_eq!(error.to_string(), "timed out after 100ms (no error output)");
}

#[test]
fn an_error_is_one_line_and_has_details_on_demand() {
    let program = Fake::new("echo first >&2; echo 'last words' >&2; exit 3");
    let run = program.docker.container().run("app").call().unwrap_err();
    assert_eq!(run.to_string(), "the program in the container failed (exit status: 3): last words");
    let long = format!("{run:#}");
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[..2], ["the program in the container failed: first", "last words"]);
    assert!(lines[2].starts_with("  command: ") && lines[3] == "  exit status: 3", "{long}");

    let two = Fake::new(
        "echo 'Error response from daemon: No such container: a' >&2
echo 'Error response from daemon: No such container: b' >&2; exit 1",
    );
    let missing = two.docker.container().rm(["a", "b"]).call().unwrap_err();
    assert_eq!(missing.to_string(), "no such container `a`");
    let long = format!("{missing:#}");
    assert!(long.contains("No such container: a\nNo such container: b\n  command: "), "{long}");

    let odd = Fake::new("printf 'one\\ntwo\\n'");
    let unexpected = odd.docker.container().create("app").call().unwrap_err();
    assert_eq!(
        unexpected.to_string(),
        "the output of `docker container create` is not a container identifier"
    );
    assert!(format!("{unexpected:#}").contains("\n  command: "), "{unexpected:#}");
    let absent = Docker::new().program("/nowhere/docker").ping().unwrap_err();
    assert_eq!(absent.to_string(), "`/nowhere/docker` is not installed or not on the PATH");
    assert!(format!("{absent:#}").contains("\n  command: /nowhere/docker version "), "{absent:#}");
}

/// The program may imitate docker's messages.
#[test]
fn a_program_of_a_raw_run_or_exec_is_not_docker() {
    let fake = Fake::new("echo 'Error: No such container: x' >&2; exit 2");
    for words in [
        &["run", "app"][..],
        &["container", "run", "app"],
        &["--host=x", "exec", "web", "app"],
        &["compose", "--file", "a.yml", "exec", "web", "app"],
        &["compose", "run", "web"],
        &["attach", "web"],
    ] {
        let error = fake.docker.command(words).call().unwrap_err();
        assert!(matches!(error, Error::Exit(_)), "{words:?}: {error:?}");
        let error = fake.docker.command(words).stream().unwrap().last().unwrap().unwrap_err();
        assert!(matches!(error, Error::Exit(_)), "{words:?}: {error:?}");
    }
    let error = fake.docker.command(["container", "inspect", "x"]).call().unwrap_err();
    assert!(matches!(error, Error::NoSuch { .. }), "{error:?}");
}

#[test]
fn an_invalid_name_becomes_an_error() {
    fn parse(text: &str) -> Result<docker_cli::VolumeName, Error> {
        Ok(text.parse()?)
    }
    assert_eq!(
        parse("a/b").unwrap_err().to_string(),
        "`a/b` is not a volume name: use at least two letters, digits, `_`, `.` and `-`, the first \
         one a letter or digit"
    );
}

#[test]
fn a_failed_stream_keeps_the_end_of_standard_error() {
    let fake = Fake::new("seq 1 30000 >&2; exit 1");
    let error = fake.docker.command(["x"]).stream().unwrap().last().unwrap().unwrap_err();
    let all: String = (1..=30000).map(|number| format!("{number}\n")).collect();
    let stderr = &error.failure().unwrap().stderr;
    assert_eq!(stderr.len(), 64 << 10);
    assert_eq!(*stderr, all.as_bytes()[all.len() - (64 << 10)..]);
}

#[test]
fn standard_input_is_empty_unless_given() {
    let fake = Fake::new("wc -c");
    let size = |command: docker_cli::Raw| {
        command.timeout(HANG).call().unwrap().stdout_text().trim().to_owned()
    };
    assert_eq!(size(fake.docker.command(["x"])), "0");
    assert_eq!(size(fake.docker.command(["x"]).stdin(vec![b'a'; 3_000_000])), "3000000");
    fs::write(fake.path("input"), "four").unwrap();
    assert_eq!(size(fake.docker.command(["x"]).stdin(fake.path("input"))), "4");
}

#[test]
fn input_that_is_not_read_is_no_error() {
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
    let output = fake.docker.command(["x"]).timeout(HANG).call().unwrap();
    assert_eq!(output.stdout.len(), 20_000_003);
    assert_eq!(output.stderr.len(), 20_000_000);
}

#[test]
fn a_stream_returns_lines_as_they_arrive() {
    let fake = Fake::new("echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three; sleep 600");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    let started = Instant::now();
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stdout, "one"));
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stderr, "two"));
    assert!(started.elapsed() < HANG);
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
fn a_line_without_end_comes_in_pieces() {
    let fake = Fake::new("head -c 3000000 /dev/zero");
    let lines: Vec<_> = fake.docker.command(["x"]).stream().unwrap().map(Result::unwrap).collect();
    assert_eq!(lines.iter().map(|line| line.bytes.len()).sum::<usize>(), 3_000_000);
    assert!(lines.len() > 1 && lines.iter().all(|line| line.bytes.len() < 1_100_000));
}

#[test]
fn a_busy_stream_does_not_hide_the_other_one() {
    let fake = Fake::new(
        "(until [ -e go ]; do sleep 0.01; done; echo err >&2; echo x >done) & exec cat /dev/zero",
    );
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    assert_eq!(lines.next().unwrap().unwrap().source, Source::Stdout);
    fs::write(fake.path("go"), "").unwrap();
    wait_for(&fake.path("done"));
    // Now both streams have something to read.
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stderr, "err"));
}

#[test]
fn a_slow_reader_gets_what_is_in_the_pipe_after_the_end() {
    // The process in the background keeps the pipe open, and is killed.
    let fake = Fake::new("seq 1 10000; sleep 600 & exit 0");
    let mut lines = fake.docker.command(["x"]).stream().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(lines.next().unwrap().unwrap().text(), "1");
    thread::sleep(Duration::from_millis(500));
    let rest: Vec<String> = lines.map(|line| line.unwrap().to_string()).collect();
    assert_eq!(rest, (2..=10000).map(|number| number.to_string()).collect::<Vec<_>>());
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
fn an_answer_that_is_not_json_is_kept() {
    let fake = Fake::new("echo 'WARNING: <html>'");
    let error = fake.docker.version().unwrap_err();
    assert!(
        matches!(&error, Error::Json { text, .. } if text.reveal() == "WARNING: <html>"),
        "{error:?}"
    );
}

#[test]
fn an_error_keeps_the_beginning_of_a_long_answer() {
    let fake = Fake::new("printf '<%01000d' 0");
    let error = fake.docker.version().unwrap_err();
    let expected = format!("<{}", "0".repeat(499));
    assert!(matches!(&error, Error::Json { text, .. } if text.reveal() == expected), "{error:?}");
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
