//! The library against a real engine.
//!
//! `DOCKER_CLI_TEST_THROUGH` holds the words to put in front of docker to reach it, quoted as for a
//! shell, such as `nsenter --target 123 --mount --net --pid --`; it is empty if docker reaches the
//! engine by itself. `DOCKER_CLI_TEST_IMAGE` names one of its images that has a shell (`alpine` by
//! default). Everything that the tests create has a unique name, and is removed.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod access;
mod daemon;
mod details;
mod examples;
mod faults;
mod guards;
mod machine;
mod peers;
mod projects;
mod registry;
mod swarm;
mod waits;

use std::time::{Duration, Instant};

use docker_cli::{Docker, DockerCommand, Error, ObjectKind, VolumeName};

fn docker() -> Docker {
    Docker::new().through(through()).timeout(Duration::from_secs(60))
}

/// As [`docker`], where this environment variable (`NAME=value`) is set.
fn docker_with(variable: &str) -> Docker {
    let shell = ["env", variable, "sh", "-c"].map(str::to_owned);
    docker().through_shell([through(), shell.to_vec()].concat())
}

/// The words to put in front of docker.
fn through() -> Vec<String> {
    let through = std::env::var("DOCKER_CLI_TEST_THROUGH").expect(
        "set DOCKER_CLI_TEST_THROUGH to the words to put in front of docker to reach an engine, \
         or to nothing",
    );
    shlex::split(&through).expect("DOCKER_CLI_TEST_THROUGH must be shell words")
}

fn image() -> String {
    std::env::var("DOCKER_CLI_TEST_IMAGE").unwrap_or_else(|_| "alpine".to_owned())
}

/// Whether the docker program has this plugin: before Debian 13, there are no packages of compose and buildx.
fn has_plugin(name: &str) -> bool {
    docker().info().unwrap().client.plugin(name).is_some()
}

/// A name that no other test has, nor another run of this one.
fn name(test: &str) -> String {
    format!("docker-cli-{test}-{}", std::process::id())
}

/// A container that sleeps, removed at the end.
struct Sleeper {
    docker: Docker,
    name: String,
}

impl Sleeper {
    fn start(test: &str) -> Self {
        let (docker, name) = (docker(), name(test));
        let run = docker.container().run(image()).program(["sleep", "600"]).name(&name);
        run.label("test", "a,b=c").detach().call().unwrap();
        Self { docker, name }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.docker.container().rm([&self.name]).force().volumes().call();
    }
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn version_and_info_agree() {
    let docker = docker();
    docker.ping().unwrap();
    let version = docker.version().unwrap();
    assert!(version.server.major().unwrap() >= 20, "{version:?}");
    let info = docker.info().unwrap();
    assert_eq!(info.server_version, version.server.version);
    assert!(info.cpus > 0 && info.memory > 0 && !info.other.is_empty());
    assert_eq!((info.os_type.as_str(), info.client.context.as_str()), ("linux", "default"));
    assert!(!info.architecture.is_empty() && info.system_time.system_time().is_some());
    assert!(info.client.plugins.iter().all(|plugin| !plugin.path.is_empty()));
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn no_engine_is_unreachable() {
    let docker = docker().host("unix:///nowhere/docker.sock");
    for error in [
        docker.ping().unwrap_err(),
        docker.info().unwrap_err(),
        docker.container().ls().call().unwrap_err(),
        docker.container().run("alpine").call().unwrap_err(),
        docker.system().events().follow().unwrap().next().unwrap().unwrap_err(),
    ] {
        assert!(matches!(error, Error::DaemonUnreachable(_)), "{error:?}");
    }
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn run_returns_what_the_program_printed_or_its_status() {
    let run = || docker().container().run(image()).rm();
    let output = run().program(["sh", "-c", "echo out; echo err >&2"]).call().unwrap();
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice()),
        (&b"out\n"[..], &b"err\n"[..])
    );

    let output = run().program(["cat"]).stdin(b"typed").call().unwrap();
    assert_eq!(output.stdout, b"typed");

    let error = run().program(["sh", "-c", "echo no >&2; exit 3"]).call().unwrap_err();
    let Error::Exit(failure) = error else { panic!("{error:?}") };
    assert_eq!((failure.status.unwrap().code(), failure.message.as_str()), (Some(3), "no"));

    let error = run().program(["no-such-program"]).call().unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    let run = || run().program(["true"]);
    let error = run().network("no-such-network").call().unwrap_err();
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Network, name, .. }
            if name == "no-such-network"),
        "{error:?}"
    );
    let error = run().flag("--no-such-flag").call().unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_container_is_listed_described_stopped_and_removed() {
    let sleeper = Sleeper::start("life");
    let docker = &sleeper.docker;
    let rows = docker.container().ls().filter(format!("name={}", sleeper.name)).call().unwrap();
    assert_eq!((rows.len(), rows[0].name()), (1, sleeper.name.as_str()));

    let found = docker.container().find(&rows[0].id).unwrap().unwrap();
    assert_eq!(found.short_name(), sleeper.name);
    assert!(found.state.running && found.state.pid > 0);
    assert_eq!(found.config.labels["test"], "a,b=c");
    assert!(found.other.contains_key("Driver"));

    let run = docker.container().run(image()).program(["true"]).name(&sleeper.name);
    let error = run.call().unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    let error = docker.container().rm([&sleeper.name]).call().unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");

    docker.container().stop([&sleeper.name]).grace(Duration::ZERO).call().unwrap();
    let found = docker.container().find(&sleeper.name).unwrap().unwrap();
    assert_eq!((found.state.status.as_str(), found.state.exit_code), ("exited", 137));
    docker.container().rm([&sleeper.name]).call().unwrap();
    assert!(docker.container().find(&sleeper.name).unwrap().is_none());
    let error = docker.container().stop([&sleeper.name]).call().unwrap_err();
    assert!(matches!(&error, Error::NoSuch { kind: ObjectKind::Container, .. }), "{error:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_shell_in_front_of_docker_leaves_the_words_alone() {
    let shell = [through(), vec!["sh".into(), "-c".into()]].concat();
    let docker = docker().through_shell(shell).env("DOCKER_CLI_TEST", "a b");
    let run = docker.container().run(image()).rm().env("A", "$HOME; 'x'");
    let script = "printf '<%s>' \"$A\" \"$@\"";
    let output = run.program(["sh", "-c", script, "sh", "b  c", ">d", "e\nf", ""]).call().unwrap();
    assert_eq!(output.stdout_text(), "<$HOME; 'x'><b  c><>d><e\nf><>");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn exec_distinguishes_the_program_from_docker() {
    let sleeper = Sleeper::start("exec");
    let exec = |words: &[&str]| sleeper.docker.container().exec(&sleeper.name, words);
    assert_eq!(exec(&["echo", "-n", "hi"]).call().unwrap().stdout, b"hi");
    assert_eq!(exec(&["cat"]).stdin(b"in").call().unwrap().stdout, b"in");
    assert!(matches!(exec(&["false"]).call(), Err(Error::Exit(_))));
    assert!(matches!(exec(&["no-such-program"]).call(), Err(Error::Daemon(_))));
    let error = sleeper.docker.container().exec("no-such-container", ["true"]).call().unwrap_err();
    assert!(matches!(error, Error::NoSuch { kind: ObjectKind::Container, .. }), "{error:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn logs_are_followed_and_left() {
    let (docker, name) = (docker(), name("logs"));
    let script = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done";
    let run = docker.container().run(image()).program(["sh", "-c", script]).name(&name);
    run.detach().call().unwrap();
    let mut lines = docker.container().logs(&name).follow().stream().unwrap();
    assert_eq!(lines.nth(4).unwrap().unwrap().text(), "line 5");
    let started = Instant::now();
    drop(lines);
    assert!(started.elapsed() < machine::HANG);
    assert!(docker.container().find(&name).unwrap().unwrap().state.running);
    docker.container().rm([&name]).force().call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_stopped_run_leaves_no_container() {
    let (docker, label) = (docker(), name("stopped"));
    // As PID 1, `sleep` ignores the signals that docker forwards.
    let run = || docker.container().run(image()).program(["sleep", "600"]).label("test", &label);
    let count = || {
        let filter = format!("label=test={label}");
        docker.container().ls().all().filter(filter).call().unwrap().len()
    };
    // On a busy machine, the removal may end after the call.
    let becomes = |expected| machine::eventually(|| count() == expected);
    let error = run().timeout(Duration::from_secs(2)).call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    becomes(0);

    let stream = run().stream().unwrap();
    becomes(1);
    drop(stream);
    becomes(0);

    let raw = docker.command(["run", &format!("--label=test={label}"), &image(), "sleep", "600"]);
    let stream = raw.stream().unwrap();
    becomes(1);
    drop(stream);
    becomes(0);
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn images_go_out_and_come_back() {
    let (docker, name) = (docker(), name("image"));
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("image.tar");
    let images = docker.image();

    let found = images.find(image()).unwrap().unwrap();
    assert!(found.size > 0 && found.os == "linux");
    images.tag(image(), &name).call().unwrap();
    images.save([&name]).to(&archive).unwrap();
    images.rm([&name]).call().unwrap();
    assert!(images.find(&name).unwrap().is_none());
    assert_eq!(images.load(archive.as_path()).call().unwrap(), [format!("{name}:latest")]);
    assert_eq!(images.find(&name).unwrap().unwrap().id, found.id);
    let filter = format!("reference={name}");
    assert_eq!(images.ls().filter(filter).call().unwrap()[0].id, found.id);

    let dockerfile = format!("FROM {name}\nENV BUILT=yes\n");
    let built = images.build_from(dockerfile.as_bytes()).tag(&name).quiet().call().unwrap();
    let found = images.find(&built).unwrap().unwrap();
    assert!(found.config.env.iter().any(|variable| variable == "BUILT=yes"));
    images.rm([&name]).call().unwrap();

    let error = images.build_from(b"FROM scratch\nFROB x\n").call().unwrap_err();
    assert!(error.failure().unwrap().message.contains("FROB"), "{error}");
    assert!(matches!(images.load(b"bad").call(), Err(Error::Failed(_) | Error::Daemon(_))));
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn an_archive_becomes_an_image() {
    let (docker, name) = (docker(), name("import"));
    // Two empty blocks are the end of a tar archive.
    let empty = vec![0; 1024];
    let id =
        docker.image().import(empty).change(r#"CMD ["/app"]"#).reference(&name).call().unwrap();
    let found = docker.image().find(&name).unwrap().unwrap();
    assert_eq!((found.id, found.config.cmd), (id, vec!["/app".to_owned()]));
    docker.image().rm([&name]).call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn volumes_are_created_found_and_pruned() {
    let (docker, name) = (docker(), name("volume"));
    let volume = docker.volume();
    let named: VolumeName = name.parse().unwrap();
    let label = format!("test={name}");
    assert_eq!(volume.create().name(&named).label("test", &name).call().unwrap(), named);
    assert_eq!(volume.find(&named).unwrap().unwrap().labels["test"], name);
    let list = || volume.ls().filter(format!("label={label}")).call().unwrap();
    assert_eq!(list(), std::slice::from_ref(&named));

    let run = docker.container().run(image()).volume(format!("{name}:/data")).name(&name);
    run.program(["true"]).call().unwrap();
    assert!(matches!(volume.rm([&named]).call(), Err(Error::InUse(_))));
    docker.container().rm([&name]).call().unwrap();
    volume.rm([&named]).call().unwrap();
    assert!(volume.find(&named).unwrap().is_none());
    let error = volume.rm([&named]).call().unwrap_err();
    assert!(matches!(error, Error::NoSuch { kind: ObjectKind::Volume, .. }), "{error:?}");

    let unnamed = volume.create().label("test", &name).call().unwrap();
    assert_eq!(volume.prune().filter(format!("label={label}")).call().unwrap(), [unnamed]);
    assert!(list().is_empty());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn networks_are_created_found_and_removed() {
    let (docker, name) = (docker(), name("network"));
    let network = docker.network();
    let id = network.create(&name).label("test", "yes").call().unwrap();
    assert!(matches!(network.create(&name).call(), Err(Error::Conflict(_))));
    let found = network.find(&name).unwrap().unwrap();
    assert_eq!((found.id, found.labels["test"].as_str()), (id, "yes"));
    let rows = network.ls().filter(format!("name={name}")).call().unwrap();
    assert_eq!((rows.len(), rows[0].driver.as_str()), (1, "bridge"));
    network.rm([&name]).call().unwrap();
    let error = network.rm([&name]).call().unwrap_err();
    assert!(matches!(error, Error::NoSuch { kind: ObjectKind::Network, .. }), "{error:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn events_are_followed_until_they_are_cancelled() {
    let (docker, name) = (docker(), name("events"));
    let named: VolumeName = name.parse().unwrap();
    // The daemon's clock: it may run on another machine.
    let now = || docker.info().unwrap().system_time.to_string();
    let events = docker.system().events().since(now());
    let mut follow = events.clone().filter(format!("volume={name}")).follow().unwrap();
    docker.volume().create().name(&named).call().unwrap();
    let event = follow.next().unwrap().unwrap();
    assert_eq!((event.kind.as_str(), event.action.as_str()), ("volume", "create"));
    assert_eq!(event.actor.id, name);
    assert_eq!(event.attribute("driver"), Some("local"));
    assert!(event.time() > Duration::from_secs(1_600_000_000));

    docker.volume().rm([&named]).call().unwrap();
    assert_eq!(follow.next().unwrap().unwrap().action, "destroy");
    follow.canceller().cancel();
    assert!(matches!(follow.next(), Some(Err(Error::Cancelled(_)))));
    assert!(follow.next().is_none());

    let past = events.until(now()).filter(format!("volume={name}")).call().unwrap();
    assert_eq!(past.len(), 2);
}
