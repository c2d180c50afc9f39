//! The engines of other runs at the same time. The kernel gives the number of a namespace that is gone to the next one,
//! which can be theirs.

use std::collections::{BTreeMap, BTreeSet};

use super::Process;

/// The PIDs of the processes in engines that the process `run` has not started, and of those that have started them.
pub(super) fn processes_of_others(all: &[Process], run: u32) -> BTreeSet<u32> {
    let by_pid: BTreeMap<u32, &Process> =
        all.iter().map(|process| (process.pid, process)).collect();
    let owner_of = |process: &Process| process.arguments.iter().find_map(|name| owner(name));
    // In a container, a program can be the first process, whose PID is an ancestor's of all processes here.
    let others: BTreeSet<u32> =
        all.iter().filter_map(owner_of).filter(|pid| *pid != run && *pid != 1).collect();
    let is_of_other = |process: &Process| {
        let mut next = Some(process);
        while let Some(process) = next {
            match owner_of(process) {
                Some(owner) => return owner != run,
                None if others.contains(&process.pid) => return true,
                None => next = by_pid.get(&process.parent).copied(),
            }
        }
        false
    };
    all.iter().filter(|process| is_of_other(process)).map(|process| process.pid).collect()
}

/// The PID of the program that has started an engine, from the engine's name: `docktest-PID-START-NUMBER`.
pub(super) fn owner(name: &str) -> Option<u32> {
    let numbers = name.strip_prefix("docktest-")?.split('-').map(str::parse::<u64>);
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().ok()?;
    let [pid, _, _] = numbers.as_slice() else { return None };
    u32::try_from(*pid).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32, arguments: &[&str]) -> Process {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Process { pid, parent, start: 0, arguments }
    }

    #[test]
    fn what_a_run_leaves_is_never_of_others() {
        let all = [
            process(1, 0, &["init"]),
            process(10, 1, &["testsuite"]),
            // The run has ended, and left these.
            process(21, 1, &["docktest-supervisor", "/tmp/docktest-20-7-0", "docktest-20-7-0"]),
            process(22, 21, &["docktest-init", "docktest-20-7-0"]),
            process(23, 22, &["dockerd"]),
            process(24, 1, &["sleep", "600"]),
            // Another run of the same tests, for a user of theirs.
            process(25, 10, &["setpriv", "--reuid", "docktest-10-0"]),
            process(30, 10, &["mdbook-docktest"]),
            process(31, 30, &["docktest-supervisor", "docktest-30-8-1"]),
            process(32, 31, &["docktest-init", "docktest-30-8-1"]),
            process(33, 32, &["sleep", "600"]),
            process(34, 31, &["slirp4netns"]),
            process(35, 30, &["nsenter"]),
            process(36, 35, &["bash"]),
        ];
        let others = processes_of_others(&all, 20);
        assert_eq!(others, BTreeSet::from([30, 31, 32, 33, 34, 35, 36]));
    }
}
