//! Errors of a daemon, each provoked.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use super::*;
use crate::daemon::Daemon;
use crate::machine::{self, HANG, clients, eventually};

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
    assert_eq!(clients(&daemon.socket()), 1);
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
fn a_registry_may_deny_access() {
    let registry = Registry::start();
    let docker = docker();
    let error = docker.image().pull(format!("{}/app", registry.address)).call().unwrap_err();
    let Error::NoSuch { kind: ObjectKind::Image, name, failure } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*name, format!("{}/app", registry.address));
    assert!(failure.message.starts_with("pull access denied for "), "{error}");
    let login = docker.login().server(&registry.address).username("me");
    let error = login.password_stdin().stdin(b"s3cret").call().unwrap_err();
    let Error::Daemon(failure) = &error else { panic!("{error:?}") };
    assert!(failure.message.contains("unauthorized: wrong password"), "{error}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_plugin_is_missing() {
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
    let names = ["first", "second"].map(|end| format!("{name}-{end}"));
    let run = |name: &str, publish: &str| {
        let run = container.run(image()).program(["sleep", "600"]).name(name);
        run.publish(publish).detach().call()
    };
    let first = run(&names[0], "127.0.0.1::80").unwrap();
    let found = container.find(&first).unwrap().unwrap();
    let port = found.published(80).unwrap().host_port.unwrap();
    let error = run(&names[1], &format!("127.0.0.1:{port}:80")).unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    container.rm(&names).force().call().unwrap();
}

/// A registry, where the engine runs, that anyone may ask for a token, which allows nothing.
struct Registry {
    process: Child,
    address: String,
}

/// Prints its port. Every system with dpkg has perl.
const REGISTRY: &str = r#"
    $| = 1;
    my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:0") or die $!;
    my $port = $socket->sockport;
    print "$port\n";
    while (my $client = $socket->accept) {
        # Docker tries TLS first, and is refused.
        sysread $client, my $request, 9999;
        next unless $request =~ m"^(?:GET|HEAD) (/\w+)";
        my ($path, $scheme) = ($1, qq(Bearer realm="http://127.0.0.1:$port/token",service="test"));
        my ($status, $body) = $path ne "/token" ? (401, "")
            : $request =~ /^Authorization:/m
            ? (401, '{"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}')
            : (200, '{"token": "x"}');
        $scheme .= ',error="insufficient_scope"' if $path ne "/token";
        print $client join "\r\n", "HTTP/1.1 $status", "Content-Type: application/json",
            "Connection: close", "WWW-Authenticate: $scheme", "", $body;
    } continue {
        close $client;
    }
"#;

impl Registry {
    fn start() -> Self {
        let words = ["perl", "-MIO::Socket::INET", "-e", REGISTRY];
        let mut command = machine::command(words);
        let mut process = command.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { process, address: format!("127.0.0.1:{}", port.trim()) }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // With the process in front of it, which does not end it.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}
