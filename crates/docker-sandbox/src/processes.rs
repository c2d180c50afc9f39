//! Processes by their PIDs, whatever keeps them together.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Whether one of these processes has this pipe as its standard input and is waiting for data from
/// it. Always `false` on kernels without `/proc/PID/syscall`.
pub fn is_reading(pids: &[Pid], pipe: &File) -> bool {
    let Ok(pipe) = pipe.metadata() else { return false };
    pids.iter().any(|pid| {
        let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
        // A process that has exited meanwhile does not read.
        let input = fs::metadata(process.join("fd/0"));
        let is_its_input =
            input.is_ok_and(|input| (input.dev(), input.ino()) == (pipe.dev(), pipe.ino()));
        is_its_input && has_reading_thread(&process.join("task"))
    })
}

/// Whether a thread of a process is in the system call `read` on standard input: `syscall` has the
/// number of the call and its arguments, of which the first is the descriptor (proc(5)).
fn has_reading_thread(tasks: &Path) -> bool {
    let reading = format!("{} 0x0 ", libc::SYS_read);
    let Ok(mut tasks) = fs::read_dir(tasks) else { return false };
    tasks.any(|task| {
        let call = task.and_then(|task| fs::read_to_string(task.path().join("syscall")));
        call.is_ok_and(|call| call.starts_with(&reading))
    })
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
    use std::io;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    fn pid(child: &Child) -> Pid {
        Pid::from_child(child)
    }

    #[test]
    fn a_process_that_waits_for_its_input_is_reading_this_pipe_and_no_other() {
        let (reader, writer) = io::pipe().unwrap();
        let (other, _other_writer) = io::pipe().unwrap();
        let own_end = File::from(std::os::fd::OwnedFd::from(reader.try_clone().unwrap()));
        let other = File::from(std::os::fd::OwnedFd::from(other));
        let mut child = Command::new("cat").stdin(reader).stdout(Stdio::null()).spawn().unwrap();
        let pids = [pid(&child)];
        let deadline = Instant::now() + LIMIT;
        while !is_reading(&pids, &own_end) {
            assert!(Instant::now() < deadline, "`cat` never reads");
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!is_reading(&pids, &other));
        assert!(!is_reading(&[], &own_end));
        drop((own_end, writer));
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn a_process_is_interrupted_once() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
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
