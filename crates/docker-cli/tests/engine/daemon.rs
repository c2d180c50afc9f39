//! A daemon of a test's own, to be damaged.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use docker_cli::Docker;

use crate::machine::{self, eventually, shell};
use crate::{docker, name};

/// Starts a daemon: DIRECTORY SIZE. Its data are in memory, and vanish with its mount namespace. It has a network
/// namespace, too, since without a bridge it removes the one that is there, and plugins of its own.
const START: &str = r#"set -e
ip link set lo up
mount -t tmpfs -o "size=$2" docker-cli "$1/data"
mkdir -p /run/docker/plugins
mount -t tmpfs docker-cli /run/docker/plugins
exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" \
    --pidfile "$1/pid" --group root --bridge none --iptables=false"#;

/// A daemon that runs beside the engine's. Dropping it ends it, and removes its files.
pub(crate) struct Daemon {
    /// Where the engine runs.
    directory: String,
    log: tempfile::NamedTempFile,
    process: Child,
}

impl Daemon {
    /// Starts one with this much space for its data, as mount(8) takes it.
    pub(crate) fn start(test: &str, size: &str) -> Self {
        let directory = format!("/run/{}", name(test));
        shell(r#"mkdir "$1" "$1/data""#, &[&directory]);
        let log = tempfile::NamedTempFile::new().unwrap();
        let output = || Stdio::from(File::options().append(true).open(log.path()).unwrap());
        let words = ["unshare", "--mount", "--net", "sh", "-c", START, "sh", &directory, size];
        let mut command: Command = machine::command(words);
        let process = command.stdin(Stdio::null()).stdout(output()).stderr(output()).spawn();
        let mut daemon = Self { directory, log, process: process.unwrap() };
        eventually(|| {
            let ended = daemon.process.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}", daemon.log());
            daemon.docker().ping().is_ok()
        });
        daemon
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    pub(crate) fn socket(&self) -> String {
        format!("unix://{}/docker.sock", self.directory)
    }

    pub(crate) fn docker(&self) -> Docker {
        docker().host(self.socket())
    }

    /// The directory in which it looks for the sockets of plugins.
    pub(crate) fn plugins(&self) -> String {
        let pid = shell(r#"cat "$1/pid""#, &[&self.directory]);
        format!("/proc/{}/root/run/docker/plugins", pid.trim())
    }

    /// Fills the file system of its data.
    pub(crate) fn fill(&self) {
        let fill = r#"cat /dev/zero >"/proc/$(cat "$1/pid")/root$1/data/zero" 2>/dev/null || :"#;
        shell(fill, &[&self.directory]);
    }

    /// Makes room again after [`Self::fill`].
    pub(crate) fn make_room(&self) {
        shell(r#"rm "/proc/$(cat "$1/pid")/root$1/data/zero""#, &[&self.directory]);
    }

    /// Sends a signal to it.
    pub(crate) fn kill(&self, signal: &str) {
        shell(r#"kill -s "$2" "$(cat "$1/pid")""#, &[&self.directory, signal]);
    }

    /// Removes its socket.
    pub(crate) fn remove_socket(&self) {
        shell(r#"rm "$1/docker.sock""#, &[&self.directory]);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Containerd is its child, and ends with it (PR_SET_PDEATHSIG).
        let clean_up = r#"kill -s KILL "$(cat "$1/pid")"; rm -r "$1""#;
        let words = ["sh", "-c", clean_up, "sh", &self.directory];
        let _ = machine::command(words).stderr(Stdio::null()).status();
        // It stops with its child, and may not have been continued with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
