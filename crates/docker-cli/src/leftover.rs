//! Removing the container of a `docker run` that was stopped.
//!
//! Killing the client leaves the container running, and SIGTERM, which the client passes on, is
//! ignored by most programs that run as PID 1. So the container itself is removed. It is found by a
//! label that only this run has: a name could belong to a container that was there before, and the
//! file of `--cidfile` would be written on the far side of [`through`](crate::Docker::through).
//!
//! A daemon that hangs must not delay the caller, whose limit has passed already. So the clean-up
//! runs in a thread of its own, for which the caller waits no longer than [`PATIENCE`]; in the
//! background, a slow daemon gets [`LIMIT`] for each command.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::process::{End, Process};
use crate::settings::{Settings, Wrapper};
use crate::spawn::Start;

/// The label's key; its value is different for each run.
const LABEL: &str = "docker-cli.run";
/// How long the caller waits for the clean-up. Removing a running container takes a few tenths of a
/// second.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long each command of the clean-up may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How long to wait before looking again: the daemon may still be working on the request of the
/// killed client.
const RETRY_DELAY: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Leftover {
    settings: Arc<Settings>,
    label: String,
}

impl Leftover {
    pub(crate) fn new(settings: &Arc<Settings>) -> Self {
        let random = RandomState::new().build_hasher().finish();
        let label = format!("{LABEL}={:x}-{random:016x}", std::process::id());
        Self { settings: settings.clone(), label }
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Removes the container, if there is one. Returns the label, unless it is certain by then that
    /// no container is left.
    pub(crate) fn remove(self) -> Option<String> {
        let label = self.label.clone();
        let (sender, receiver) = mpsc::channel();
        let clean_up = move || {
            // It fails if the caller has stopped waiting.
            let _ = sender.send(self.clean_up());
        };
        let thread = thread::Builder::new().name("docker-cli clean-up".to_owned());
        let started = thread.spawn(clean_up).is_ok();
        let removed = started && receiver.recv_timeout(PATIENCE).unwrap_or(false);
        (!removed).then_some(label)
    }

    /// Whether it is certain that no container is left.
    fn clean_up(&self) -> bool {
        for delay in [Duration::ZERO, RETRY_DELAY] {
            thread::sleep(delay);
            let filter = format!("--filter=label={}", self.label);
            let list = ["container", "ls", "--all", "--quiet", "--no-trunc", &filter];
            let Some(found) = self.docker(&list) else { return false };
            let ids: Vec<&str> = found.split_whitespace().collect();
            if ids.is_empty() {
                continue;
            }
            let remove = [&["container", "rm", "--force", "--volumes"], ids.as_slice()].concat();
            return self.docker(&remove).is_some();
        }
        // Behind a shell, docker itself may still be running, and pull the image.
        !matches!(self.settings.wrapper, Wrapper::Shell(_))
    }

    /// Runs docker, and returns its standard output if it succeeds.
    fn docker(&self, arguments: &[&str]) -> Option<String> {
        let command = self.settings.command_line(arguments.iter().map(OsString::from));
        let start = Start {
            words: command.words().to_vec(),
            environment: self.settings.process_environment(),
            stdin: None,
            stdout: None,
            limit: Some(LIMIT),
        };
        let (end, captured) = Process::start(start, None).ok()?.capture().ok()?;
        let succeeded = matches!(end, End::Exited(status) if status.success());
        succeeded.then(|| String::from_utf8_lossy(&captured.stdout).into_owned())
    }
}
