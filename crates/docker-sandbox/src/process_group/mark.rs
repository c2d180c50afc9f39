//! Groups of processes without control groups.
//!
//! A shell and all that it starts, whatever becomes of their parents, are in a cgroup namespace of their own. Without
//! control groups, that changes nothing for them (cgroup_namespaces(7)), and it is visible in `/proc`.
//!
//! A shell that has processes in the background does not get another namespace for its next step. Then the group of
//! that step is everything in the namespace, except the earlier processes and their descendants. Of those, one that
//! loses its parent between two looks, and was never seen before, belongs to the later step.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::Pid;

use crate::process_stat::ProcessStat;
use crate::system;

/// A process: its PID and when it was started.
type Process = (u32, u64);

/// A group of processes in a namespace.
#[derive(Debug)]
pub(super) struct Marked {
    namespace: Arc<Namespace>,
    /// Processes in the namespace that belong to earlier groups.
    earlier: Mutex<HashSet<Process>>,
}

/// A cgroup namespace that exists for its number.
#[derive(Debug)]
struct Namespace {
    file: File,
    number: u64,
    /// The engine's first process, which is the parent of those that have lost theirs.
    init: u32,
    /// The engine's PID namespace. The process that enters it for a shell stays outside.
    pids: u64,
}

impl Marked {
    /// A group without processes, in a new namespace, in an engine with this first process.
    pub(super) fn new(init: u32) -> io::Result<Self> {
        let pids = fs::metadata(format!("/proc/{init}/ns/pid"))?.ino();
        // A thread has its cgroup namespace for itself.
        let thread = thread::Builder::new().name("docktest-mark".to_owned()).spawn(|| {
            system::new_cgroup_namespace()?;
            File::open("/proc/thread-self/ns/cgroup")
        })?;
        let file =
            thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread has panicked")))?;
        let number = file.metadata()?.ino();
        let namespace = Arc::new(Namespace { file, number, init, pids });
        Ok(Self { namespace, earlier: Mutex::default() })
    }

    /// The path of the namespace, for other processes of this user.
    pub(super) fn namespace(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", process::id(), self.namespace.file.as_raw_fd()).into()
    }

    /// The group for the next step of the same shell.
    pub(super) fn next(&self) -> Self {
        let all = self.namespace.processes();
        let earlier = earlier(&all, self.namespace.init);
        Self { namespace: Arc::clone(&self.namespace), earlier: Mutex::new(earlier) }
    }

    /// The processes of the group.
    pub(super) fn members(&self) -> Vec<Pid> {
        let all = self.namespace.processes();
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        // Noted as long as their parents are known.
        update(&mut earlier, &all);
        let members = all.keys().filter(|process| !earlier.contains(*process));
        members.filter_map(|(pid, _)| Pid::from_raw((*pid).try_into().ok()?)).collect()
    }
}

impl Namespace {
    /// The processes in the namespace, and the PID of the parent of each.
    fn processes(&self) -> HashMap<Process, u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let number = |pid: u32, kind: &str| {
            // Of a process of another user, or one that has exited, there is nothing to see.
            let namespace = Path::new("/proc").join(pid.to_string()).join("ns").join(kind);
            fs::metadata(namespace).ok().map(|namespace| namespace.ino())
        };
        pids.filter(|pid| number(*pid, "cgroup") == Some(self.number))
            .filter(|pid| number(*pid, "pid") == Some(self.pids))
            .filter_map(|pid| {
                let stat = ProcessStat::read(pid)?;
                (!matches!(stat.state, 'Z' | 'X')).then_some(((pid, stat.start), stat.parent))
            })
            .collect()
    }
}

/// All processes but the shell: its parent has entered the engine, and is neither among them nor `init`.
fn earlier(all: &HashMap<Process, u32>, init: u32) -> HashSet<Process> {
    let pids: HashSet<u32> = all.keys().map(|(pid, _)| *pid).collect();
    let is_shell = |parent: u32| parent != init && !pids.contains(&parent);
    let others = all.iter().filter(|(_, parent)| !is_shell(**parent));
    others.map(|(process, _)| *process).collect()
}

/// Removes processes that have exited, and adds descendants.
fn update(earlier: &mut HashSet<Process>, all: &HashMap<Process, u32>) {
    earlier.retain(|process| all.contains_key(process));
    loop {
        let pids: HashSet<u32> = earlier.iter().map(|(pid, _)| *pid).collect();
        let before = earlier.len();
        let children = all.iter().filter(|(_, parent)| pids.contains(parent));
        earlier.extend(children.map(|(process, _)| *process));
        if earlier.len() == before {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_of_earlier_processes_are_earlier_too() {
        // Started by process 9, which has entered the engine.
        let mut all = HashMap::from([((10, 1), 9), ((11, 2), 10), ((12, 3), 11), ((14, 4), 2)]);
        let mut known = earlier(&all, 2);
        assert_eq!(known, HashSet::from([(11, 2), (12, 3), (14, 4)]));
        // The next step starts 15. Of the earlier processes, 12 starts 16, and 14 exits.
        all.extend([((15, 5), 10), ((16, 6), 12)]);
        all.remove(&(14, 4));
        update(&mut known, &all);
        assert_eq!(known, HashSet::from([(11, 2), (12, 3), (16, 6)]));
        // When its parents exit, 16 is still known.
        all.retain(|(pid, _), _| [10, 15, 16].contains(pid));
        all.insert((16, 6), 2);
        update(&mut known, &all);
        assert_eq!(known, HashSet::from([(16, 6)]));
    }
}
