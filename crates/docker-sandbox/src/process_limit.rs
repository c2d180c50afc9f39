//! A limit for how many processes everything in an engine has together.
//!
//! Control groups count threads (tasks), and refuse another one to a `fork` (`EAGAIN`).

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cgroup::{Place, children};
use crate::limit_watch::{LimitWatch, Source, count_of};

/// The limit of one engine.
#[derive(Debug)]
pub(crate) struct ProcessLimit {
    /// Processes join by writing `0` to it.
    procs: PathBuf,
    group: PathBuf,
    most: u32,
    watch: Arc<LimitWatch>,
}

impl ProcessLimit {
    /// Creates the control group of an engine that is not started yet. The supervisor removes it.
    pub(crate) fn new(engine: &str, most: u32) -> io::Result<Self> {
        Self::at(Place::get(), engine, most)
    }

    fn at(place: &Place, engine: &str, most: u32) -> io::Result<Self> {
        let (group, members) = match place {
            Place::Version1 => {
                let hierarchy = Path::new("/sys/fs/cgroup/pids");
                if !hierarchy.join("cgroup.procs").is_file() {
                    return Err(io::Error::other("the kernel has no control groups for that"));
                }
                let group = hierarchy.join(engine);
                (group.clone(), group)
            }
            // Only groups without groups in them can have processes, so the daemons get one of their own.
            Place::Version2 { base, .. } => {
                fs::write(base.join("cgroup.subtree_control"), "+pids")?;
                let group = base.join(engine);
                (group.clone(), group.join("daemons"))
            }
            Place::Nowhere => return Err(io::ErrorKind::Unsupported.into()),
        };
        fs::create_dir_all(&members)?;
        fs::write(group.join("pids.max"), most.to_string())?;
        let events = match local_events(&group) {
            events if events.exists() => events,
            _ => group.join("pids.events"),
        };
        let source = Source::Events { file: File::open(events)?, name: "max" };
        let watch = LimitWatch::start(group.clone(), source)?;
        Ok(Self { procs: members.join("cgroup.procs"), group, most, watch })
    }

    /// The file to which the engine's first process writes `0`.
    pub(crate) fn procs_file(&self) -> &Path {
        &self.procs
    }

    /// As [`crate::memory::MemoryLimit::procs_file_of_steps`].
    pub(crate) fn procs_file_of_steps(&self) -> Option<&Path> {
        matches!(Place::get(), Place::Version1).then_some(&self.procs)
    }

    /// Whether something in the engine was ever refused a process because of this limit.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.watch.is_exceeded() || (!local_events(&self.group).exists() && self.was_full())
    }

    /// For a kernel that counts what it refuses only in the groups of those who ask. A group that was removed has taken its
    /// count with it; the largest number of processes so far, which newer kernels know, is that of all groups.
    fn was_full(&self) -> bool {
        let peak = fs::read_to_string(self.group.join("pids.peak")).unwrap_or_default();
        peak.trim().parse::<u32>().is_ok_and(|peak| peak >= self.most) || has_refused(&self.group)
    }
}

/// The file that counts how often the limit of this very group was hit, wherever below it. Version 2 has it since Linux
/// 6.11; before, and in version 1, `pids.events` counts what was refused to members of a group, by whichever limit
/// (`pids_localevents` in Documentation/admin-guide/cgroup-v2.rst).
fn local_events(group: &Path) -> PathBuf {
    group.join("pids.events.local")
}

/// Whether a member of this group was refused a process, or of one below it that has no limit of its own, such as that of
/// `docker run --pids-limit`.
fn has_refused(group: &Path) -> bool {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    let has_limit = |group: &Path| read(group.join("pids.max")).trim() != "max";
    count_of("max", &read(group.join("pids.events"))) > 0
        || children(group).iter().any(|child| !has_limit(child) && has_refused(child))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of control groups, by their paths below a new directory.
    fn groups(files: &[(&str, &str)]) -> tempfile::TempDir {
        let base = tempfile::tempdir().unwrap();
        write(base.path(), files);
        base
    }

    fn write(base: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = base.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn limit(base: &Path) -> ProcessLimit {
        let place = Place::Version2 { base: base.to_owned(), has_limits: true };
        ProcessLimit::at(&place, "engine", 200).unwrap()
    }

    #[test]
    fn in_version_2_the_limit_is_that_of_the_whole_engine() {
        let base = groups(&[("engine/pids.events.local", "max 0\n")]);
        let limit = limit(base.path());
        let read = |file: &str| fs::read_to_string(base.path().join(file)).unwrap();
        assert_eq!(read("cgroup.subtree_control"), "+pids");
        assert_eq!(read("engine/pids.max"), "200");
        assert_eq!(limit.procs_file(), base.path().join("engine/daemons/cgroup.procs"));
        assert!(base.path().join("engine/daemons").is_dir());
        // Of a container with a limit of its own.
        write(base.path(), &[("engine/pids.events", "max 3\n"), ("engine/pids.peak", "200\n")]);
        assert!(!limit.is_exceeded());
        write(base.path(), &[("engine/pids.events.local", "max 1\n")]);
        assert!(limit.is_exceeded());
    }

    #[test]
    fn on_an_older_kernel_all_groups_without_a_limit_of_their_own_count() {
        let base = groups(&[("engine/pids.events", "max 0\n")]);
        let limit = limit(base.path());
        let small = "engine/containers/small";
        write(
            base.path(),
            &[
                ("engine/containers/pids.max", "max\n"),
                ("engine/containers/app/pids.max", "max\n"),
                ("engine/containers/app/pids.events", "max 0\n"),
                (&format!("{small}/pids.max"), "16\n"),
                (&format!("{small}/pids.events"), "max 7\n"),
                (&format!("{small}/inner/pids.max"), "max\n"),
                (&format!("{small}/inner/pids.events"), "max 7\n"),
                ("engine/pids.peak", "199\n"),
            ],
        );
        assert!(!limit.is_exceeded());
        let app = |events| write(base.path(), &[("engine/containers/app/pids.events", events)]);
        app("max 1\n");
        assert!(limit.is_exceeded());
        app("max 0\n");
        assert!(!limit.is_exceeded());
        // A container that was removed.
        write(base.path(), &[("engine/pids.peak", "200\n")]);
        assert!(limit.is_exceeded());
    }

    #[test]
    fn what_was_refused_is_still_known_when_the_group_is_gone() {
        let base = groups(&[("engine/pids.events", "max 0\n")]);
        let limit = limit(base.path());
        write(base.path(), &[("engine/pids.events", "max 1\n")]);
        assert!(limit.is_exceeded());
        fs::remove_dir_all(base.path().join("engine")).unwrap();
        assert!(limit.is_exceeded());
    }
}
