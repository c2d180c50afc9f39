//! A limit for the memory of everything in an engine.
//!
//! Control groups also count the pages of file systems in memory, for whoever wrote them first. So the
//! engine's first process joins the group before it mounts anything, and what it starts inherits that;
//! containers are in groups below, and steps join.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};

use crate::cgroup::Place;
use crate::system;

/// The limit of one engine.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    /// Processes join by writing `0` to it.
    procs: PathBuf,
    watch: Arc<Watch>,
}

impl MemoryLimit {
    /// Creates the control group of an engine that is not started yet. The supervisor removes it.
    pub(crate) fn new(engine: &str, bytes: u64) -> io::Result<Self> {
        let (group, procs, watch) = match Place::get() {
            Place::Version2 { base, .. } => Self::version_2(base, engine, bytes)?,
            Place::Version1 => Self::version_1(engine, bytes)?,
            Place::Nowhere => return Err(io::ErrorKind::Unsupported.into()),
        };
        let watch = Arc::new(Watch { group, source: watch, is_exceeded: Mutex::new(false) });
        let watching = Arc::clone(&watch);
        // Ends when the group is removed.
        thread::Builder::new().spawn(move || watching.follow())?;
        Ok(Self { procs, watch })
    }

    /// Version 1: a group in the hierarchy of memory.
    fn version_1(engine: &str, bytes: u64) -> io::Result<(PathBuf, PathBuf, Source)> {
        let hierarchy = Path::new("/sys/fs/cgroup/memory");
        if !hierarchy.join("memory.limit_in_bytes").is_file() {
            return Err(io::Error::other("the kernel has no memory control groups"));
        }
        let group = hierarchy.join(engine);
        fs::create_dir(&group)?;
        fs::write(group.join("memory.limit_in_bytes"), bytes.to_string())?;
        // Memory and swap together. Missing in kernels that do not count swap.
        let _ = fs::write(group.join("memory.memsw.limit_in_bytes"), bytes.to_string());
        // The kernel signals each time that the group, with all below it, is out of memory
        // ("10. OOM Control" in Documentation/admin-guide/cgroup-v1/memory.rst).
        let signals = system::event_counter()?;
        let control = File::open(group.join("memory.oom_control"))?;
        let registration = format!("{} {}", signals.as_raw_fd(), control.as_raw_fd());
        fs::write(group.join("cgroup.event_control"), registration)?;
        let procs = group.join("cgroup.procs");
        Ok((group, procs, Source::Signals(signals)))
    }

    /// Version 2: the engine's group, in which all others of it are. Only groups without groups in them can
    /// have processes, so the daemons get one of their own.
    fn version_2(
        hierarchy: &Path,
        engine: &str,
        bytes: u64,
    ) -> io::Result<(PathBuf, PathBuf, Source)> {
        let enabled = fs::read_to_string(hierarchy.join("cgroup.subtree_control"))?;
        if !enabled.split_whitespace().any(|controller| controller == "memory") {
            fs::write(hierarchy.join("cgroup.subtree_control"), "+memory")?;
        }
        let group = hierarchy.join(engine);
        let daemons = group.join("daemons");
        fs::create_dir_all(&daemons)?;
        fs::write(group.join("memory.max"), bytes.to_string())?;
        // Missing in kernels without swap.
        let _ = fs::write(group.join("memory.swap.max"), "0");
        let events = File::open(group.join("memory.events.local"))?;
        Ok((group, daemons.join("cgroup.procs"), Source::Events(events)))
    }

    /// The file to which the engine's first process writes `0`.
    pub(crate) fn procs_file(&self) -> &Path {
        &self.procs
    }

    /// The file to which each process that enters the engine must write `0`, if the group that it joins
    /// is not below the limit anyway.
    pub(crate) fn procs_file_of_steps(&self) -> Option<&Path> {
        matches!(Place::get(), Place::Version1).then_some(&self.procs)
    }

    /// Whether the engine has ever run out of memory.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.watch.update();
        *self.watch.is_exceeded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notices that a group is out of memory.
#[derive(Debug)]
struct Watch {
    group: PathBuf,
    source: Source,
    /// Locked while an update reads from the source.
    is_exceeded: Mutex<bool>,
}

#[derive(Debug)]
enum Source {
    /// Version 1: an eventfd.
    Signals(OwnedFd),
    /// Version 2: `memory.events.local`, which counts what happened because of this group's own limit.
    Events(File),
}

impl Watch {
    /// Updates whenever the kernel signals something. Returns when the group is removed, after which the
    /// number of signals cannot be asked for any more.
    fn follow(&self) {
        let (fd, flags) = match &self.source {
            Source::Signals(signals) => (signals.as_fd(), PollFlags::IN),
            Source::Events(events) => (events.as_fd(), PollFlags::PRI),
        };
        loop {
            let is_left = self.update();
            let polled = poll(&mut [PollFd::from_borrowed_fd(fd, flags)], None);
            let is_interrupted = polled == Err(rustix::io::Errno::INTR);
            if !is_left || (polled.is_err() && !is_interrupted) {
                return;
            }
        }
    }

    /// Returns whether the group is still there.
    fn update(&self) -> bool {
        let mut is_exceeded = self.is_exceeded.lock().unwrap_or_else(PoisonError::into_inner);
        *is_exceeded |= match &self.source {
            Source::Signals(signals) => {
                let mut count = [0; 8];
                // Nothing can be read if there was no signal since the last time.
                let has_signals = rustix::io::read(signals, &mut count).is_ok();
                // There is one more signal when the group is removed.
                has_signals && u64::from_ne_bytes(count) > u64::from(!self.group.exists())
            }
            Source::Events(events) => {
                let mut text = [0; 512];
                // Reading this descriptor is also what lets the next poll wait.
                let length = events.read_at(&mut text, 0).unwrap_or_default();
                count_of("oom", &String::from_utf8_lossy(&text[..length])) > 0
            }
        };
        self.group.exists()
    }
}

/// The number in the line of `memory.events` that begins with `name`.
fn count_of(name: &str, events: &str) -> u64 {
    let counts = events.lines().filter_map(|line| line.split_once(' '));
    let count = counts.filter(|(of, _)| *of == name).find_map(|(_, count)| count.parse().ok());
    count.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_by_their_whole_name() {
        let events = "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n";
        assert_eq!(count_of("oom", events), 2);
        assert_eq!(count_of("oom_kill", events), 1);
        assert_eq!(count_of("oo", events), 0);
    }
}
