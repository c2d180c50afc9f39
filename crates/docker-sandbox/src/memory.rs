//! A limit for the memory of everything in an engine.
//!
//! Control groups also count the pages of file systems in memory, for whoever wrote them first. So the
//! engine's first process joins the group before it mounts anything, and what it starts inherits that;
//! containers are in groups below, and steps join.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cgroup::Place;
use crate::limit_watch::{LimitWatch, Source};
use crate::system;

/// The limit of one engine.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    /// Processes join by writing `0` to it.
    procs: PathBuf,
    watch: Arc<LimitWatch>,
}

impl MemoryLimit {
    /// Creates the control group of an engine that is not started yet. The supervisor removes it.
    pub(crate) fn new(engine: &str, bytes: u64) -> io::Result<Self> {
        Self::at(Place::get(), engine, bytes)
    }

    fn at(place: &Place, engine: &str, bytes: u64) -> io::Result<Self> {
        let (group, procs, source) = match place {
            Place::Version2 { base, .. } => Self::version_2(base, engine, bytes)?,
            Place::Version1 => Self::version_1(engine, bytes)?,
            Place::Nowhere => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self { procs, watch: LimitWatch::start(group, source)? })
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
        let source = Source::Events { file: events, name: "oom" };
        Ok((group, daemons.join("cgroup.procs"), source))
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
        self.watch.is_exceeded()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_version_2_the_limit_is_that_of_the_whole_engine() {
        let base = tempfile::tempdir().unwrap();
        let group = base.path().join("engine");
        fs::create_dir(&group).unwrap();
        fs::write(base.path().join("cgroup.subtree_control"), "cpu pids\n").unwrap();
        let events = group.join("memory.events.local");
        fs::write(&events, "low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\n").unwrap();
        let place = Place::Version2 { base: base.path().to_owned(), has_limits: true };
        let limit = MemoryLimit::at(&place, "engine", 300 << 20).unwrap();
        let read = |file: &str| fs::read_to_string(base.path().join(file)).unwrap();
        assert_eq!(read("cgroup.subtree_control"), "+memory");
        assert_eq!(read("engine/memory.max"), (300 << 20).to_string());
        assert_eq!(read("engine/memory.swap.max"), "0");
        assert_eq!(limit.procs_file(), group.join("daemons/cgroup.procs"));
        assert!(group.join("daemons").is_dir());
        assert!(!limit.is_exceeded());
        fs::write(&events, "low 0\nhigh 0\nmax 12\noom 1\noom_kill 0\n").unwrap();
        assert!(limit.is_exceeded());
    }
}
