//! What an engine leaves behind if its supervisor is killed as well: empty control groups and its
//! directories.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use crate::cgroup::{Place, children};
use crate::engine_name::is_abandoned;

/// A file system in memory (`shm_overview(7)`).
const MEMORY: &str = "/dev/shm";

/// How long to wait for processes that were killed while they were frozen to end.
const THAW_LIMIT: Duration = Duration::from_secs(2);

/// The scratch directory of the engine with this name. The supervisor creates and removes it.
pub(crate) fn scratch_directory(name: &str) -> PathBuf {
    env::temp_dir().join(name)
}

/// A directory for many small files of the engine with this name, in memory: hundreds of them take longer
/// to create on a disk than the daemon takes to start. Not every machine has its parent. The supervisor
/// removes it.
pub(crate) fn memory_directory(name: &str) -> PathBuf {
    Path::new(MEMORY).join(name)
}

/// Something that an engine has left behind because it was killed together with its supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The directory.
    pub path: PathBuf,
    /// Whether it is a control group, which occupies no space on disk.
    pub is_control_group: bool,
}

impl Leftover {
    /// Removes it.
    ///
    /// # Errors
    /// When this process may not, or a control group still has processes.
    pub fn remove(&self) -> io::Result<()> {
        let removed = match self.is_control_group {
            true => remove_tree(&self.path),
            false => fs::remove_dir_all(&self.path),
        };
        match removed {
            // Another program has just removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    /// Lets processes go on that are frozen, so that they can end. Returns whether there may be some.
    fn thaw(&self) -> bool {
        self.is_control_group && thaw_tree(&self.path)
    }
}

/// The scratch directories and control groups of engines whose owner has exited.
pub fn leftovers() -> Vec<Leftover> {
    let leftover = |is_control_group| move |path| Leftover { path, is_control_group };
    let directories = [env::temp_dir(), PathBuf::from(MEMORY)];
    let scratch = directories.iter().flat_map(|directory| children(directory));
    let scratch = scratch.map(leftover(false));
    let hierarchies = Place::get().hierarchies().into_iter();
    let groups = hierarchies.flat_map(|hierarchy| children(&hierarchy));
    let all = scratch.chain(groups.map(leftover(true)));
    all.filter(|leftover| is_abandoned(&leftover.path)).collect()
}

/// Removes what earlier engines have left behind. The kernel refuses to remove groups that still have
/// processes; they stay, and the next engine tries again.
pub(crate) fn remove_abandoned() {
    let mut left = leftovers();
    // All of them, before any group is removed: a process is in a group of each hierarchy.
    let frozen = left.iter().filter(|leftover| leftover.thaw()).count();
    left.retain(|leftover| leftover.remove().is_err());
    let deadline = Instant::now() + THAW_LIMIT;
    // A process that was killed while it was frozen ends now.
    while frozen > 0 && !left.is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
        left.retain(|leftover| leftover.remove().is_err());
    }
}

/// Lets frozen processes of an engine that is ending end, too.
pub(crate) fn thaw(name: &str) {
    for hierarchy in Place::get().hierarchies() {
        thaw_tree(&hierarchy.join(name));
    }
}

/// Removes the directories and the control groups of an engine that is ending. Waits for its last
/// process, but not longer than `limit`.
pub(crate) fn remove(name: &str, limit: Duration) {
    let deadline = Instant::now() + limit;
    // Usually the supervisor has removed them already.
    let _ = fs::remove_dir_all(scratch_directory(name));
    let _ = fs::remove_dir_all(memory_directory(name));
    let hierarchies = Place::get().hierarchies().into_iter();
    let groups: Vec<PathBuf> = hierarchies.map(|hierarchy| hierarchy.join(name)).collect();
    loop {
        let left = || groups.iter().filter(|group| group.exists());
        for group in left() {
            // One that still has processes stays for now.
            let _ = remove_tree(group);
        }
        if left().next().is_none() || Instant::now() > deadline {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Lets the processes of a control group and of those below it go on. In version 1 of control groups, a frozen process
/// (of a paused container) cannot be killed. Returns whether some of them were frozen.
fn thaw_tree(group: &Path) -> bool {
    // Only the hierarchy of the freezer has this file.
    let file = group.join("freezer.state");
    let Ok(state) = fs::read_to_string(&file) else { return false };
    let _ = fs::write(file, "THAWED");
    let mut was_frozen = state.trim() != "THAWED";
    children(group).iter().for_each(|child| was_frozen |= thaw_tree(child));
    was_frozen
}

/// Removes a control group and those below it.
fn remove_tree(group: &Path) -> io::Result<()> {
    thaw_tree(group);
    for child in children(group) {
        // If it stays, so does this group.
        let _ = remove_tree(&child);
    }
    fs::remove_dir(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_program_has_removed_is_no_failure() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("docktest-1-1-0");
        for is_control_group in [false, true] {
            let leftover = Leftover { path: path.clone(), is_control_group };
            fs::create_dir(&path).unwrap();
            leftover.remove().unwrap();
            assert!(!path.exists());
            leftover.remove().unwrap();
        }
    }
}
