//! The processes of a step.
//!
//! A process group or a walk down the process tree misses processes that call `setsid` or outlive
//! their parent. Control group membership is inherited and cannot be left by accident, so it decides
//! which processes belong to a step, as it does for systemd's services. Where there are no control groups, it is the
//! same with a namespace of its own for each shell.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Pid;

use self::mark::Marked;
use crate::processes;

mod mark;

/// One step's processes, including those in the background.
///
/// Dropping it does not end them: they end with the engine at the latest.
#[derive(Debug)]
pub struct ProcessGroup(Kind);

#[derive(Debug)]
enum Kind {
    /// Those of a control group, which has this directory.
    ControlGroup(PathBuf),
    /// Those of a shell, except those of its earlier steps.
    Marked(Marked),
}

impl ProcessGroup {
    /// A control group without processes, with this directory.
    pub(crate) fn in_control_group(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self(Kind::ControlGroup(directory)))
    }

    /// A group without processes, in an engine with this first process.
    pub(crate) fn marked(init: u32) -> io::Result<Self> {
        Ok(Self(Kind::Marked(Marked::new(init)?)))
    }

    /// A group for the next step of the shell that is in this one. The shell joins it by its
    /// [`Self::procs_file`]; its other processes stay in this group.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn next(&self, name: &str) -> io::Result<Self> {
        match &self.0 {
            Kind::ControlGroup(directory) => Self::in_control_group(directory.with_file_name(name)),
            Kind::Marked(marked) => Ok(Self(Kind::Marked(marked.next()))),
        }
    }

    /// The file to which a process writes `0` to join. Its path in the engine is the same.
    #[must_use]
    pub fn procs_file(&self) -> PathBuf {
        match &self.0 {
            Kind::ControlGroup(directory) => directory.join("cgroup.procs"),
            // They are in the group from the start.
            Kind::Marked(_) => "/dev/null".into(),
        }
    }

    /// The PIDs of the group's processes, in this process's PID namespace.
    pub fn members(&self) -> Vec<Pid> {
        match &self.0 {
            Kind::ControlGroup(directory) => members(directory),
            Kind::Marked(marked) => marked.members(),
        }
    }

    /// Kills all processes of the group, including those that are forked meanwhile.
    ///
    /// Returns whether all are gone within `limit`. A process in an uninterruptible system call stays
    /// until the call returns.
    pub fn kill(&self, limit: Duration) -> bool {
        if let Kind::ControlGroup(directory) = &self.0 {
            // Version 2 kills them at once; in version 1, frozen processes cannot fork.
            if fs::write(directory.join("cgroup.kill"), "1").is_err() {
                let state = directory.join("freezer.state");
                let _ = fs::write(&state, "FROZEN");
                processes::kill(&self.members());
                let _ = fs::write(&state, "THAWED");
            }
        }
        processes::kill_all(|| self.members(), limit)
    }

    /// The namespace that the group's first process must enter, as a path for `nsenter --cgroup`.
    pub(crate) fn namespace(&self) -> Option<PathBuf> {
        match &self.0 {
            Kind::ControlGroup(_) => None,
            Kind::Marked(marked) => Some(marked.namespace()),
        }
    }
}

fn members(directory: &Path) -> Vec<Pid> {
    fs::read_to_string(directory.join("cgroup.procs"))
        .unwrap_or_default()
        .lines()
        .filter_map(|line| Pid::from_raw(line.parse().ok()?))
        .collect()
}
