//! The start of an engine.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use docker_sandbox::ProcessEngine;

use crate::bench::{Bench, milliseconds};
use crate::rootless::Rootless;
use crate::row::{Row, Sides, Unit};

/// Prepares what a daemon needs, waits for a line on standard input, and starts the daemon with `$1`.
const PREPARE: &str = r#"
set -eu
umask 077
export HOME=/root
ip link set lo up
mount -t tmpfs none /var/lib/docker
mount -t tmpfs none /run
echo ready
read -r go
eval "$1"
until [ -S /run/docker.sock ]; do sleep 0.003; done
docker version >/dev/null
echo answered
read -r go
"#;

/// The usual way: dockerd starts containerd by itself.
const BARE: &str = "dockerd --exec-opt native.cgroupdriver=cgroupfs --group root >/dev/null 2>&1 &";

/// With a containerd that is already running, which is faster; as our engines do it.
const WITH_CONTAINERD: &str = r#"
cat >/run/containerd.toml <<END
version = 2
root = "/var/lib/docker/containerd/root"
state = "/run/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "/run/containerd.sock"
END
containerd --config /run/containerd.toml >/dev/null 2>&1 &
until [ -S /run/containerd.sock ]; do sleep 0.003; done
dockerd --exec-opt native.cgroupdriver=cgroupfs --group root --containerd /run/containerd.sock \
    >/dev/null 2>&1 &
"#;

pub(super) static START: Row = Row {
    name: "engine-start",
    numerator: "`ProcessEngine::start` and `docker version`",
    denominator: "`dockerd` until `docker version` answers",
    unit: Unit::Milliseconds,
    goal: Some(1.2),
    runs: 15,
    quick_runs: 3,
    note: "The denominator begins when its namespaces, mounts and loopback interface exist. It uses the \
           same root file system, also keeps its data in memory, and has no internet access. dockerd \
           starts containerd itself, as it does by default, and waits for a second before it tries to \
           connect again.",
    prepare: |_| sides(BARE),
};

pub(super) static START_STRICT: Row = Row {
    name: "engine-start-strict",
    numerator: "`ProcessEngine::start` and `docker version`",
    denominator: "`containerd` and `dockerd` until `docker version` answers",
    unit: Unit::Milliseconds,
    goal: Some(1.2),
    runs: 15,
    quick_runs: 3,
    note: "As `engine-start`, with containerd started first, as our engines do it: what remains is the \
           cost of namespaces, mounts, supervision and entering the engine.",
    prepare: |_| sides(WITH_CONTAINERD),
};

pub(super) static ROOTLESS: Row = Row {
    name: "engine-start-rootless",
    numerator: "`ProcessEngine::start` and `docker version` in a user namespace",
    denominator: "`ProcessEngine::start` and `docker version` as root",
    unit: Unit::Milliseconds,
    goal: Some(2.0),
    runs: 15,
    quick_runs: 3,
    note: "The user namespace has subordinate IDs and no control groups, as that of a user who is not root on a \
           machine without systemd. The numerator begins in the namespace: entering it takes about a hundredth of a \
           second, once per run of the program.",
    prepare: |_| {
        let namespace = Rootless::prepare()?;
        Ok(Sides::new(move || namespace.start(), start_and_ask))
    },
};

fn start_and_ask() -> Result<f64> {
    let mut engine = None;
    milliseconds(|| {
        let started = engine.insert(Bench::engine()?);
        started.docker().version()?;
        Ok(())
    })
}

fn sides(how: &'static str) -> Result<Sides> {
    let around = Rc::new(Bench::engine()?);
    Ok(Sides::new(start_and_ask, move || {
        let mut daemon = Daemon::prepare(&around, how)?;
        milliseconds(|| daemon.start())
    }))
}

/// A daemon in namespaces of its own in an engine, with the engine's file system.
struct Daemon {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Daemon {
    fn prepare(engine: &ProcessEngine, how: &str) -> Result<Self> {
        let mut words = engine.entering();
        words.extend(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
                .map(Into::into),
        );
        words.extend(["sh", "-c", PREPARE, "bare", how].map(Into::into));
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .env_clear()
            .env("PATH", format!("/usr/bin:{}", docker_sandbox::PATH))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run nsenter")?;
        let stdout = child.stdout.take().context("standard output is not a pipe")?;
        let mut daemon = Self { child, lines: BufReader::new(stdout) };
        daemon.expect("ready")?;
        Ok(daemon)
    }

    /// Starts the daemon, and waits for its first answer.
    fn start(&mut self) -> Result<()> {
        let stdin = self.child.stdin.as_mut().context("standard input is not a pipe")?;
        stdin.write_all(b"go\n").context("cannot write to the namespaces' first process")?;
        self.expect("answered")
    }

    fn expect(&mut self, word: &str) -> Result<()> {
        let mut line = String::new();
        self.lines
            .read_line(&mut line)
            .context("cannot read from the namespaces' first process")?;
        if line.trim() != word {
            bail!("the daemon did not start: expected `{word}`, got `{}`", line.trim());
        }
        Ok(())
    }
}

impl Drop for Daemon {
    /// The end of its input ends the namespaces' first process, and with it all others.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Fails only if it was waited for before.
        let _ = self.child.wait();
    }
}
