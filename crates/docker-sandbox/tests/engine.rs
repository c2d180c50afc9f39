//! An engine from the outside: it is a room of its own, and it goes without a trace.
//!
//! These need root and an engine to start: see the crate's `EngineRoot::find`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::Command;
use docker_sandbox::{EngineRoot, Error, PATH, ProcessEngine, Session, Terminal};

const LIMIT: Duration = Duration::from_secs(60);

fn start() -> ProcessEngine {
    ProcessEngine::start(&EngineRoot::find(), LIMIT).unwrap()
}

/// Imports an image, called `room`, that needs no registry and no archive: a few of the engine's own
/// programs, with their libraries.
fn import_image(engine: &ProcessEngine) {
    let programs = "/bin/sh /bin/cat /bin/ls /bin/sleep";
    let libraries = format!("ldd {programs} | grep -o '/[^ :)]*' | sort -u");
    let pack = format!("tar --create --dereference --file - $({libraries}) 2>/dev/null");
    inside(engine, &format!("{pack} | docker import - room"));
}

/// What a shell inside of the engine prints; it must succeed.
#[track_caller]
fn inside(engine: &ProcessEngine, script: &str) -> String {
    let mut words = engine.entering();
    words.extend(["sh", "-c", script].map(Into::into));
    let output = std::process::Command::new(&words[0]).args(&words[1..]).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn namespace(pid: &str, kind: &str) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap()
}

fn interfaces() -> BTreeSet<String> {
    let names = fs::read_dir("/sys/class/net").unwrap().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn it_answers_on_a_socket_that_is_roots_alone() {
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
fn it_has_namespaces_of_its_own_and_the_machines_network_stays_as_it_is() {
    let before = interfaces();
    let engine = start();
    let init = engine.init_pid().to_string();
    for kind in ["net", "mnt", "pid", "uts", "ipc"] {
        assert_ne!(namespace(&init, kind), namespace("self", kind), "{kind}");
    }
    // It answers once its network is there.
    engine.docker().ping().unwrap();
    assert!(inside(&engine, "cat /proc/net/dev").contains("docker0"));
    assert_eq!(interfaces(), before);
    drop(engine);
    assert_eq!(interfaces(), before);
}

#[test]
fn containers_see_the_engines_files_and_not_the_machines() {
    let canary = std::env::temp_dir().join(format!("docker-sandbox-canary-{}", std::process::id()));
    fs::write(&canary, "the machine's").unwrap();
    let engine = start();
    import_image(&engine);
    inside(&engine, "echo engine >/room; docker run -d --name app room sleep 600");

    let docker = engine.docker();
    let exec =
        |script: &str| docker.container().exec("app", ["sh", "-c", script]).output().unwrap();
    // Under chroot, exec lands in the engine's or even the machine's root.
    assert!(exec("[ ! -e /room ] && [ -e /.dockerenv ]").status.success());
    let look = format!("cat /engine/room; [ ! -e /engine{} ] && echo safe", canary.display());
    let run = ["run", "--rm", "-v", "/:/engine", "room", "sh", "-c", &look];
    let seen = docker.command(run).output().unwrap();
    fs::remove_file(&canary).unwrap();
    assert_eq!(seen.stdout_text(), "engine\nsafe\n", "{}", seen.stderr_text());
}

#[test]
fn two_engines_know_nothing_of_each_other() {
    let (one, two) = (start(), start());
    assert_ne!(one.name(), two.name());
    inside(&one, "docker volume create mine; docker network create mine");
    let seen = inside(&two, "docker volume ls -q; docker network ls --filter name=mine -q");
    assert_eq!(seen, "");
    drop(one);
    two.docker().ping().unwrap();
}

#[test]
fn dropping_it_ends_it_and_leaves_nothing() {
    let engine = start();
    import_image(&engine);
    inside(&engine, "docker run -d -p 8080:80 room sleep 600");
    let group = engine.process_group("step").unwrap();
    let (init, scratch, name) = (engine.init_pid(), engine.scratch(), engine.name().to_owned());
    let start = Instant::now();
    drop(engine);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(group.members().is_empty());
    assert!(!fs::exists(&scratch).unwrap());
    // Whoever is its parent may leave a zombie for a moment.
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
fn what_is_no_engine_is_refused() {
    let root = EngineRoot::Prepared("/nowhere".into());
    let error = ProcessEngine::start(&root, LIMIT).unwrap_err();
    assert!(matches!(error, Error::NotAnEngineRoot { .. }), "{error:?}");
}

#[test]
fn an_engine_that_takes_too_long_is_given_up() {
    let error = ProcessEngine::start(&EngineRoot::find(), Duration::from_millis(1)).unwrap_err();
    assert!(matches!(error, Error::NotReady { .. }), "{error:?}");
}

#[test]
fn a_terminal_has_a_name_in_the_engine() {
    let engine = start();
    let group = engine.process_group("terminal").unwrap();
    let Terminal { mut front, back } = engine.terminal(100, 30).unwrap();
    let path = [("PATH".into(), PATH.into())];
    let mut words = engine.entering_group(&group, Path::new("/"), &path, Session::AtTerminal);
    words.extend(["sh", "-c", "tty; stty size; echo own >/dev/tty"].map(Into::into));
    let status = std::process::Command::new(&words[0])
        .args(&words[1..])
        .stdin(back.try_clone().unwrap())
        .stdout(back.try_clone().unwrap())
        .stderr(back)
        .status()
        .unwrap();
    assert!(status.success());
    let mut seen = Vec::new();
    let end = front.read_to_end(&mut seen).unwrap_err();
    assert_eq!(end.raw_os_error(), Some(rustix::io::Errno::IO.raw_os_error()));
    assert_eq!(String::from_utf8(seen).unwrap(), "/dev/pts/0\r\n30 100\r\nown\r\n");
}

#[test]
fn who_waits_for_input_is_seen() {
    let engine = start();
    let read = |script: &str, name: &str| {
        let group = engine.process_group(name).unwrap();
        let path = [("PATH".into(), PATH.into())];
        let session = Session::WithoutTerminal;
        let mut words = engine.entering_group(&group, Path::new("/"), &path, session);
        words.extend(["sh", "-c", script].map(Into::into));
        let (input, keyboard) = std::io::pipe().unwrap();
        let mut child =
            std::process::Command::new(&words[0]).args(&words[1..]).stdin(input).spawn().unwrap();
        let keyboard = fs::File::from(std::os::fd::OwnedFd::from(keyboard));
        let end = Instant::now() + Duration::from_secs(2);
        let mut is_reading = false;
        while !is_reading && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
            is_reading = group.is_reading(&keyboard);
        }
        drop(keyboard);
        assert!(group.kill(LIMIT));
        child.wait().unwrap();
        is_reading
    };
    assert!(read("cat", "reader"));
    assert!(read("sleep 60 & read -r line", "shell"));
    assert!(!read("sleep 60", "sleeper"));
    assert!(!read("sleep 60 | cat", "reader-of-another-pipe"));
}

#[test]
fn devices_are_there() {
    let engine = start();
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
