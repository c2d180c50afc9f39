//! An engine from the outside: it is isolated from the machine, and leaves nothing behind.
//!
//! These tests need root and an engine to start (see `EngineRoot::find`), so they are ignored unless
//! `cargo xtask test` runs them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod images;
mod memory;
mod network;
mod processes;
mod stored;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, DockerCommand};
use docker_sandbox::{
    EngineOptions, EngineRoot, Error, ProcessEngine, prepared_directory, prepared_roots,
};

/// Longer than anything takes on a busy machine: what takes this long hangs.
const LIMIT: Duration = Duration::from_secs(180);

fn start() -> ProcessEngine {
    start_with(|_| ())
}

/// Starts an engine with the options that `change` sets.
fn start_with<'a>(change: impl FnOnce(&mut EngineOptions<'a>)) -> ProcessEngine {
    static ROOT: LazyLock<EngineRoot> = LazyLock::new(EngineRoot::find);
    let mut options = EngineOptions::new(&ROOT, LIMIT);
    change(&mut options);
    ProcessEngine::start(&options, &Canceller::new()).unwrap()
}

/// Imports an image named `room` without a registry or an archive: a few of the engine's own programs,
/// with their libraries.
fn import_image(engine: &ProcessEngine) {
    let programs = "/bin/sh /bin/cat /bin/ls /bin/sleep";
    let libraries = format!("ldd {programs} | grep -o '/[^ :)]*' | sort -u");
    let pack = format!("tar --create --dereference --file - $({libraries}) 2>/dev/null");
    inside(engine, &format!("{pack} | docker import - room"));
}

/// The output of a script in the engine, which must succeed, without spaces and line ends at its end.
#[track_caller]
fn inside(engine: &ProcessEngine, script: &str) -> String {
    String::from_utf8_lossy(&inside_bytes(engine, script)).trim_end().to_owned()
}

/// The output of a script in the engine, which must succeed.
#[track_caller]
fn inside_bytes(engine: &ProcessEngine, script: &str) -> Vec<u8> {
    let mut words = engine.entering();
    words.extend(["sh", "-c", script].map(Into::into));
    let output = std::process::Command::new(&words[0]).args(&words[1..]).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn namespace(pid: &str, kind: &str) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap()
}

fn interfaces() -> BTreeSet<String> {
    let names = fs::read_dir("/sys/class/net").unwrap().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn only_root_can_access_its_socket() {
    let engine = start();
    engine.docker().ping().unwrap();
    assert!(engine.is_running());
    let socket = fs::metadata(engine.outside(Path::new("/run/docker.sock"))).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!((socket.mode() & 0o777, socket.uid(), socket.gid()), (0o600, 0, 0));
    let scratch = fs::metadata(engine.scratch()).unwrap();
    assert_eq!(scratch.mode() & 0o777, 0o700);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_has_its_own_namespaces_and_does_not_change_the_machines_network() {
    let before = interfaces();
    let engine = start();
    let init = engine.init_pid().to_string();
    for kind in ["net", "mnt", "pid", "uts", "ipc"] {
        assert_ne!(namespace(&init, kind), namespace("self", kind), "{kind}");
    }
    // The daemon answers once its network exists.
    engine.docker().ping().unwrap();
    assert!(inside(&engine, "cat /proc/net/dev").contains("docker0"));
    assert_eq!(interfaces(), before);
    drop(engine);
    assert_eq!(interfaces(), before);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn containers_see_the_engines_files_and_not_the_machines() {
    let canary = std::env::temp_dir().join(format!("docker-sandbox-canary-{}", std::process::id()));
    fs::write(&canary, "the machine's").unwrap();
    let engine = start();
    import_image(&engine);
    inside(&engine, "echo engine >/room; docker run -d --name app room sleep 600");

    let docker = engine.docker();
    let exec =
        |script: &str| docker.container().exec("app", ["sh", "-c", script]).output().unwrap();
    // Under chroot, exec would end up in the engine's or even the machine's root.
    assert!(exec("[ ! -e /room ] && [ -e /.dockerenv ]").status.success());
    let look = format!("cat /engine/room; [ ! -e /engine{} ] && echo safe", canary.display());
    let run = ["run", "--rm", "-v", "/:/engine", "room", "sh", "-c", &look];
    let seen = docker.command(run).output().unwrap();
    fs::remove_file(&canary).unwrap();
    assert_eq!(seen.stdout_text(), "engine\nsafe\n", "{}", seen.stderr_text());
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn files_that_containers_make_have_the_usual_modes() {
    let engine = start();
    import_image(&engine);
    inside(&engine, "docker run -d --name app -v /absent:/made room sleep 600");
    // The same for a container's first process and for others.
    for command in ["exec app", "run --rm room"] {
        assert_eq!(inside(&engine, &format!("docker {command} sh -c umask")), "0022", "{command}");
    }
    // What dockerd makes for a bind mount.
    assert_eq!(inside(&engine, "stat -c %a /absent"), "755");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn two_engines_are_isolated_from_each_other() {
    let (one, two) = (start(), start());
    assert_ne!(one.name(), two.name());
    inside(&one, "docker volume create mine; docker network create mine");
    let seen = inside(&two, "docker volume ls -q; docker network ls --filter name=mine -q");
    assert_eq!(seen, "");
    drop(one);
    two.docker().ping().unwrap();
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn dropping_it_ends_it_and_leaves_nothing() {
    let engine = start();
    import_image(&engine);
    inside(&engine, "docker run -d -p 8080:80 room sleep 600");
    let group = engine.process_group("step").unwrap();
    let (init, scratch, name) = (engine.init_pid(), engine.scratch(), engine.name().to_owned());
    drop(engine);
    assert!(group.members().is_empty());
    assert!(!fs::exists(&scratch).unwrap());
    // Its parent may not have waited for it yet: then it is a zombie.
    let stat = fs::read_to_string(format!("/proc/{init}/stat")).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
    let groups = |directory: &Path| {
        let entries = fs::read_dir(directory).unwrap().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy() == name).count()
    };
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(root).unwrap().flatten().map(|entry| entry.path());
    let below: usize = hierarchies.filter(|path| path.is_dir()).map(|path| groups(&path)).sum();
    assert_eq!(groups(root) + below, 0);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn killing_its_first_process_ends_it() {
    let engine = start();
    let pid = rustix::process::Pid::from_raw(engine.init_pid().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let deadline = Instant::now() + LIMIT;
    while engine.is_running() {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
    engine.docker().timeout(LIMIT).ping().unwrap_err();
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_start_that_takes_too_long_fails() {
    let root = EngineRoot::find();
    let options = EngineOptions::new(&root, Duration::from_millis(1));
    let error = ProcessEngine::start(&options, &Canceller::new()).unwrap_err();
    assert!(matches!(error, Error::NotReady { .. }), "{error:?}");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_has_the_usual_devices_and_no_service_script_of_its_daemon() {
    let engine = start();
    let service = "service docker stop 2>&1 | tail -n 1";
    assert_eq!(inside(&engine, service), "docker: unrecognized service");
    let nodes = "null zero full random urandom tty";
    let missing = format!("for node in {nodes}; do test -c /dev/$node || echo $node; done");
    assert_eq!(inside(&engine, &missing), "");
    assert_eq!(inside(&engine, "echo gone >/dev/null; head -c 3 /dev/zero | wc -c"), "3");
    assert_eq!(
        inside(&engine, "echo shown >/dev/stdout; echo x >/dev/full || echo full"),
        "shown\nfull"
    );
    assert_eq!(inside(&engine, "stat -c %a /dev/null /dev/shm"), "666\n1777");
}

/// Lists the tests of this program as its harness does, for these arguments.
fn list(arguments: &[&str]) -> BTreeSet<String> {
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn all_tests_that_need_an_engine_are_ignored() {
    let (all, ignored) = (list(&["--list"]), list(&["--list", "--ignored"]));
    let runs: Vec<&String> = all.difference(&ignored).collect();
    assert_eq!(runs, ["all_tests_that_need_an_engine_are_ignored"]);
    assert!(!ignored.is_empty());
}

#[test]
#[ignore = "needs root and an engine: run `cargo xtask test`"]
fn the_root_file_system_of_a_running_engine_is_in_use() {
    let engines = prepared_directory().unwrap();
    let roots = prepared_roots(&engines).unwrap();
    let current = roots.iter().find(|root| root.is_current).unwrap();
    let engine = start();
    assert!(current.is_in_use());
    drop(engine);
}
