//! Waiting for containers, with a shell script in docker's place.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use docker_cli::container::NotReady;
use docker_cli::{Error, Source};
use fake::Fake;

/// Far above what a few calls of a script take.
const ENOUGH: Duration = fake::HANG;
const LITTLE: Duration = Duration::from_millis(300);

/// A docker whose first look at the container shows `first`, and each later one `then`.
fn changing(first: &str, then: &str, other: &str) -> Fake {
    Fake::new(&format!(
        r#"case "$*" in
  "container inspect"*)
    if [ -e looked ]; then printf '%s\n' '{then}'; else : > looked; printf '%s\n' '{first}'; fi ;;
  "container logs"*"--tail=10"*) echo starting; echo 'out of luck' >&2 ;;
  {other}
esac"#
    ))
}

fn container(state: &str) -> String {
    format!(r#"{{"Id":"abc123","State":{{{state}}}}}"#)
}

fn reason(error: Error) -> NotReady {
    let Error::NotReady(reason) = error else { panic!("{error:?}") };
    *reason
}

const RUNNING: &str = r#""Status":"running","Running":true"#;

fn health(status: &str, code: i32) -> String {
    container(&format!(
        r#"{RUNNING},"Health":{{"Status":"{status}","Log":[{{"ExitCode":0,"Output":""}},{{"ExitCode":{code},"Output":"no answer\n"}}]}}"#
    ))
}

#[test]
fn a_container_is_waited_for_until_it_is_healthy() {
    let fake = changing(&health("starting", 1), &health("healthy", 0), "");
    let found = fake.docker.container().wait_until("web", ENOUGH).healthy().unwrap();
    assert_eq!((found.id.as_str(), found.state.is_healthy()), ("abc123", Some(true)));
}

#[test]
fn a_container_that_does_not_become_healthy_is_described() {
    let starting = health("starting", 1);
    let fake = changing(&starting, &starting, "");
    let wait = || fake.docker.container();
    let late = reason(wait().wait_until("web", LITTLE).healthy().unwrap_err());
    assert_eq!((late.limit, late.exit_code), (Some(LITTLE), None));
    assert_eq!(late.lines, ["starting", "out of luck"]);
    assert_eq!(
        late.to_string(),
        "container `web` is not ready after 300ms: waited for a successful health check, but the last \
         one exited with 1: no answer"
    );

    let fake = changing(&starting, &health("unhealthy", 1), "");
    let bad = reason(fake.docker.container().wait_until("web", ENOUGH).healthy().unwrap_err());
    assert_eq!((bad.limit, bad.found.as_str()), (None, "the last one exited with 1: no answer"));

    let fake = changing(&container(RUNNING), &container(RUNNING), "");
    let none = reason(fake.docker.container().wait_until("web", ENOUGH).healthy().unwrap_err());
    assert_eq!(none.found, "it has no health check");

    let ended = container(r#""Status":"exited","ExitCode":3"#);
    let fake = changing(&starting, &ended, "");
    let ended = reason(fake.docker.container().wait_until("web", ENOUGH).healthy().unwrap_err());
    assert_eq!(ended.exit_code, Some(3));
    assert_eq!(
        format!("{ended:#}"),
        "container `web` ended with exit status 3: waited for a successful health check, but its last \
         line was `out of luck`\n  starting\n  out of luck"
    );

    let fake = Fake::new("echo 'Error: No such container: web' >&2; exit 1");
    let error = fake.docker.container().wait_until("web", ENOUGH).healthy().unwrap_err();
    assert!(matches!(error, Error::NoSuch { .. }), "{error:?}");
}

#[test]
fn a_line_is_waited_for() {
    let logs =
        r#""container logs --follow web") echo starting; echo 'now ready' >&2; exec sleep 600 ;;"#;
    let fake = changing(&container(RUNNING), &container(RUNNING), logs);
    let line = fake.docker.container().wait_until("web", ENOUGH).prints("ready").unwrap();
    assert_eq!((line.source, line.text().as_ref()), (Source::Stderr, "now ready"));
    let mut lines = 0;
    let wait = fake.docker.container().wait_until("web", ENOUGH);
    let line = wait.prints_line(|_| std::mem::replace(&mut lines, 1) == 1).unwrap();
    assert_eq!(line.text(), "now ready");

    let prints = |limit| {
        let wait = fake.docker.container().wait_until("web", limit);
        reason(wait.prints("done").unwrap_err())
    };
    let (limit, late) = fake.stopped(prints, |late| late.lines.len() == 2);
    assert_eq!((late.awaited.as_str(), late.limit), ("a line with `done`", Some(limit)));
    assert_eq!(late.lines, ["starting", "now ready"]);
}

#[test]
fn a_container_that_ends_without_the_line_is_an_error_at_once() {
    let logs = r#""container logs --follow web") seq 1 20 ;;"#;
    let ended = container(r#""Status":"exited","ExitCode":137"#);
    // It is waited for while it is only created.
    let created = container(r#""Status":"created""#);
    let fake = changing(&created, &ended, logs);
    let error = fake.docker.container().wait_until("web", ENOUGH).prints("x").unwrap_err();
    let lines: Vec<String> = (11..=20).map(|number| number.to_string()).collect();
    let ended = reason(error);
    assert_eq!((ended.exit_code, ended.lines), (Some(137), lines));
}

#[test]
fn a_program_is_waited_for_until_it_listens() {
    let exec = r#""container exec abc123 cat /proc/net/tcp /proc/net/tcp6")
    echo '  sl  local_address rem_address   st tx_queue'
    echo '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000'
    if [ -e asked ]; then echo '   1: 00000000:0050 00000000:0000 0A 00000000:00000000'; fi
    : > asked
    echo "cat: can't open '/proc/net/tcp6': No such file or directory" >&2; exit 1 ;;"#;
    let fake = changing(&container(r#""Status":"created""#), &container(RUNNING), exec);
    let wait = |limit| fake.docker.container().wait_until("web", limit);
    assert_eq!(wait(ENOUGH).listens(80).unwrap().id.as_str(), "abc123");
    let late = reason(wait(LITTLE).listens(81).unwrap_err());
    assert_eq!(late.awaited, "a program that listens on port 81");
    assert_eq!(late.found, "found only 80, 8080");

    let exec = r#""container exec"*)
    echo 'OCI runtime exec failed: exec failed: unable to start container process: exec: "cat": executable file not found in $PATH: unknown'; exit 127 ;;"#;
    let fake = changing(&container(RUNNING), &container(RUNNING), exec);
    let error = fake.docker.container().wait_until("web", ENOUGH).listens(80).unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
}

#[test]
fn a_published_port_is_waited_for() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let with_port = format!(
        r#"{{"Id":"abc123","State":{{{RUNNING}}},"NetworkSettings":{{"Ports":{{"80/tcp":[{{"HostIp":"0.0.0.0","HostPort":"{}"}}]}}}}}}"#,
        address.port()
    );
    let fake = changing(&container(r#""Status":"created""#), &with_port, "");
    let wait = |limit| fake.docker.container().wait_until("web", limit);
    assert_eq!(wait(ENOUGH).accepts(80).unwrap(), address);
    drop(listener);
    let late = reason(wait(LITTLE).accepts(80).unwrap_err());
    assert!(late.found.starts_with(&format!("{address} does not answer: ")), "{late}");
    let never = reason(wait(ENOUGH).accepts(81).unwrap_err());
    assert_eq!((never.found.as_str(), never.limit), ("it is not published", None));
}
