//! The processes of a step, tracked by a control group.
//!
//! A process group or a walk down the process tree misses processes that call `setsid` or outlive
//! their parent. Control group membership is inherited and cannot be left by accident, so it decides
//! which processes belong to a step, as it does for systemd's services.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The control group of one step's processes, including those in the background.
///
/// Dropping it does not end them: they end with the engine at the latest.
#[derive(Debug)]
pub struct ProcessGroup {
    directory: PathBuf,
}

/// Where control groups are created: in the only hierarchy of version 2, or in version 1's freezer.
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

    /// The `cgroup.procs` file, to which a process writes `0` to join. Its path in the engine is the
    /// same.
    #[must_use]
    pub fn procs_file(&self) -> PathBuf {
        self.directory.join("cgroup.procs")
    }

    /// The PIDs of the group's processes, in this process's PID namespace.
    pub fn members(&self) -> Vec<Pid> {
        fs::read_to_string(self.procs_file())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| Pid::from_raw(line.parse().ok()?))
            .collect()
    }

    /// Whether a process of the group has this pipe as its standard input and is waiting for data from
    /// it. Always `false` on kernels without `/proc/PID/syscall`.
    pub fn is_reading(&self, pipe: &File) -> bool {
        let Ok(pipe) = pipe.metadata() else { return false };
        self.members().into_iter().any(|pid| {
            let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
            // A process that has exited meanwhile does not read.
            let input = fs::metadata(process.join("fd/0"));
            let is_its_input =
                input.is_ok_and(|input| (input.dev(), input.ino()) == (pipe.dev(), pipe.ino()));
            is_its_input && has_reading_thread(&process.join("task"))
        })
    }

    /// Sends SIGINT to each process of the group that is not in `interrupted`, as a terminal does on
    /// Ctrl-C, and adds it to `interrupted`. The next call reaches processes that were forked
    /// meanwhile.
    pub fn interrupt(&self, interrupted: &mut HashSet<Pid>) {
        for pid in self.members() {
            if interrupted.insert(pid) {
                // Fails only if the process has exited meanwhile.
                let _ = kill_process(pid, Signal::INT);
            }
        }
    }

    /// Kills all processes of the group, including those that are forked meanwhile.
    ///
    /// Returns whether all are gone within `limit`. A process in an uninterruptible system call stays
    /// until the call returns.
    pub fn kill(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        // Version 2 kills them at once; in version 1, frozen processes cannot fork.
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

/// Whether a thread of a process is in the system call `read` on standard input: `syscall` has the
/// number of the call and its arguments, of which the first is the descriptor (proc(5)).
fn has_reading_thread(tasks: &Path) -> bool {
    let reading = format!("{} 0x0 ", libc::SYS_read);
    let Ok(mut tasks) = fs::read_dir(tasks) else { return false };
    tasks.any(|task| {
        let call = task.and_then(|task| fs::read_to_string(task.path().join("syscall")));
        call.is_ok_and(|call| call.starts_with(&reading))
    })
}
