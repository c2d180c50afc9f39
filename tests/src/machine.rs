//! What a run leaves on the machine.
//!
//! Other engines may run at the same time, so comparing the machine before and after is not enough: the
//! run's own processes and namespaces are recorded while it runs, and searched for afterwards.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use docker_sandbox::ProcessStat;
use rustix::process::{Pid, Signal, kill_process};

use self::others::{owner, processes_of_others};
use crate::running::Running;

mod others;

/// How long to wait for something that must happen. Only what hangs takes that long, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// How long after a run's end something of it may still exist. A limit for what stays, not for what is slow: times are
/// measured where runs are ended at random.
const CLEANUP_LIMIT: Duration = PATIENCE;

/// Waits until a condition is true. `what` names what is waited for, as a noun.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A number of seconds for `sleep` that no other process uses as an argument, by which a test recognises
/// its own processes.
pub fn marker() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("98765.{}{count:03}", std::process::id())
}

/// Whether a process has this as one of its arguments.
pub fn is_running(argument: &str) -> bool {
    processes().iter().any(|process| process.has_argument(argument))
}

/// The names of the network interfaces in this process's network namespace.
pub fn interfaces() -> BTreeSet<String> {
    let names = fs::read_dir("/sys/class/net").unwrap().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// A process that is not a zombie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// Distinguishes it from a later process with the same PID.
    start: u64,
    arguments: Vec<String>,
}

impl Process {
    fn read(pid: u32) -> Option<Self> {
        let ProcessStat { state, parent, start, .. } = ProcessStat::read(pid)?;
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let arguments = arguments
            .split(|byte| *byte == 0)
            .map(|argument| String::from_utf8_lossy(argument).into_owned());
        (!matches!(state, 'Z' | 'X')).then(|| Self {
            pid,
            parent,
            start,
            arguments: arguments.collect(),
        })
    }

    pub(crate) fn has_argument(&self, argument: &str) -> bool {
        self.arguments.iter().any(|own| own == argument)
    }

    /// Its namespaces, as in `net:[4026531840]`.
    fn namespaces(&self) -> BTreeSet<String> {
        links(&PathBuf::from(format!("/proc/{}/ns", self.pid)))
    }
}

/// All processes of the machine.
pub(crate) fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Process::read).collect()
}

/// A process and all its descendants. A process that is orphaned in an engine becomes a child of the
/// engine's first process, so none is missed.
pub(crate) fn family(pid: u32) -> Vec<Process> {
    let all = processes();
    let mut family = BTreeSet::from([pid]);
    loop {
        let children = all.iter().filter(|process| family.contains(&process.parent));
        let children: Vec<u32> = children.map(|process| process.pid).collect();
        let before = family.len();
        family.extend(children);
        if family.len() == before {
            break;
        }
    }
    all.into_iter().filter(|process| family.contains(&process.pid)).collect()
}

/// What each thread of a process and its descendants waits for in the kernel, a line each (proc(5), `wchan`).
pub(crate) fn waiting(pid: u32) -> String {
    let threads = family(pid).into_iter().flat_map(|process| {
        let tasks = fs::read_dir(format!("/proc/{}/task", process.pid)).into_iter().flatten();
        tasks.flatten().map(move |task| {
            let waits = fs::read_to_string(task.path().join("wchan")).unwrap_or_default();
            let arguments: String = process.arguments.join(" ").chars().take(100).collect();
            format!("{} waits in `{waits}`: {arguments}\n", task.path().display())
        })
    });
    threads.collect()
}

fn links(directory: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeSet::new() };
    let targets = entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.map(|target| target.to_string_lossy().into_owned()).collect()
}

/// Everything of a run on the machine at one moment, except files.
#[derive(Debug)]
pub struct Traces {
    /// The PID of the program: the one that is run, or mdBook's preprocessor.
    run: u32,
    /// The prefix of the names of its engines, which are also the names of their control groups.
    prefix: String,
    processes: BTreeSet<Process>,
    namespaces: BTreeSet<String>,
    interfaces: BTreeSet<String>,
    /// When the run ended, in the clock ticks of `/proc`. Processes that started later are ignored, as
    /// the kernel reuses the numbers of namespaces.
    end: Cell<Option<u64>>,
}

impl Traces {
    /// Records the processes and namespaces of a run whose engine is running.
    pub fn of(running: &Running) -> Self {
        let traces = Self::at_any_moment(running);
        traces.must_contain_an_engine();
        traces
    }

    /// As [`Self::of`], of a run that need not have an engine yet.
    pub fn at_any_moment(running: &Running) -> Self {
        let processes: BTreeSet<Process> = family(running.pid()).into_iter().collect();
        let own = links(Path::new("/proc/self/ns"));
        let namespaces: BTreeSet<String> =
            processes.iter().flat_map(Process::namespaces).filter(|it| !own.contains(it)).collect();
        let names = processes.iter().flat_map(|process| &process.arguments);
        let mut owners = names.filter_map(|name| owner(name));
        let run = owners.find(|owner| processes.iter().any(|process| process.pid == *owner));
        let run = run.unwrap_or(running.pid());
        Self {
            run,
            prefix: format!("docktest-{run}-"),
            processes,
            namespaces,
            interfaces: interfaces(),
            end: Cell::new(None),
        }
    }

    /// Without this, a test would pass if nothing was recorded.
    fn must_contain_an_engine(&self) {
        for program in ["dockerd", "containerd", "unshare", "docktest-supervisor", "docktest-init"]
        {
            let is_it = |process: &Process| process.has_argument(program);
            assert!(self.processes.iter().any(is_it), "no {program} in {:#?}", self.processes);
        }
        for kind in ["pid:", "mnt:", "net:"] {
            assert!(self.namespaces.iter().any(|it| it.starts_with(kind)), "no {kind} namespace");
        }
    }

    /// Checks that at least this many containers were recorded.
    #[track_caller]
    pub fn with_containers(self, count: usize) -> Self {
        let is_shim = |process: &&Process| process.arguments[0].contains("containerd-shim");
        let shims = self.processes.iter().filter(is_shim).count();
        assert!(shims >= count, "{shims} containers: {:#?}", self.processes);
        assert!(!self.control_groups().is_empty(), "no control group");
        self
    }

    /// Kills the run's process that was started with this as its first argument.
    pub fn kill(&self, program: &str) {
        let is_it = |process: &&Process| process.arguments[0] == program;
        let process = self.processes.iter().find(is_it).unwrap();
        let pid = Pid::from_raw(process.pid.try_into().unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
    }

    /// Waits until nothing of the run is left. `temporary` is the run's own directory for
    /// temporary files.
    #[track_caller]
    pub fn are_gone(&self, temporary: &Path) {
        self.note_end();
        let deadline = Instant::now() + CLEANUP_LIMIT;
        loop {
            let mut left = self.processes_left();
            left.extend(self.mounts_left());
            left.extend(self.sockets_left());
            left.extend(self.files_left(temporary));
            left.extend(self.control_groups());
            if left.is_empty() {
                break;
            }
            assert!(Instant::now() < deadline, "left behind: {left:#?}");
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(interfaces(), self.interfaces);
    }

    /// Waits until no process and no namespace of the run is left.
    #[track_caller]
    pub fn processes_are_gone(&self) {
        self.note_end();
        let deadline = Instant::now() + CLEANUP_LIMIT;
        loop {
            let left = self.processes_left();
            if left.is_empty() {
                break;
            }
            assert!(Instant::now() < deadline, "left behind: {left:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Says that the run has ended: processes that start later are not its own, whatever their namespaces. To be called
    /// if something is done before [`Self::are_gone`].
    pub fn note_end(&self) {
        if self.end.get().is_none() {
            // Its start time is the present: no process has started later.
            let mut child = Command::new("sleep").arg("1").spawn().unwrap();
            self.end.set(Process::read(child.id()).map(|process| process.start));
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn is_older_than_end(&self, process: &Process) -> bool {
        self.end.get().is_none_or(|end| process.start <= end)
    }

    /// All processes of the machine except those of other engines.
    fn processes_of_no_other(&self) -> Vec<Process> {
        let mut all = processes();
        let others = processes_of_others(&all, self.run);
        all.retain(|process| !others.contains(&process.pid));
        all
    }

    /// Processes of the run, and those in one of its namespaces or with an open file of one.
    fn processes_left(&self) -> Vec<String> {
        let belongs = |process: &Process| {
            if !self.is_older_than_end(process) {
                return false;
            }
            let opened = || links(&PathBuf::from(format!("/proc/{}/fd", process.pid)));
            self.processes.iter().any(|own| (own.pid, own.start) == (process.pid, process.start))
                || process.arguments.iter().any(|argument| argument.starts_with(&self.prefix))
                || !process.namespaces().is_disjoint(&self.namespaces)
                || !opened().is_disjoint(&self.namespaces)
        };
        let left = self.processes_of_no_other().into_iter().filter(belongs);
        left.map(|process| format!("process {} {:?}", process.pid, process.arguments)).collect()
    }

    /// Mounts in any namespace that contain the run's name, or keep one of its namespaces alive.
    fn mounts_left(&self) -> Vec<String> {
        let mut left = BTreeSet::new();
        let processes = self.processes_of_no_other().into_iter();
        for process in processes.filter(|process| self.is_older_than_end(process)) {
            let mounts = fs::read_to_string(format!("/proc/{}/mountinfo", process.pid));
            for mount in mounts.unwrap_or_default().lines() {
                let mut words = mount.split(' ');
                if mount.contains(&self.prefix) || words.any(|word| self.namespaces.contains(word))
                {
                    left.insert(format!("mount in {}: {mount}", process.pid));
                }
            }
        }
        left.into_iter().collect()
    }

    fn sockets_left(&self) -> Vec<String> {
        let sockets = fs::read_to_string("/proc/net/unix").unwrap();
        let ours = sockets.lines().filter(|line| line.contains(&self.prefix));
        ours.map(|line| format!("socket {line}")).collect()
    }

    fn files_left(&self, temporary: &Path) -> Vec<String> {
        let mut left = Vec::new();
        for (directory, prefix) in
            [(temporary, ""), (Path::new("/tmp"), &self.prefix), (Path::new("/run"), &self.prefix)]
        {
            let Ok(entries) = fs::read_dir(directory) else { continue };
            let names = entries.flatten().map(|entry| entry.path());
            left.extend(
                names
                    .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
                    .map(|path| format!("file {}", path.display())),
            );
        }
        left
    }

    fn control_groups(&self) -> Vec<String> {
        let groups = control_groups(&self.prefix).into_iter();
        groups.map(|path| format!("control group {}", path.display())).collect()
    }
}

/// The arguments of all processes that have this prefix.
pub fn arguments_that_begin_with(prefix: &str) -> Vec<String> {
    let arguments = processes().into_iter().flat_map(|process| process.arguments);
    arguments.filter(|argument| argument.starts_with(prefix)).collect()
}

/// The control groups, in all hierarchies, whose names have this prefix.
pub fn control_groups(prefix: &str) -> Vec<PathBuf> {
    let root = PathBuf::from("/sys/fs/cgroup");
    let mut hierarchies = directories(&root);
    hierarchies.push(root);
    let groups = hierarchies.iter().flat_map(|hierarchy| directories(hierarchy));
    let begins = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(prefix);
    groups.filter(begins).collect()
}

fn directories(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let is_directory = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.flatten().filter(is_directory).map(|entry| entry.path()).collect()
}
