//! Where the steps of a chapter run: on an engine, or on this machine in the runner's own tests, which
//! then need neither root nor an engine.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_cli::Canceller;
use docker_sandbox::{ProcessEngine, ProcessGroup, Session, Terminal};
use rustix::process::Pid;

use super::settle::settle;

/// The directory of the shell's pipes and scripts in an engine.
pub(super) const DIRECTORY: &str = "/run/docktest/shell";

/// The empty directory of an engine in which a chapter starts.
const WORKPLACE: &str = "/lab";

/// What the runner needs to know about the place where steps run.
pub(super) trait Place {
    /// The directory of the shell's pipes and scripts, as steps see it. Scripts name it without
    /// quotes.
    fn directory(&self) -> &str;

    /// The path in this process's file system of an absolute path that steps see.
    fn outside(&self, inside: &Path) -> PathBuf;

    /// A group without processes, and the words to put in front of a command to run it as a member of
    /// that group, in the directory in which a chapter starts, with exactly this environment.
    fn enter_new_group(
        &self,
        name: &str,
        environment: &[(OsString, OsString)],
        session: Session,
    ) -> io::Result<(Box<dyn Group>, Vec<OsString>)>;

    /// A terminal that steps can open by its name.
    fn terminal(&self, columns: u16, rows: u16) -> io::Result<Terminal>;

    /// The processes that a docker client can pass its input on to: those in containers; `None` if they
    /// cannot be seen.
    fn inner_processes(&self) -> Option<Vec<Pid>>;

    /// Waits for what a command that has ended goes on to do, until a reader would type the next one.
    fn settle(&self, ended: &str, canceller: &Canceller);

    /// Whether steps can still run.
    fn is_running(&self) -> bool;
}

/// The processes of a step, including those in the background.
pub(super) trait Group {
    /// The file to which a process writes its PID to join, as steps see it.
    fn procs_file(&self) -> PathBuf;

    /// A group without processes, for the next step of the shell that is in this one. The others stay.
    fn next(&self, name: &str) -> io::Result<Box<dyn Group>>;

    /// The PIDs of the group's processes, in this process's PID namespace.
    fn members(&self) -> Vec<Pid>;

    /// Kills all processes of the group, including those that are forked meanwhile. Returns whether all
    /// are gone within `limit`.
    fn kill(&self, limit: Duration) -> bool;
}

impl Place for ProcessEngine {
    fn directory(&self) -> &str {
        DIRECTORY
    }

    fn outside(&self, inside: &Path) -> PathBuf {
        self.outside(inside)
    }

    fn enter_new_group(
        &self,
        name: &str,
        environment: &[(OsString, OsString)],
        session: Session,
    ) -> io::Result<(Box<dyn Group>, Vec<OsString>)> {
        let group = self.process_group(name).map_err(io::Error::other)?;
        let words = self.entering_group(&group, Path::new(WORKPLACE), environment, session);
        Ok((Box::new(group), words))
    }

    fn terminal(&self, columns: u16, rows: u16) -> io::Result<Terminal> {
        self.terminal(columns, rows).map_err(io::Error::other)
    }

    fn inner_processes(&self) -> Option<Vec<Pid>> {
        Some(self.processes())
    }

    fn settle(&self, ended: &str, canceller: &Canceller) {
        settle(self, ended, canceller);
    }

    fn is_running(&self) -> bool {
        self.is_running()
    }
}

impl Group for ProcessGroup {
    fn procs_file(&self) -> PathBuf {
        self.procs_file()
    }

    fn next(&self, name: &str) -> io::Result<Box<dyn Group>> {
        Ok(Box::new(self.next(name)?))
    }

    fn members(&self) -> Vec<Pid> {
        self.members()
    }

    fn kill(&self, limit: Duration) -> bool {
        self.kill(limit)
    }
}
