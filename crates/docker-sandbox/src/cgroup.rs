//! All processes of a step, kept together by a control group.
//!
//! A process group or a walk down the tree of parents loses whoever calls `setsid` or outlives its
//! parent. Control group membership is inherited and cannot be left by accident, so it is what
//! decides who belongs to a step, as it does for systemd's services.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The control group of one step's processes, shells left in the background included.
///
/// Dropping it leaves them alone: they end with the engine at the latest.
#[derive(Debug)]
pub struct ProcessGroup {
    directory: PathBuf,
}

/// Where control groups of processes are made: version 2's only hierarchy, or version 1's freezer.
fn hierarchy() -> &'static Path {
    if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
        Path::new("/sys/fs/cgroup")
    } else {
        Path::new("/sys/fs/cgroup/freezer")
    }
}

impl ProcessGroup {
    pub(crate) fn new(engine: &str, name: &str) -> io::Result<Self> {
        let directory = hierarchy().join(engine).join(name);
        fs::create_dir_all(&directory)?;
        Ok(Self { directory })
    }

    /// The file into which a process writes `0` to join. The path is the same inside the engine.
    #[must_use]
    pub fn door(&self) -> PathBuf {
        self.directory.join("cgroup.procs")
    }

    /// The PIDs of the processes, as this process sees them.
    pub fn members(&self) -> Vec<Pid> {
        fs::read_to_string(self.door())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| Pid::from_raw(line.parse().ok()?))
            .collect()
    }

    /// Whether one of them waits for what is written to this pipe, its standard input. A system that
    /// does not tell what processes wait for gives `false`.
    pub fn is_reading(&self, pipe: &File) -> bool {
        let Ok(pipe) = pipe.metadata() else { return false };
        self.members().into_iter().any(|pid| {
            let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
            // Whoever is gone meanwhile does not read.
            let input = fs::metadata(process.join("fd/0"));
            let is_its_input =
                input.is_ok_and(|input| (input.dev(), input.ino()) == (pipe.dev(), pipe.ino()));
            is_its_input && has_thread_that_reads(&process.join("task"))
        })
    }

    /// Sends SIGINT to each of them that is not in `told`, as a terminal does on Ctrl-C, and adds
    /// it there. Who was being born meanwhile is met by the next call.
    pub fn interrupt(&self, told: &mut HashSet<Pid>) {
        for pid in self.members() {
            if told.insert(pid) {
                // Whoever is gone meanwhile needs no signal.
                let _ = kill_process(pid, Signal::INT);
            }
        }
    }

    /// Kills all of them, also those that are being born meanwhile.
    ///
    /// Returns whether none is left; one can stay for as long as the kernel holds it.
    pub fn kill(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        // Version 2 does it in one go; in version 1 a frozen process cannot fork.
        if fs::write(self.directory.join("cgroup.kill"), "1").is_err() {
            let state = self.directory.join("freezer.state");
            let _ = fs::write(&state, "FROZEN");
            self.kill_members();
            let _ = fs::write(&state, "THAWED");
        }
        while !self.members().is_empty() {
            if Instant::now() > deadline {
                return false;
            }
            self.kill_members();
            thread::sleep(Duration::from_millis(2));
        }
        true
    }

    fn kill_members(&self) {
        for pid in self.members() {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Whether one of a process's threads is in the system call `read` of standard input: proc(5) has the
/// call's number and its arguments, of which the first is the descriptor.
fn has_thread_that_reads(tasks: &Path) -> bool {
    let reading = format!("{} 0x0 ", libc::SYS_read);
    let Ok(mut tasks) = fs::read_dir(tasks) else { return false };
    tasks.any(|task| {
        let call = task.and_then(|task| fs::read_to_string(task.path().join("syscall")));
        call.is_ok_and(|call| call.starts_with(&reading))
    })
}
