//! A running program.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use tempfile::TempDir;

use crate::machine::{self, eventually};
use crate::outcome::Outcome;

/// Longer than any run takes on a busy machine, also one of the whole course: a run that takes this long hangs.
const LIMIT: Duration = Duration::from_secs(600);

/// A running program. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    chapters: Vec<(String, String)>,
    start: Instant,
    limit: Duration,
    _directory: Option<Arc<TempDir>>,
}

impl Running {
    pub(crate) fn new(
        mut child: Child,
        input: Vec<u8>,
        chapters: Vec<(String, String)>,
        directory: Option<Arc<TempDir>>,
    ) -> Self {
        let mut stdin = child.stdin.take().unwrap();
        thread::spawn(move || {
            // Fails if the program ends without reading it.
            let _ = stdin.write_all(&input);
        });
        let stdout = read_to_end(child.stdout.take().unwrap());
        let stderr = read_to_end(child.stderr.take().unwrap());
        let start = Instant::now();
        Self {
            child,
            stdout: Some(stdout),
            stderr: Some(stderr),
            chapters,
            start,
            limit: LIMIT,
            _directory: directory,
        }
    }

    /// The program's PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until a descendant of this run has `marker` as one of its arguments. The run must not end before.
    #[track_caller]
    pub fn until_process(&self, marker: &str) -> &Self {
        eventually(&format!("a process with the argument {marker}"), || {
            let family = machine::family(self.pid());
            assert!(
                !family.is_empty(),
                "the run ended without a process with the argument {marker}"
            );
            family.iter().any(|process| process.has_argument(marker))
        });
        self
    }

    /// Kills the descendants of this run that have `marker` as one of their arguments.
    pub fn kill_process(&self, marker: &str) -> &Self {
        let family = machine::family(self.pid());
        let found = family.iter().filter(|process| process.has_argument(marker));
        found.for_each(|process| kill(process.pid, Signal::KILL));
        self
    }

    /// The PID of the engine's supervisor.
    pub fn supervisor(&self) -> u32 {
        self.find_supervisor().expect("the engine has a supervisor")
    }

    /// The PID of the engine's supervisor; `None` if no engine is starting or running.
    pub fn find_supervisor(&self) -> Option<u32> {
        let is_supervisor = |process: &machine::Process| {
            process.parent == self.pid() && process.has_argument("docktest-supervisor")
        };
        let found = machine::processes().into_iter().find(is_supervisor);
        found.map(|process| process.pid)
    }

    /// The peak memory of the program itself, in KiB.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) -> &Self {
        kill(self.pid(), signal);
        self
    }

    /// Sends SIGINT to the program's process group, as a terminal does on Ctrl-C.
    pub fn interrupt(&self) -> &Self {
        self.signal_group(Signal::INT)
    }

    /// Sends the program's process group a signal, as a terminal does on Ctrl-C or when it is closed.
    pub fn signal_group(&self, signal: Signal) -> &Self {
        let group = Pid::from_raw(self.pid().try_into().unwrap()).unwrap();
        kill_process_group(group, signal).unwrap();
        self
    }

    /// Sends the preprocessor of mdBook, which is this program, a signal. Returns false if it does not run.
    pub fn signal_preprocessor(&self, signal: Signal) -> bool {
        let is_it = |process: &machine::Process| {
            process.parent == self.pid() && !process.has_argument("supports")
        };
        let found = machine::processes().into_iter().find(is_it);
        found.is_some_and(|process| {
            let pid = Pid::from_raw(process.pid.try_into().unwrap()).unwrap();
            kill_process(pid, signal).is_ok()
        })
    }

    /// Kills the engine's supervisor.
    pub fn kill_supervisor(&self) -> &Self {
        kill(self.supervisor(), Signal::KILL);
        self
    }

    /// Waits until the program has ended, for as long as a mirror needs from which it downloads.
    pub fn wait_for_downloads(mut self) -> Outcome {
        self.limit = Duration::MAX;
        self.wait()
    }

    /// Waits until the program has ended.
    pub fn wait(mut self) -> Outcome {
        let status = self.wait_for_exit();
        let text = |reader: Option<JoinHandle<Vec<u8>>>| {
            String::from_utf8_lossy(&reader.unwrap().join().unwrap()).into_owned()
        };
        Outcome {
            status: status.code(),
            time: self.start.elapsed(),
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            chapters: std::mem::take(&mut self.chapters),
        }
    }

    fn wait_for_exit(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if self.start.elapsed() >= self.limit {
                let threads = machine::waiting(self.pid());
                // What it has said until now can be read once it has ended.
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                let stderr = self.stderr.take().unwrap().join().unwrap();
                let stderr = String::from_utf8_lossy(&stderr);
                panic!("the program hangs\n{threads}--- standard error\n{stderr}");
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal).unwrap();
}

fn read_to_end(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}
