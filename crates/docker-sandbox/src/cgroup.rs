//! The processes of a step, tracked by a control group.
//!
//! A process group or a walk down the process tree misses processes that call `setsid` or outlive
//! their parent. Control group membership is inherited and cannot be left by accident, so it decides
//! which processes belong to a step, as it does for systemd's services.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Pid;

use crate::processes;

/// The control group of one step's processes, including those in the background.
///
/// Dropping it does not end them: they end with the engine at the latest.
#[derive(Debug)]
pub struct ProcessGroup {
    directory: PathBuf,
}

/// Whether the machine has version 2 of control groups only.
pub(crate) fn is_version_2() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// Where control groups are created: in the only hierarchy of version 2, or in version 1's freezer.
fn hierarchy() -> &'static Path {
    if is_version_2() { Path::new("/sys/fs/cgroup") } else { Path::new("/sys/fs/cgroup/freezer") }
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

    /// Kills all processes of the group, including those that are forked meanwhile.
    ///
    /// Returns whether all are gone within `limit`. A process in an uninterruptible system call stays
    /// until the call returns.
    pub fn kill(&self, limit: Duration) -> bool {
        // Version 2 kills them at once; in version 1, frozen processes cannot fork.
        if fs::write(self.directory.join("cgroup.kill"), "1").is_err() {
            let state = self.directory.join("freezer.state");
            let _ = fs::write(&state, "FROZEN");
            processes::kill(&self.members());
            let _ = fs::write(&state, "THAWED");
        }
        processes::kill_all(|| self.members(), limit)
    }
}
