//! A script in place of docker.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::Docker;
use tempfile::TempDir;

/// Far above what anything here takes on a busy machine, far below the sleeps in the scripts.
pub(crate) const HANG: Duration = Duration::from_secs(180);

/// Stands in for `ssh`: skips its options and the host, and passes the rest to a shell, as sshd
/// does.
pub(crate) const SSH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake/ssh");

/// A docker whose program is this script.
pub(crate) struct Fake {
    pub(crate) directory: TempDir,
    pub(crate) docker: Docker,
}

impl Fake {
    pub(crate) fn new(script: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let docker = Docker::new()
            .program(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake/docker"))
            .env("FAKE_DIRECTORY", directory.path())
            .env("FAKE_SCRIPT", script);
        Self { directory, docker }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The result of a call with a limit that leaves the script enough time, and the limit. On a busy machine, the first
    /// limits may be too short for what happens before a script is stopped, or right after; a fault shows with all of them.
    pub(crate) fn stopped<T>(
        &self,
        call: impl Fn(Duration) -> T,
        is_enough: impl Fn(&T) -> bool,
    ) -> (Duration, T) {
        let mut limit = Duration::from_millis(500);
        loop {
            let result = call(limit);
            if is_enough(&result) || limit > HANG / 10 {
                return (limit, result);
            }
            for file in fs::read_dir(self.directory.path()).unwrap() {
                fs::remove_file(file.unwrap().path()).unwrap();
            }
            limit *= 2;
        }
    }

    /// Whether the script has written a line with this text to a file.
    pub(crate) fn has_written(&self, file: &str, text: &str) -> bool {
        fs::read_to_string(self.path(file)).is_ok_and(|all| all.contains(&format!("{text}\n")))
    }

    /// Asserts that the process whose number the script wrote to this file has ended.
    pub(crate) fn assert_gone(&self, file: &str) {
        let pid = fs::read_to_string(self.path(file)).unwrap();
        let started = Instant::now();
        while is_alive(pid.trim()) {
            assert!(started.elapsed() < HANG, "process {pid} is still running");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn is_alive(pid: &str) -> bool {
    let state = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    // A zombie has ended; its new parent is yet to reap it.
    state.is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.trim_start().starts_with('Z'))
}

pub(crate) fn wait_for(path: &Path) {
    let started = Instant::now();
    while !fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n')) {
        assert!(started.elapsed() < HANG, "{} was not written", path.display());
        thread::sleep(Duration::from_millis(5));
    }
}
