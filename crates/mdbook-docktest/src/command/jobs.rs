//! The default number of chapters that run at a time.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

/// The memory that each chapter needs, in bytes: images and containers' files are kept there.
const MEMORY_PER_JOB: u64 = 2 << 30;

/// The number of jobs that processors and memory allow.
pub(super) fn default_jobs() -> NonZero<usize> {
    // On Linux, it respects affinities and the CPU quotas of control groups, both versions.
    let processors = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    jobs(processors, available_memory(Path::new("/")))
}

/// The number of jobs for a machine with this many processors and bytes of memory.
pub(super) fn jobs(processors: NonZero<usize>, memory: Option<u64>) -> NonZero<usize> {
    let by_memory = memory.map_or(0, |bytes| bytes / MEMORY_PER_JOB);
    let by_memory = usize::try_from(by_memory).unwrap_or(usize::MAX);
    NonZero::new(by_memory).unwrap_or(NonZero::<usize>::MIN).min(processors)
}

/// The memory that this process can still use, in bytes: the machine's, or less if the process is in a
/// control group with a limit, such as a container's. `None` if the kernel does not say. `root` is the
/// directory that contains `/proc` and `/sys`.
fn available_memory(root: &Path) -> Option<u64> {
    let by_group = groups(root).into_iter().filter_map(|group| group.available_memory());
    by_group.chain(machine_memory(root)).min()
}

/// The kernel's estimate, in bytes (proc(5), `MemAvailable`).
fn machine_memory(root: &Path) -> Option<u64> {
    let meminfo = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The names in a version of control groups.
struct Version {
    /// The type of the file system.
    filesystem: &'static str,
    /// The files with limits.
    limits: &'static [&'static str],
    /// The file with the memory in use.
    usage: &'static str,
    /// The line of `memory.stat` with the file cache that can be reclaimed.
    cache: &'static str,
}

/// <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>
const V1: Version = Version {
    filesystem: "cgroup",
    limits: &["memory.limit_in_bytes"],
    usage: "memory.usage_in_bytes",
    cache: "total_inactive_file",
};

/// <https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files>
const V2: Version = Version {
    filesystem: "cgroup2",
    // Above the second, processes are throttled heavily.
    limits: &["memory.max", "memory.high"],
    usage: "memory.current",
    cache: "inactive_file",
};

/// A control group's directory.
struct Group {
    directory: PathBuf,
    version: &'static Version,
}

impl Group {
    /// In bytes; `None` if the group has no limit. In version 1, no limit is a number larger than any
    /// machine's memory.
    fn available_memory(&self) -> Option<u64> {
        let read = |name: &str| fs::read_to_string(self.directory.join(name)).ok();
        let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
        let limit = self.version.limits.iter().filter_map(|name| number(name)).min()?;
        let cache = read("memory.stat").and_then(|stat| {
            let mut lines = stat.lines().filter_map(|line| line.split_once(' '));
            lines.find(|(name, _)| *name == self.version.cache)?.1.parse::<u64>().ok()
        });
        let used = number(self.version.usage).unwrap_or_default();
        Some(limit.saturating_sub(used.saturating_sub(cache.unwrap_or_default())))
    }
}

/// The control groups of this process and their ancestors, each of which has its own limits.
fn groups(root: &Path) -> Vec<Group> {
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap_or_default();
    let (groups, mounts) = (read("proc/self/cgroup"), read("proc/self/mountinfo"));
    let mut found = Vec::new();
    for line in groups.lines() {
        // cgroups(7): hierarchy-ID:controller-list:cgroup-path
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let version = match controllers {
            "" => &V2,
            names if names.split(',').any(|name| name == "memory") => &V1,
            _ => continue,
        };
        let mut mounts = mounts.lines().filter_map(|line| mounted(line, version));
        let Some((top, place)) = mounts.next() else { continue };
        // A container may see only its own group, as the root, under another name.
        let below = Path::new(path).strip_prefix(top).ok();
        let below = below.filter(|below| !below.starts_with("..")).unwrap_or(Path::new(""));
        let place = root.join(place.trim_start_matches('/'));
        let directories = below.ancestors().map(|above| place.join(above));
        found.extend(directories.map(|directory| Group { directory, version }));
    }
    found
}

/// The root within the hierarchy and the mount point in a line of mountinfo, if it is a mount of this
/// version (proc_pid_mountinfo(5)).
fn mounted<'a>(line: &'a str, version: &Version) -> Option<(&'a str, &'a str)> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mut filesystem = filesystem.split(' ');
    let kind = filesystem.next()?;
    let mut options = filesystem.next_back()?.split(',');
    // In version 1, each controller has its own mount.
    let is_wanted = kind == version.filesystem
        && (kind == V2.filesystem || options.any(|option| option == "memory"));
    let mut mount = mount.split(' ').skip(3);
    let (top, place) = (mount.next()?, mount.next()?);
    is_wanted.then_some((top, place))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const GIB: u64 = 1 << 30;

    /// The available memory with these files, on a machine with 64 GiB.
    fn available(files: &[(&str, &str)]) -> Option<u64> {
        let root = TempDir::new().unwrap();
        let meminfo = "MemTotal: 99999999 kB\nMemAvailable:   67108864 kB\nBuffers: 1 kB\n";
        for (name, text) in files.iter().chain([&("proc/meminfo", meminfo)]) {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        available_memory(root.path())
    }

    const MOUNT_V2: (&str, &str) = (
        "proc/self/mountinfo",
        "22 1 0:20 / /proc rw - proc proc rw\n\
         30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    );

    #[test]
    fn a_machine_has_the_memory_that_the_kernel_estimates() {
        assert_eq!(available(&[]), Some(64 * GIB));
        assert_eq!(available_memory(Path::new("/nowhere")), None);
        assert!(available_memory(Path::new("/")).is_some());
    }

    #[test]
    fn a_group_of_version_2_has_the_rest_of_its_limit() {
        let group = |max| {
            available(&[
                ("proc/self/cgroup", "0::/\n"),
                MOUNT_V2,
                ("sys/fs/cgroup/memory.max", max),
                ("sys/fs/cgroup/memory.high", "max\n"),
                ("sys/fs/cgroup/memory.current", "3221225472\n"),
                ("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 1073741824\nactive_file 5\n"),
            ])
        };
        assert_eq!(group("8589934592\n"), Some(6 * GIB));
        assert_eq!(group("1073741824\n"), Some(0));
        assert_eq!(group("max\n"), Some(64 * GIB));
    }

    #[test]
    fn the_smallest_limit_of_all_ancestors_counts() {
        let nested = |outer, inner, high| {
            available(&[
                ("proc/self/cgroup", "0::/user.slice/run.scope\n"),
                MOUNT_V2,
                ("sys/fs/cgroup/user.slice/memory.max", outer),
                ("sys/fs/cgroup/user.slice/memory.current", "1073741824\n"),
                ("sys/fs/cgroup/user.slice/run.scope/memory.max", inner),
                ("sys/fs/cgroup/user.slice/run.scope/memory.high", high),
            ])
        };
        assert_eq!(nested("4294967296", "8589934592", "max"), Some(3 * GIB));
        assert_eq!(nested("4294967296", "2147483648", "max"), Some(2 * GIB));
        assert_eq!(nested("max", "8589934592", "5368709120"), Some(5 * GIB));
        assert_eq!(nested("max", "max", "max"), Some(64 * GIB));
    }

    #[test]
    fn a_group_of_version_1_has_the_rest_of_its_limit() {
        // A container's own group, without a cgroup namespace.
        let mounts = "33 30 0:27 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n\
                      34 30 0:28 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        let group = |limit| {
            available(&[
                ("proc/self/cgroup", "5:cpu,cpuacct:/docker/1f\n4:memory:/docker/1f/sub\n0::/\n"),
                ("proc/self/mountinfo", mounts),
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", limit),
                ("sys/fs/cgroup/memory/memory.usage_in_bytes", "2147483648\n"),
                ("sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_inactive_file 1073741824\n"),
                ("sys/fs/cgroup/memory/sub/memory.limit_in_bytes", "9223372036854771712\n"),
                ("sys/fs/cgroup/cpu/memory.limit_in_bytes", "1\n"),
            ])
        };
        assert_eq!(group("4294967296\n"), Some(3 * GIB));
        assert_eq!(group("9223372036854771712\n"), Some(64 * GIB));
    }

    #[test]
    fn a_group_outside_of_the_mount_is_its_root() {
        let found = available(&[
            ("proc/self/cgroup", "0::/../../kubepods/pod\n"),
            MOUNT_V2,
            ("sys/fs/cgroup/memory.max", "4294967296\n"),
            ("sys/fs/memory.max", "1\n"),
        ]);
        assert_eq!(found, Some(4 * GIB));
    }

    #[test]
    fn each_job_needs_a_processor_and_memory() {
        let jobs = |processors, memory| jobs(NonZero::new(processors).unwrap(), memory).get();
        assert_eq!(jobs(4, Some(64 * GIB)), 4);
        assert_eq!(jobs(4, Some(6 * GIB)), 3);
        assert_eq!(jobs(4, Some(4 * GIB - 1)), 1);
        assert_eq!(jobs(4, Some(0)), 1);
        assert_eq!(jobs(4, None), 1);
        assert_eq!(jobs(1, Some(64 * GIB)), 1);
    }
}
