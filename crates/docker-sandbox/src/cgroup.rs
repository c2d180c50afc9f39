//! Control groups: where engines of this process can have them, and what they can do there.
//!
//! Root can have them anywhere. In a user namespace, they can only be below a group of version 2 that was delegated
//! to the user, which systemd does for `systemd-run --user --scope --property=Delegate=yes`
//! (<https://systemd.io/CGROUP_DELEGATION>). In a container, what is mounted as the root of version 2 is a group like any
//! other, which passes its controllers on only while it has no processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;

use rustix::fs::{Access, access};

use crate::engine_name::unique_name;
use crate::user_namespace::is_in_user_namespace;

/// Where the hierarchies are mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// The controllers that engines use for containers and for themselves.
const CONTROLLERS: [&str; 5] = ["cpu", "cpuset", "io", "memory", "pids"];

/// What engines can do with control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlGroups {
    /// Everything.
    All,
    /// They can pause containers and list their processes, but not limit what they use.
    WithoutLimits,
    /// There are none. Steps still end with all their processes.
    None,
}

/// Where engines of this process have their control groups.
#[derive(Debug)]
pub(crate) enum Place {
    /// In each hierarchy of version 1.
    Version1,
    /// Version 2, below this group.
    Version2 { base: PathBuf, has_limits: bool },
    /// Nowhere.
    Nowhere,
}

/// Returns what engines of this process can do with control groups.
pub fn control_groups() -> ControlGroups {
    match Place::get() {
        Place::Version2 { has_limits: false, .. } => ControlGroups::WithoutLimits,
        Place::Version1 | Place::Version2 { .. } => ControlGroups::All,
        Place::Nowhere => ControlGroups::None,
    }
}

/// Whether the machine has version 2 of control groups only.
pub(crate) fn is_version_2() -> bool {
    Path::new(ROOT).join("cgroup.controllers").exists()
}

impl Place {
    /// Finds it the first time.
    pub(crate) fn get() -> &'static Self {
        static PLACE: OnceLock<Place> = OnceLock::new();
        PLACE.get_or_init(|| match (is_version_2(), is_in_user_namespace()) {
            (true, false) => {
                let top = Group { path: ROOT.into() };
                Self::Version2 {
                    has_limits: top.is_machines() || top.pass_controllers_on(),
                    base: top.path,
                }
            }
            (false, false) => Self::Version1,
            (true, true) => delegated().map_or(Self::Nowhere, |group| Self::Version2 {
                has_limits: group.pass_controllers_on(),
                base: group.path,
            }),
            (false, true) => Self::Nowhere,
        })
    }

    /// The directory of an engine's groups for steps.
    pub(crate) fn of_steps(&self, engine: &str) -> Option<PathBuf> {
        let hierarchy = match self {
            Self::Version1 => Path::new("/sys/fs/cgroup/freezer"),
            Self::Version2 { base, .. } => base,
            Self::Nowhere => return None,
        };
        Some(hierarchy.join(engine))
    }

    /// The group below which a daemon creates those of an engine's containers, as in `/proc/PID/cgroup`.
    pub(crate) fn of_containers(&self, engine: &str) -> Option<PathBuf> {
        let parent = match self {
            Self::Version1 => Path::new("/"),
            Self::Version2 { base, .. } => base.strip_prefix(ROOT).unwrap_or(base),
            Self::Nowhere => return None,
        };
        Some(Path::new("/").join(parent).join(engine).join("containers"))
    }

    /// All directories in which an engine's groups can be.
    pub(crate) fn hierarchies(&self) -> Vec<PathBuf> {
        match self {
            Self::Version1 => children(Path::new(ROOT)),
            Self::Version2 { base, .. } => vec![base.clone()],
            Self::Nowhere => Vec::new(),
        }
    }
}

/// The directories in a directory; none if it cannot be read.
pub(crate) fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// The group of this process, if this user may create groups in it.
pub(crate) fn delegated() -> Option<Group> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = Path::new(ROOT).join(own_group(&groups)?.strip_prefix('/')?);
    // Moving a process takes the permission to write to this file of a group above both of its groups
    // ("Delegation Containment").
    let is_delegated = access(&path, Access::WRITE_OK).is_ok()
        && access(path.join("cgroup.procs"), Access::WRITE_OK).is_ok();
    is_delegated.then_some(Group { path })
}

/// The group of version 2 in `/proc/PID/cgroup`.
fn own_group(groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| line.strip_prefix("0::"))
}

/// A group of version 2 in which this process may create others.
pub(crate) struct Group {
    path: PathBuf,
}

impl Group {
    /// Whether it is the machine's root, which passes controllers on although it has processes.
    fn is_machines(&self) -> bool {
        !self.path.join("cgroup.type").exists()
    }

    /// Whether this process is the only one in the group.
    pub(crate) fn is_alone(&self) -> bool {
        self.members().trim() == process::id().to_string()
    }

    fn members(&self) -> String {
        fs::read_to_string(self.path.join("cgroup.procs")).unwrap_or_default()
    }

    /// Lets groups below this one have limits. Returns whether memory can be limited then.
    fn pass_controllers_on(&self) -> bool {
        let read = |file: &str| fs::read_to_string(self.path.join(file)).unwrap_or_default();
        let available = read("cgroup.controllers");
        if !available.trim().is_empty() && self.make_empty() {
            let is_available = |name: &&str| available.split_whitespace().any(|word| word == *name);
            for controller in CONTROLLERS.into_iter().filter(is_available) {
                // Each by itself: one that is refused does not keep the others from being passed on.
                let _ =
                    fs::write(self.path.join("cgroup.subtree_control"), format!("+{controller}"));
            }
        }
        read("cgroup.subtree_control").split_whitespace().any(|name| name == "memory")
    }

    /// Moves this process to a group of its own, if no other is in this one: only groups without processes pass
    /// controllers on ("No Internal Process Constraint"). The new group has the name of an engine that ends with this
    /// process, as which it is removed when the next one starts. Returns whether this group is empty.
    fn make_empty(&self) -> bool {
        let move_out = || {
            let own = self.path.join(unique_name());
            fs::create_dir(&own)?;
            fs::write(own.join("cgroup.procs"), "0")
        };
        self.members().trim().is_empty() || (self.is_alone() && move_out().is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_that_of_version_2() {
        let hybrid = "9:name=systemd:/x\n4:memory:/y\n0::/user.slice/run-1.scope\n";
        assert_eq!(own_group(hybrid), Some("/user.slice/run-1.scope"));
        assert_eq!(own_group("4:memory:/y\n"), None);
    }

    /// A group with files like those of version 2, but that take any text, and with these members.
    fn group(members: &str) -> (tempfile::TempDir, Group) {
        let directory = tempfile::tempdir().unwrap();
        let files = [("cgroup.controllers", "cpu memory pids\n"), ("cgroup.procs", members)];
        for (file, text) in files {
            fs::write(directory.path().join(file), text).unwrap();
        }
        let group = Group { path: directory.path().to_owned() };
        (directory, group)
    }

    #[test]
    fn only_the_machines_root_has_no_type() {
        let (directory, group) = group("1\n");
        assert!(group.is_machines());
        fs::write(directory.path().join("cgroup.type"), "domain\n").unwrap();
        assert!(!group.is_machines());
    }

    #[test]
    fn an_empty_group_passes_its_controllers_on() {
        let (directory, group) = group("");
        // The last of them stays there: these files do not add up.
        assert!(!group.pass_controllers_on());
        let enabled = directory.path().join("cgroup.subtree_control");
        assert_eq!(fs::read_to_string(&enabled).unwrap(), "+pids");
        fs::write(&enabled, "cpu memory pids\n").unwrap();
        fs::remove_file(directory.path().join("cgroup.controllers")).unwrap();
        assert!(group.pass_controllers_on());
    }

    #[test]
    fn a_group_with_other_processes_does_not() {
        let (directory, group) = group("1\n2\n");
        assert!(!group.pass_controllers_on());
        assert!(!directory.path().join("cgroup.subtree_control").exists());
        assert_eq!(children(directory.path()), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_process_that_is_alone_moves_out() {
        let own = process::id().to_string();
        let (directory, group) = group(&own);
        group.pass_controllers_on();
        let groups = children(directory.path());
        assert_eq!(groups.len(), 1);
        assert_eq!(fs::read_to_string(groups[0].join("cgroup.procs")).unwrap(), "0");
        assert!(directory.path().join("cgroup.subtree_control").exists());
    }

    #[test]
    fn the_groups_of_an_engine_are_below_the_place() {
        let place = Place::Version2 { base: "/sys/fs/cgroup/a/b.scope".into(), has_limits: false };
        assert_eq!(place.of_steps("e"), Some("/sys/fs/cgroup/a/b.scope/e".into()));
        assert_eq!(place.of_containers("e"), Some("/a/b.scope/e/containers".into()));
        assert_eq!(place.hierarchies(), [Path::new("/sys/fs/cgroup/a/b.scope")]);
        let root = Place::Version2 { base: ROOT.into(), has_limits: true };
        assert_eq!(root.of_containers("e"), Some("/e/containers".into()));
        assert_eq!(Place::Version1.of_steps("e"), Some("/sys/fs/cgroup/freezer/e".into()));
        assert_eq!(Place::Version1.of_containers("e"), Some("/e/containers".into()));
        assert_eq!(Place::Nowhere.of_steps("e"), None);
        assert_eq!(Place::Nowhere.of_containers("e"), None);
    }
}
