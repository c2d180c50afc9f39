//! Objects of a swarm and others without a typed result: missing, taken or in use.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::*;
use crate::daemon::Daemon;
use crate::machine;

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn objects_of_a_swarm_are_missing_taken_or_in_use() {
    let daemon = Daemon::start("swarm", "64m");
    let docker = daemon.docker();
    let init = docker.swarm().init().advertise_addr("127.0.0.1").listen_addr("127.0.0.1:2377");
    init.call().unwrap();
    are_missing(&docker);
    are_taken_or_in_use(&docker);
    a_volume_of_another_driver_has_the_name(&daemon);
}

/// Asserts that a name is taken, and that what a service uses cannot be removed.
fn are_taken_or_in_use(docker: &Docker) {
    let (secret, config) = (docker.secret(), docker.config());
    let create = || secret.create("taken").file("-").stdin(b"x");
    create().call().unwrap();
    is_taken(&create().call());
    let create = || config.create("taken", "-").stdin(b"x");
    create().call().unwrap();
    is_taken(&create().call());
    let create = || {
        let create = docker.service().create("none").name("taken").detach().no_resolve_image();
        create.secret("taken").config("taken")
    };
    create().call().unwrap();
    is_taken(&create().call());
    for error in
        [secret.rm(["taken"]).call().unwrap_err(), config.rm(["taken"]).call().unwrap_err()]
    {
        assert!(matches!(error, Error::InUse(_)), "{error:?}");
    }
}

/// Asserts that each kind of object is looked for, in vain.
fn are_missing(docker: &Docker) {
    use ObjectKind::{Config, Network, Node, Secret, Service, Stack, Volume};
    let service = docker.service();
    let create = || service.create("none").detach().no_resolve_image();
    for (kind, result) in [
        (Service, service.inspect(["gone"]).call()),
        (Service, service.rm(["gone"]).call()),
        (Service, service.ps(["gone"]).call()),
        (Service, service.logs("gone").call()),
        (Service, service.rollback("gone").call()),
        (Node, docker.node().inspect(["gone"]).call()),
        (Node, docker.node().rm(["gone"]).call()),
        (Secret, docker.secret().inspect(["gone"]).call()),
        (Secret, docker.secret().rm(["gone"]).call()),
        (Secret, create().secret("gone").call()),
        (Config, docker.config().inspect(["gone"]).call()),
        (Config, docker.config().rm(["gone"]).call()),
        (Config, create().config("gone").call()),
        (Network, create().network("gone").call()),
        (Stack, docker.stack().ps("gone").call()),
    ] {
        is_missing(kind, &result);
    }
    // A manager's daemon has other words for volumes.
    assert!(docker.volume().find("gone").unwrap().is_none());
    is_missing(Volume, &docker.volume().rm(["gone"]).call());
}

#[track_caller]
fn is_missing<T: std::fmt::Debug>(kind: ObjectKind, result: &Result<T, Error>) {
    let is_missing = |error: &Error| match error {
        Error::NoSuch { kind: found, name, .. } => *found == kind && name.contains("gone"),
        _ => false,
    };
    assert!(result.as_ref().is_err_and(is_missing), "{kind}: {result:?}");
}

#[track_caller]
fn is_taken<T: std::fmt::Debug>(result: &Result<T, Error>) {
    assert!(matches!(result, Err(Error::Conflict(_))), "{result:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn contexts_and_manifests_are_missing_or_taken() {
    let (docker, name) = (docker(), name("context"));
    let contexts = docker.contexts();
    contexts.create(&name).call().unwrap();
    is_taken(&contexts.create(&name).call());
    contexts.rm([&name]).call().unwrap();
    is_missing(ObjectKind::Context, &contexts.rm(["gone"]).call());
    is_missing(ObjectKind::Manifest, &docker.manifest().rm(["gone"]).call());
    is_missing(ObjectKind::Manifest, &docker.manifest().push("gone").call());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn services_of_a_project_are_missing() {
    if !has_plugin("compose") {
        return;
    }
    let file = format!("services: {{web: {{image: {}}}}}\n", image());
    let compose = docker().compose().file("-").project_name(name("missing"));
    let stdin = || file.as_bytes();
    for result in [
        compose.logs().service("gone").stdin(stdin()).call(),
        compose.run("gone").stdin(stdin()).call(),
        compose.pull().service("gone").stdin(stdin()).call(),
    ] {
        is_missing(ObjectKind::Service, &result);
    }
    let error = compose.logs().service("gone").stdin(stdin()).lines().unwrap().next().unwrap();
    is_missing(ObjectKind::Service, &error);
}

/// Not on the engine: a daemon waits for a driver that is gone, whatever volume it looks for.
fn a_volume_of_another_driver_has_the_name(daemon: &Daemon) {
    let docker = daemon.docker();
    let driver = Driver::start(&format!("{}/odd.sock", daemon.plugins()));
    let volume = docker.volume();
    volume.create().name("taken").call().unwrap();
    is_taken(&volume.create().name("taken").driver("odd").call());
    is_missing(ObjectKind::Plugin, &volume.create().driver("gone").call());
    drop(driver);
}

/// A driver of volumes, where the engine runs, that has none and refuses nothing.
struct Driver {
    process: Child,
}

/// Its argument is the path of its socket.
const DRIVER: &str = r#"
    $| = 1;
    my $socket = IO::Socket::UNIX->new(Listen => 5, Local => shift) or die $!;
    print "ready\n";
    while (my $client = $socket->accept) {
        sysread $client, my $request, 9999;
        my $body = $request =~ /Activate/ ? '{"Implements": ["VolumeDriver"]}' : '{"Err": ""}';
        print $client join "\r\n", "HTTP/1.1 200 OK", "Content-Type: application/json",
            "Connection: close", "", $body;
        close $client;
    }
"#;

impl Driver {
    fn start(socket: &str) -> Self {
        let words = ["perl", "-MIO::Socket::UNIX", "-e", DRIVER, socket];
        let mut command = machine::command(words);
        let mut process = command.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        Self { process }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // With the process in front of it, which does not end it.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}
