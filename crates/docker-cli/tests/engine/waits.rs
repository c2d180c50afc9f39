//! Waiting for containers on a real engine.

use std::io::{Read, Write};
use std::net::TcpStream;

use docker_cli::container::NotReady;

use super::*;
use crate::machine;

const ENOUGH: Duration = machine::HANG;

fn reason(error: Error) -> NotReady {
    let Error::NotReady(reason) = error else { panic!("{error:?}") };
    *reason
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_container_is_waited_for_until_it_is_ready() {
    let docker = docker();
    let script = "echo starting; sleep 0.5; echo ready; touch /ready; exec nc -l -p 8080";
    let web = docker
        .container()
        .run(image())
        .program(["sh", "-c", script])
        .health_cmd("test -e /ready")
        .health_interval(Duration::from_secs(1))
        .init()
        .detach()
        .guard()
        .unwrap();
    let wait = |limit| docker.container().wait_until(&web, limit);
    assert_eq!(wait(ENOUGH).prints("read").unwrap().text(), "ready");
    assert!(wait(ENOUGH).listens(8080).unwrap().state.running);
    assert_eq!(wait(ENOUGH).healthy().unwrap().state.is_healthy(), Some(true));

    let little = Duration::from_millis(200);
    let late = reason(wait(little).listens(80).unwrap_err());
    assert_eq!((late.found.as_str(), late.limit), ("found only 8080", Some(little)));
    assert_eq!(late.lines, ["starting", "ready"]);
    let never = reason(wait(ENOUGH).accepts(8080).unwrap_err());
    assert_eq!(never.found, "it is not published");

    docker.container().kill([&web]).call().unwrap();
    let ended = reason(wait(ENOUGH).prints("steady").unwrap_err());
    assert_eq!((ended.exit_code, ended.lines.len()), (Some(137), 2));
    let ended = reason(wait(ENOUGH).healthy().unwrap_err());
    assert_eq!((ended.exit_code, ended.limit), (Some(137), None));
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_published_port_is_waited_for_until_it_accepts_connections() {
    machine::in_network(accepts);
}

fn accepts() {
    let docker = docker();
    // Docker's proxy accepts connections from the beginning.
    let script = "sleep 1; exec nc -ll -p 8080 -e cat";
    let run = docker.container().run(image()).program(["sh", "-c", script]).init();
    let web = run.publish("127.0.0.1::8080").detach().guard().unwrap();
    let address = docker.container().wait_until(&web, ENOUGH).accepts(8080).unwrap();
    assert!(address.ip().is_loopback(), "{address}");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hello");

    docker.container().kill([&web]).call().unwrap();
    let ended = reason(docker.container().wait_until(&web, ENOUGH).accepts(8080).unwrap_err());
    assert_eq!(ended.exit_code, Some(137));
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_container_that_is_unhealthy_says_why() {
    let docker = docker();
    let sick = docker
        .container()
        .run(image())
        .program(["sleep", "600"])
        .health_cmd("echo no answer; exit 1")
        .health_interval(Duration::from_secs(1))
        .health_retries(1)
        .detach()
        .guard()
        .unwrap();
    let reason = reason(docker.container().wait_until(&sick, ENOUGH).healthy().unwrap_err());
    assert_eq!((reason.limit, reason.exit_code), (None, None));
    assert_eq!(reason.found, "the last one exited with 1: no answer");
}
