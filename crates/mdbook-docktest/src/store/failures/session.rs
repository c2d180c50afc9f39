//! The process that builds a book again and again.

use std::ffi::OsStr;
use std::fs;

use rustix::process::getppid;

/// A run of `mdbook serve`, by its process: a PID is given to another one later, so the time when it
/// was started belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pid: u32,
    /// In ticks since the machine's start.
    started: u64,
}

impl Session {
    /// That of the process that has started this one.
    pub(crate) fn of_parent() -> Option<Self> {
        Self::of(u32::try_from(getppid()?.as_raw_nonzero().get()).ok()?)
    }

    /// That of a process; nothing if there is none with this PID.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The program's name, the second field, may have spaces and parentheses in it (proc(5)).
        let (_, from_third) = stat.rsplit_once(')')?;
        let started = from_third.split_whitespace().nth(22 - 3)?.parse().ok()?;
        Some(Self { pid, started })
    }

    /// The one with this name.
    pub(super) fn named(name: &OsStr) -> Option<Self> {
        let (pid, started) = name.to_str()?.split_once('-')?;
        Some(Self { pid: pid.parse().ok()?, started: started.parse().ok()? })
    }

    /// A name that no other session has.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.pid, self.started)
    }

    /// Whether its process has ended.
    pub(super) fn is_over(&self) -> bool {
        Self::of(self.pid).as_ref() != Some(self)
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn a_session_is_its_process_and_no_other_with_its_pid() {
        let session = Session::of(id()).unwrap();
        assert_eq!(Session::named(session.name().as_ref()), Some(session.clone()));
        assert!(!session.is_over());
        assert!(Session { started: session.started - 1, ..session }.is_over());
        assert_eq!(Session::named("0a1b.json".as_ref()), None);

        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let session = Session::of(child.id()).unwrap();
        assert!(!session.is_over());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(session.is_over());
    }
}
