//! The `mdbook serve` that builds a book again and again.

use std::ffi::OsStr;

use docker_sandbox::ProcessStat;
use rustix::process::getppid;

/// A run of `mdbook serve`, identified by its PID and start time: PIDs are reused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pid: u32,
    /// In clock ticks since boot.
    started: u64,
}

impl Session {
    /// The session of the process that started this one.
    pub(crate) fn from_parent() -> Option<Self> {
        Self::from_pid(u32::try_from(getppid()?.as_raw_nonzero().get()).ok()?)
    }

    /// The session of a process; `None` if there is no process with this PID.
    pub(super) fn from_pid(pid: u32) -> Option<Self> {
        Some(Self { pid, started: ProcessStat::read(pid)?.start })
    }

    /// Parses what [`Self::name`] returns.
    pub(super) fn from_name(name: &OsStr) -> Option<Self> {
        let (pid, started) = name.to_str()?.split_once('-')?;
        Some(Self { pid: pid.parse().ok()?, started: started.parse().ok()? })
    }

    /// A unique name.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.pid, self.started)
    }

    /// Whether its process has ended.
    pub(super) fn is_over(&self) -> bool {
        Self::from_pid(self.pid).as_ref() != Some(self)
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn a_session_ends_with_its_process() {
        let session = Session::from_pid(id()).unwrap();
        assert_eq!(Session::from_name(session.name().as_ref()), Some(session.clone()));
        assert!(!session.is_over());
        assert!(Session { started: session.started - 1, ..session }.is_over());
        assert_eq!(Session::from_name("0a1b.json".as_ref()), None);

        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let session = Session::from_pid(child.id()).unwrap();
        assert!(!session.is_over());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(session.is_over());
    }
}
