//! A limit for how many processes everything in an engine has together.
//!
//! Control groups count threads (tasks), and refuse another one to a `fork` (`EAGAIN`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cgroup::Place;

/// The limit of one engine.
#[derive(Debug)]
pub(crate) struct ProcessLimit {
    /// Processes join by writing `0` to it.
    procs: PathBuf,
}

impl ProcessLimit {
    /// Creates the control group of an engine that is not started yet. The supervisor removes it.
    pub(crate) fn new(engine: &str, most: u32) -> io::Result<Self> {
        let (group, members) = match Place::get() {
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
        Ok(Self { procs: members.join("cgroup.procs") })
    }

    /// The file to which the engine's first process writes `0`.
    pub(crate) fn procs_file(&self) -> &Path {
        &self.procs
    }

    /// As [`crate::memory::MemoryLimit::procs_file_of_steps`].
    pub(crate) fn procs_file_of_steps(&self) -> Option<&Path> {
        matches!(Place::get(), Place::Version1).then_some(&self.procs)
    }
}
