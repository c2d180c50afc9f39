//! Processes by their PIDs, whatever keeps them together.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::process_stat::ProcessStat;
use crate::system;

/// Returns the descendants of a process.
pub fn descendants(ancestor: u32) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for pid in pids {
        if let Some(stat) = ProcessStat::read(pid) {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![ancestor];
    while let Some(parent) = parents.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            found.extend(i32::try_from(child).ok().and_then(Pid::from_raw));
            parents.push(child);
        }
    }
    found
}

/// Returns a descriptor that is readable when a process has exited.
///
/// # Errors
/// When there is no such process, or the system is not Linux.
pub fn exit_of(pid: Pid) -> io::Result<OwnedFd> {
    system::exit_of(pid)
}

/// Sends SIGINT to each of these processes that is not in `interrupted`, as a terminal does on
/// Ctrl-C, and adds it to `interrupted`.
pub fn interrupt(pids: &[Pid], interrupted: &mut HashSet<Pid>) {
    for pid in pids {
        if interrupted.insert(*pid) {
            // Fails only if the process has exited meanwhile.
            let _ = kill_process(*pid, Signal::INT);
        }
    }
}

/// Kills the processes that `members` returns until it returns none, because processes can fork
/// meanwhile.
///
/// Returns whether all are gone within `limit`. A process in an uninterruptible system call stays
/// until the call returns.
pub fn kill_all(members: impl Fn() -> Vec<Pid>, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        let pids = members();
        if pids.is_empty() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        kill(&pids);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Sends SIGKILL to each of these processes.
pub(crate) fn kill(pids: &[Pid]) {
    for pid in pids {
        // Fails only if the process has exited meanwhile.
        let _ = kill_process(*pid, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(180);

    fn pid(child: &Child) -> Pid {
        Pid::from_child(child)
    }

    #[test]
    fn descendants_are_children_and_theirs() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 600 & echo $!; wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let sleep = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
        assert_eq!(descendants(shell.id()), [sleep]);
        let own = descendants(std::process::id());
        assert!(own.contains(&sleep) && own.contains(&pid(&shell)));
        kill(&[sleep]);
        shell.wait().unwrap();
        assert_eq!(descendants(shell.id()), []);
    }

    #[test]
    fn a_process_is_interrupted_once() {
        // A process that a script has started in the background ignores SIGINT, and so do its children.
        let words = ["--default-signal=INT", "sleep", "600"];
        let mut child = Command::new("env").args(words).spawn().unwrap();
        let comm = format!("/proc/{}/comm", child.id());
        let deadline = Instant::now() + LIMIT;
        while fs::read_to_string(&comm).unwrap() != "sleep\n" {
            assert!(Instant::now() < deadline, "`env` does not become `sleep`");
            thread::sleep(Duration::from_millis(5));
        }
        let mut interrupted = HashSet::from([pid(&child)]);
        interrupt(&[pid(&child)], &mut interrupted);
        assert!(child.try_wait().unwrap().is_none());
        interrupted.clear();
        interrupt(&[pid(&child)], &mut interrupted);
        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGINT));
        assert_eq!(interrupted, HashSet::from([pid(&child)]));
    }

    #[test]
    fn all_are_killed_also_those_that_appear_later() {
        let children = [(); 2].map(|()| Command::new("sleep").arg("600").spawn().unwrap());
        let pids = children.each_ref().map(pid);
        let children = std::cell::RefCell::new(children);
        // The second appears when the first is gone.
        let members = || {
            let mut children = children.borrow_mut();
            let left = pids.iter().zip(children.iter_mut());
            let mut left =
                left.filter_map(|(pid, child)| child.try_wait().unwrap().is_none().then_some(*pid));
            left.next().into_iter().collect()
        };
        assert!(kill_all(members, LIMIT));
        assert!(!kill_all(|| vec![Pid::from_raw(i32::MAX).unwrap()], Duration::ZERO));
    }
}
