//! The program that a container on a Docker belongs to, and removing containers whose program has ended.
//!
//! A container ends by itself when its program ends. It stays only if its Docker was stopped first.

use std::fmt;
use std::fs;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use docker_cli::{Command, Docker};
use docker_sandbox::ProcessStat;

use crate::run::RunError;

/// The label of containers, with their owner.
pub(super) const LABEL: &str = "mdbook-docktest.owner";

/// A process of some machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// The machine since it was started, and the PID namespace: elsewhere, a PID means nothing.
    place: Place,
    pid: u32,
    /// Distinguishes it from earlier processes with the same PID.
    start: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    machine: String,
    boot: String,
    namespace: String,
}

impl Place {
    fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        // machine-id(5). A machine without it has at least a name.
        let machine = read("/etc/machine-id");
        let machine = if machine.is_empty() { read("/proc/sys/kernel/hostname") } else { machine };
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let namespace = namespace.to_string_lossy().replace(|c: char| !c.is_ascii_digit(), "");
        Self { machine, boot: read("/proc/sys/kernel/random/boot_id"), namespace }
    }
}

impl Owner {
    /// The process that runs now.
    pub(super) fn of_this_process() -> Self {
        let pid = process::id();
        let start = ProcessStat::read(pid).map_or(0, |stat| stat.start);
        Self { place: Place::here(), pid, start }
    }

    /// A name for a container that no other has.
    pub(super) fn container_name(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let boot = self.place.boot.split('-').next().unwrap_or_default();
        format!("mdbook-docktest-{boot}-{}-{}-{count}", self.pid, self.start)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mut part = || parts.next().map(str::to_owned);
        let place = Place { machine: part()?, boot: part()?, namespace: part()? };
        Some(Self { place, pid: part()?.parse().ok()?, start: part()?.parse().ok()? })
    }

    /// Whether it is certain that the process has ended. `here` is where this process runs.
    fn has_ended(&self, here: &Place, start_of: impl Fn(u32) -> Option<u64>) -> bool {
        if self.place.machine != here.machine {
            return false;
        }
        self.place.boot != here.boot
            || self.place.namespace == here.namespace && start_of(self.pid) != Some(self.start)
    }
}

/// As [`Owner::parse`] reads it.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { machine, boot, namespace } = &self.place;
        write!(f, "{machine}/{boot}/{namespace}/{}/{}", self.pid, self.start)
    }
}

/// Removes the containers of programs on this machine that have ended.
///
/// # Errors
/// When Docker does not list them. One that cannot be removed stays.
pub(super) fn remove_abandoned(docker: &Docker) -> Result<(), RunError> {
    let rows = docker.container().ls().all().filter(format!("label={LABEL}")).call()?;
    let here = Place::here();
    // A zombie has ended, too.
    let is_alive = |stat: &ProcessStat| !matches!(stat.state, 'Z' | 'X');
    let start_of = |pid| ProcessStat::read(pid).filter(is_alive).map(|stat| stat.start);
    for row in rows {
        // It may be gone by now.
        let Ok(Some(container)) = docker.container().find(&row.id) else { continue };
        let owner = container.config.labels.get(LABEL).and_then(|owner| Owner::parse(owner));
        if owner.is_some_and(|owner| owner.has_ended(&here, start_of)) {
            // The next run tries again.
            let _ = docker.container().rm([&row.id]).force().volumes().call();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(machine: &str, boot: &str, namespace: &str) -> Owner {
        let [machine, boot, namespace] = [machine, boot, namespace].map(str::to_owned);
        Owner { place: Place { machine, boot, namespace }, pid: 7, start: 100 }
    }

    #[test]
    fn an_owner_is_read_back_as_it_was_written() {
        let owner = Owner::of_this_process();
        assert_eq!(Owner::parse(&owner.to_string()), Some(owner.clone()));
        assert_ne!(owner.start, 0);
        for wrong in ["", "a/b/c", "a/b/c/pid/1", "a/b/c/1/"] {
            assert_eq!(Owner::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_names_of_containers_differ() {
        let owner = Owner::of_this_process();
        assert_ne!(owner.container_name(), owner.container_name());
    }

    #[test]
    fn only_an_owner_that_can_be_looked_for_here_is_known_to_have_ended() {
        let here = owner("m", "b", "1").place;
        let running = |pid| (pid == 7).then_some(100);
        let reused = |_| Some(101);
        let none = |_| None;
        assert!(!owner("m", "b", "1").has_ended(&here, running));
        assert!(owner("m", "b", "1").has_ended(&here, reused));
        assert!(owner("m", "b", "1").has_ended(&here, none));
        // The machine was started again.
        assert!(owner("m", "a", "2").has_ended(&here, running));
        // In another PID namespace or on another machine.
        assert!(!owner("m", "b", "2").has_ended(&here, none));
        assert!(!owner("n", "a", "1").has_ended(&here, none));
    }
}
