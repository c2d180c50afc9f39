//! Errors of a daemon, each provoked.

use std::thread;

use super::*;
use crate::access::Registry;
use crate::daemon::Daemon;
use crate::machine::{HANG, clients, eventually};

/// A tar archive without files: two empty blocks.
const EMPTY: &[u8] = &[0; 1024];

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_damaged_daemon_is_reported() {
    let daemon = Daemon::start("damaged", "64m");
    a_user_may_not_connect(&daemon);
    a_full_disk_is_named(&daemon);
    a_hung_daemon_delays_no_limit(&daemon);
    a_lost_socket_and_a_lost_daemon_are_noticed(&daemon);
}

fn a_user_may_not_connect(daemon: &Daemon) {
    let mut words = through();
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
    words.extend(user.map(str::to_owned));
    let docker = docker().through(words).host(daemon.socket());
    for error in [
        docker.ping().unwrap_err(),
        docker.info().unwrap_err(),
        docker.container().ls().call().unwrap_err(),
        docker.container().run("none").call().unwrap_err(),
        docker.volume().rm(["none"]).call().unwrap_err(),
        docker.image().load(b"").call().unwrap_err(),
        docker.system().events().follow().unwrap().next().unwrap().unwrap_err(),
    ] {
        assert!(matches!(error, Error::PermissionDenied(_)), "{error:?}");
    }
}

fn a_full_disk_is_named(daemon: &Daemon) {
    let docker = daemon.docker();
    let images = docker.image();
    let image = images.import(EMPTY).call().unwrap();
    let create = docker.container().create(&image).program(["true"]);
    daemon.fill();
    for error in [
        images.import(EMPTY).change("LABEL a=b").call().unwrap_err(),
        create.clone().call().unwrap_err(),
    ] {
        let Error::Daemon(failure) = &error else { panic!("{error:?}") };
        assert!(failure.message.ends_with("no space left on device"), "{error}");
    }
    let error = images.build_from(b"FROM scratch\nLABEL a=b").call().unwrap_err();
    // The message is that of the builder, unless it is the legacy one, which is in the daemon.
    assert!(matches!(error, Error::Failed(_) | Error::Daemon(_)), "{error:?}");
    assert!(error.to_string().contains("no space left on device"), "{error}");
    assert_eq!(images.ls().call().unwrap().len(), 1);

    daemon.make_room();
    let id = create.call().unwrap();
    docker.container().rm([id]).call().unwrap();
}

fn a_hung_daemon_delays_no_limit(daemon: &Daemon) {
    let docker = daemon.docker().timeout(Duration::from_millis(500));
    let mut events = docker.system().events().follow().unwrap();
    daemon.kill("STOP");
    let started = Instant::now();
    for error in [
        docker.ping().unwrap_err(),
        docker.container().ls().call().unwrap_err(),
        docker.container().exec("none", ["true"]).call().unwrap_err(),
        docker.volume().create().call().unwrap_err(),
    ] {
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    }
    drop(docker.system().events().follow().unwrap());
    let canceller = events.canceller();
    let cancelling = thread::spawn(move || canceller.cancel());
    assert!(matches!(events.next(), Some(Err(Error::Cancelled(_)))));
    cancelling.join().unwrap();
    eventually(|| clients(&daemon.socket()) == 0);
    let error = docker.container().run("none").call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    // It cannot know whether there is a container.
    assert!(error.failure().unwrap().leftover.is_some());
    assert!(started.elapsed() < HANG);

    daemon.kill("CONT");
    daemon.docker().ping().unwrap();
    eventually(|| clients(&daemon.socket()) == 0);
    assert!(daemon.docker().container().ls().all().call().unwrap().is_empty());
}

fn a_lost_socket_and_a_lost_daemon_are_noticed(daemon: &Daemon) {
    let docker = daemon.docker();
    let mut events = docker.system().events().since("0").follow().unwrap();
    // It is connected once it has returned one.
    events.next().unwrap().unwrap();
    daemon.remove_socket();
    for error in [docker.ping().unwrap_err(), docker.container().run("none").call().unwrap_err()] {
        assert!(matches!(error, Error::DaemonUnreachable(_)), "{error:?}");
    }
    // A connection does not need the file.
    eventually(|| clients(&daemon.socket()) == 1);
    daemon.kill("KILL");
    let end = events.find(Result::is_err).unwrap();
    assert!(matches!(end, Err(Error::Failed(_))), "{end:?}");
    assert!(events.next().is_none());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn images_are_missing_in_use_or_out_of_reach() {
    let (docker, name) = (docker(), name("unreachable"));
    let images = docker.image();
    for error in [
        images.rm(["no-such-image"]).call().unwrap_err(),
        images.tag("no-such-image", &name).call().unwrap_err(),
        images.inspect(["no-such-image"]).call().unwrap_err(),
        images.history("no-such-image").call().unwrap_err(),
    ] {
        assert!(
            matches!(&error, Error::NoSuch { kind: ObjectKind::Image, name, .. }
                if name.trim_end_matches(":latest") == "no-such-image"),
            "{error:?}"
        );
    }

    images.import(EMPTY).reference(&name).call().unwrap();
    let id = docker.container().create(&name).program(["true"]).call().unwrap();
    let error = images.rm([&name]).call().unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    docker.container().rm([&id]).call().unwrap();
    images.rm([&name]).call().unwrap();

    // Nothing listens there.
    let error = images.pull("127.0.0.1:1/app").call().unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    assert!(error.to_string().contains("connection refused"), "{error}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn what_docker_prints_is_not_what_was_expected() {
    let (docker, container) = (docker(), docker().container().create(image()));
    let error = docker.network().ls().flag("--format={{.Name}}").call().unwrap_err();
    assert!(
        matches!(&error, Error::Json { text, .. } if text.reveal().contains("bridge")),
        "{error:?}"
    );
    // Docker prints the help, and succeeds.
    let error = container.flag("--help").call().unwrap_err();
    assert!(
        matches!(&error, Error::Unexpected { expected: "a container identifier", text, .. }
            if text.reveal().contains("docker container create")),
        "{error:?}"
    );
    let error = docker.program("/nowhere/docker").ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/docker"),
        "{error:?}"
    );
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn plugins_and_other_objects_are_missing_and_networks_in_use() {
    let (docker, name) = (docker(), name("used"));
    let error = docker.plugin().rm(["no-such-plugin"]).call().unwrap_err();
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Plugin, name, .. }
            if name == "no-such-plugin"),
        "{error:?}"
    );
    let error = docker.inspect(["no-such-object"]).call().unwrap_err();
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Object, name, .. }
            if name == "no-such-object"),
        "{error:?}"
    );

    let network = docker.network().create(&name).guard().unwrap();
    let run = docker.container().run(image()).program(["sleep", "600"]).network(&network);
    let sleeper = run.detach().guard().unwrap();
    let error = docker.network().rm([&name]).call().unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    sleeper.remove().unwrap();
    network.remove().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_plugin_of_the_program_is_missing() {
    for words in [&["no-such-plugin"][..], &["no-such-plugin", "up", "--detach"]] {
        let error = docker().command(words).call().unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error:?}");
    }
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_port_is_in_use() {
    let (docker, name) = (docker(), name("port"));
    let container = docker.container();
    let names = ["first", "second", "third"].map(|end| format!("{name}-{end}"));
    let run = |name: &str, publish: &str| {
        let run = container.run(image()).program(["sleep", "600"]).name(name);
        run.publish(publish).detach().call()
    };
    let first = run(&names[0], "127.0.0.1::80").unwrap();
    let found = container.find(&first).unwrap().unwrap();
    let port = found.published(80).unwrap().host_port.unwrap();
    let error = run(&names[1], &format!("127.0.0.1:{port}:80")).unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    let listener = Registry::start("Basic");
    let error = run(&names[2], &format!("{}:80", listener.address)).unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    container.rm(&names).force().call().unwrap();
}
