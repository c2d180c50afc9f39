//! A chapter cannot change anything outside of its sandbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use tempfile::TempDir;
use testsuite::{Book, Engine, Program, User, interfaces, is_running, marker};

use crate::rootless;

/// The last step of the chapter, which lists what Docker still has.
pub(crate) const LAST_STEP: usize = 17;

/// What a chapter on the machine must not change: files, a process and what the kernel has.
pub(crate) struct Canaries {
    directories: Vec<TempDir>,
    process: Child,
    sleep: String,
    system: Vec<String>,
}

impl Canaries {
    pub(crate) fn new() -> Self {
        // Some are in file systems that an engine has in memory, some are not.
        let directories: Vec<TempDir> = ["/tmp", "/var/tmp", "/home", "/srv"]
            .map(|parent| TempDir::with_prefix_in("testsuite-canary-", parent).unwrap())
            .into();
        for directory in &directories {
            fs::write(directory.path().join("file"), "precious").unwrap();
        }
        let sleep = marker();
        let process = Command::new("sleep").arg(&sleep).spawn().unwrap();
        Self { directories, process, sleep, system: system() }
    }

    /// A chapter that removes and ends all that it can: what Docker has, the files and the processes of the machine.
    /// Its last step lists what Docker still has.
    pub(crate) fn attacked_by(&self, book: Book) -> Book {
        let paths: Vec<String> = self.paths().map(|path| path.display().to_string()).collect();
        let write = |prefix: &str| {
            let write = |path: &String| {
                format!(
                    "mkdir -p {prefix}{path}; echo spoilt >{prefix}{path}/file; rm -r {prefix}{path}"
                )
            };
            paths.iter().map(write).collect::<Vec<_>>().join("; ")
        };
        let on_host = format!(
            "{}; echo spoilt >/host/etc/hostname; rm -r /host/usr/share/doc",
            write("/host")
        );
        let kill = "for process in /proc/[0-9]*; do \
                    grep -q ^sleep $process/cmdline && kill -9 ${process#/proc/}; done";
        book.step("docker volume create data; docker network create web; docker volume create unused")
            .step_with("dies=137", "docker run -d --name app --network web -v data:/data alpine sleep 600")
            .step_with("dies=137", "docker run --name ended alpine true; docker run -d --name other alpine sleep 600")
            .step("docker pause other || true; docker tag alpine own; sleep 600 &")
            .step(&write(""))
            .step_with("exit=any", &format!("docker run --rm -v /:/host alpine sh -c '{on_host}'"))
            .step_with("exit=any", &format!("docker run --rm --privileged --pid host -v /:/host alpine sh -c '{on_host}'"))
            .step("cat /etc/hostname")
            .output("spoilt\n")
            .step(&format!("docker run --rm --privileged --pid host alpine sh -c '{kill}; kill -9 1'"))
            .step("docker run --rm --privileged --network host alpine ip link; docker unpause other || true")
            .step("docker rm -f $(docker ps -aq)")
            .step("docker create alpine; docker container prune -f")
            .step("docker image prune -af; docker builder prune -af")
            .step("docker volume prune -af; docker network prune -f")
            .step("docker system prune -af --volumes")
            .step("docker rmi -f $(docker images -q) || true")
            .step("docker ps -aq; docker volume ls -q; docker images -q; docker network ls -q --filter type=custom")
    }

    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.directories.iter().map(|directory| directory.path().to_owned())
    }

    #[track_caller]
    pub(crate) fn are_as_before(&mut self) {
        for directory in self.paths() {
            let files = fs::read_dir(&directory).unwrap().map(|file| file.unwrap().file_name());
            assert_eq!(files.collect::<Vec<_>>(), ["file"], "{}", directory.display());
            let text = fs::read_to_string(directory.join("file")).unwrap();
            assert_eq!(text, "precious", "{}", directory.display());
        }
        let ended = self.process.try_wait().unwrap();
        assert_eq!(ended, None, "the machine's `sleep {}` has ended", self.sleep);
        assert!(is_running(&self.sleep), "no process has the argument {}", self.sleep);
        assert_eq!(system(), self.system, "the machine is not as before");
    }
}

impl Drop for Canaries {
    fn drop(&mut self) {
        // Fails only if it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The machine's name, its interfaces, and files that it needs.
fn system() -> Vec<String> {
    let mut system: Vec<String> = interfaces().into_iter().collect();
    for file in ["/etc/hostname", "/proc/sys/kernel/hostname"] {
        system.push(fs::read_to_string(file).unwrap_or_default());
    }
    system.push(format!("{:?}", Path::new("/usr/share/doc").is_dir()));
    system
}

/// Runs the chapter beside a Docker with an author's objects.
#[track_caller]
fn the_machine_keeps_all(book: Book, runs: impl Fn(Program) -> Program) {
    let mut canaries = Canaries::new();
    let engine = Engine::with_objects();
    let before = engine.inventory();
    let book = canaries.attacked_by(book);
    let outcome = runs(book.to_verify()).env("DOCKER_HOST", engine.host()).run();
    outcome.exits(0).prints(LAST_STEP, "");
    assert_eq!(engine.inventory(), before, "{outcome}");
    canaries.are_as_before();
}

#[test]
fn the_machine_and_the_authors_own_engine_are_unchanged() {
    the_machine_keeps_all(Book::new().with_alpine(), |program| program);
}

#[test]
fn they_are_unchanged_by_a_users_chapter() {
    let user = User::shared();
    the_machine_keeps_all(rootless::book(&user), |program| user.runs(program));
}
#[test]
fn a_step_cannot_reach_the_authors_engine_by_its_address() {
    let engine = Engine::start();
    let host = engine.host();
    let outcome = Book::new()
        .step_with("exit=any", &format!("docker -H {host} volume create intruder"))
        .step("echo \"${DOCKER_HOST-unset}\"")
        .to_verify()
        .env("DOCKER_HOST", &host)
        .run();
    outcome.exits(0).prints(2, "unset\n");
    assert_eq!(engine.docker(["volume", "ls", "-q"]), "");
}

#[test]
fn steps_cannot_reach_the_machines_files() {
    let book = Book::new()
        .with_alpine()
        .file("secret", "mine\n")
        .step("echo spoilt >/etc/hostname; rm -rf /usr/share/*; echo x >/tmp/x; ls /tmp");
    let secret = book.path().join("secret");
    let secret = secret.display();
    let before = std::fs::read("/etc/hostname").ok();
    let outcome = book
        .step_with("exit=1", &format!("cat {secret}"))
        .step_with("exit=1", &format!("docker run --rm -v /:/host alpine cat /host{secret}"))
        .step("docker run --rm -v /:/host alpine cat /host/etc/hostname")
        .verify();
    outcome.exits(0).prints(1, "x\n").prints(4, "spoilt\n");
    assert_eq!(std::fs::read("/etc/hostname").ok(), before);
}
