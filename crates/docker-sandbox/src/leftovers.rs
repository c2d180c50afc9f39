//! What an engine could leave behind when its supervisor, too, was killed: empty control groups
//! and its scratch directory.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// How the names of engines begin.
const NAME_PREFIX: &str = "docktest-";

/// A name that no other engine on the machine has: the PID of this process, the time of its start,
/// which tells it from others that had the PID before, and a number.
pub(crate) fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let pid = process::id();
    let start = start_time(pid).unwrap_or_default();
    format!("{NAME_PREFIX}{pid}-{start}-{count}")
}

/// When a process was started, in clock ticks after the machine was; `None` if there is none with
/// this PID (proc_pid_stat(5), field 22).
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name, in parentheses, can have spaces and parentheses in it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

/// The scratch directory of the engine that is called so; the supervisor makes and removes it.
pub(crate) fn scratch_directory(name: &str) -> PathBuf {
    env::temp_dir().join(name)
}

/// Removes the scratch directories and control groups of engines whose owner is gone. Groups that
/// still have processes stay: the kernel refuses to remove them.
pub(crate) fn remove_abandoned() {
    for scratch in children(&env::temp_dir()) {
        if is_abandoned(&scratch) {
            // What cannot be removed now is met again by the next engine.
            let _ = fs::remove_dir_all(scratch);
        }
    }
    for hierarchy in hierarchies() {
        for group in children(&hierarchy) {
            if is_abandoned(&group) {
                remove_tree(&group);
            }
        }
    }
}

/// Removes the scratch directory and the control groups of an engine that is ending; waits for its
/// last process, within limits.
pub(crate) fn remove(name: &str, limit: Duration) {
    let deadline = Instant::now() + limit;
    // Mostly there is none: the supervisor has removed it.
    let _ = fs::remove_dir_all(scratch_directory(name));
    let groups: Vec<PathBuf> =
        hierarchies().into_iter().map(|hierarchy| hierarchy.join(name)).collect();
    loop {
        let left = || groups.iter().filter(|group| group.exists());
        left().for_each(|group| remove_tree(group));
        if left().next().is_none() || Instant::now() > deadline {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// `/sys/fs/cgroup` itself, which is version 2's hierarchy, and what lies in it, version 1's.
fn hierarchies() -> Vec<PathBuf> {
    let root = PathBuf::from("/sys/fs/cgroup");
    let mut found = children(&root);
    found.push(root);
    found
}

fn is_abandoned(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let owner = name.strip_prefix(NAME_PREFIX).and_then(|rest| {
        let mut numbers = rest.split('-').map(str::parse::<u64>);
        Some((u32::try_from(numbers.next()?.ok()?).ok()?, numbers.next()?.ok()?))
    });
    owner.is_some_and(|(pid, start)| start_time(pid) != Some(start))
}

fn remove_tree(group: &Path) {
    // In version 1 of control groups a frozen process (a paused container's) cannot be killed. In
    // other hierarchies there is no such file.
    let state = group.join("freezer.state");
    if state.exists() {
        let _ = fs::write(state, "THAWED");
    }
    for child in children(group) {
        remove_tree(&child);
    }
    // Busy groups stay, and are met again by the next engine.
    let _ = fs::remove_dir(group);
}

fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_of_this_process_is_not_abandoned() {
        assert!(!is_abandoned(Path::new(&unique_name())));
        assert!(!is_abandoned(Path::new("docktest-notes")));
        assert!(!is_abandoned(Path::new("other")));
    }

    #[test]
    fn an_engine_of_a_process_that_is_gone_is_abandoned_also_if_its_pid_is_not() {
        assert!(is_abandoned(Path::new("docktest-4294967295-1-0")));
        assert!(is_abandoned(Path::new(&format!("docktest-{}-1-0", process::id()))));
    }
}
