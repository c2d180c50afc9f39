//! What an engine could leave behind when its supervisor, too, was killed: empty control groups
//! and its scratch directory.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How the names of engines begin.
pub(crate) const NAME_PREFIX: &str = "docktest-";

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

fn is_abandoned(group: &Path) -> bool {
    let name = group.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix(NAME_PREFIX)
        .and_then(|rest| rest.split_once('-'))
        .and_then(|(pid, _)| pid.parse::<u32>().ok())
        .is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
}

fn remove_tree(group: &Path) {
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
