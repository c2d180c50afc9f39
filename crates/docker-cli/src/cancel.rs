//! Stopping commands from another thread.

use std::io::{self, PipeWriter};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::process::{Pid, Signal, kill_process_group};

/// The process group of one running command.
///
/// The number of a group can be reused as soon as its leader is reaped, so killing and reaping
/// exclude each other.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Pid,
    reaped: Mutex<bool>,
    cancelled: AtomicBool,
    /// Closed to wake the thread that reads from the group, in case a process cannot be killed.
    wake: Mutex<Option<PipeWriter>>,
}

impl Group {
    /// Returns a group that closes `wake` when it is cancelled.
    pub(crate) fn new(leader: Pid, wake: PipeWriter) -> Self {
        Self {
            leader,
            reaped: Mutex::new(false),
            cancelled: AtomicBool::new(false),
            wake: Mutex::new(Some(wake)),
        }
    }

    /// Kills every process of the group, unless the group is reaped.
    ///
    /// SIGKILL, because a child may ignore any other signal, and docker only passes SIGTERM on to a
    /// container, which may ignore it too.
    pub(crate) fn kill(&self) {
        if !*lock(&self.reaped) {
            // It fails only for a group that has ended or that belongs to another user.
            let _ = kill_process_group(self.leader, Signal::KILL);
        }
    }

    /// Runs `reap`, which must wait for the leader; the group cannot be killed from then on.
    pub(crate) fn reap<T>(&self, reap: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut reaped = lock(&self.reaped);
        *reaped = true;
        reap()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.kill();
        lock(&self.wake).take();
    }
}

/// Stops commands from any thread: the process group of each is killed, and its call or stream ends
/// with [`Error::Cancelled`](crate::Error::Cancelled). Clones stop the same commands.
///
/// [`cancel`](Self::cancel) is final: commands that are started later fail at once.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<Mutex<Cancelling>>);

#[derive(Debug, Default)]
struct Cancelling {
    cancelled: bool,
    groups: Vec<Weak<Group>>,
}

impl Canceller {
    /// Returns a canceller of no command yet; see
    /// [`Docker::cancelled_by`](crate::Docker::cancelled_by).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops every command of this canceller. Returns when the signals are sent, which is before
    /// the processes have ended.
    pub fn cancel(&self) {
        let groups = {
            let mut state = lock(&self.0);
            state.cancelled = true;
            std::mem::take(&mut state.groups)
        };
        for group in groups.iter().filter_map(Weak::upgrade) {
            group.cancel();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        lock(&self.0).cancelled
    }

    pub(crate) fn watch(&self, group: &Arc<Group>) {
        let mut state = lock(&self.0);
        if state.cancelled {
            group.cancel();
        } else {
            state.groups.retain(|known| known.strong_count() > 0);
            state.groups.push(Arc::downgrade(group));
        }
    }
}

/// No code panics while it holds one of these locks, and their content is valid at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::Command;

    use super::*;

    /// A group that has ended, so that no process can be killed by mistake.
    fn group() -> Arc<Group> {
        let (_, wake) = io::pipe().unwrap();
        let group = Group::new(rustix::process::getpid(), wake);
        group.reap(|| Ok(())).unwrap();
        Arc::new(group)
    }

    #[test]
    fn every_group_is_cancelled_once_watched() {
        let canceller = Canceller::new();
        let (first, second, later) = (group(), group(), group());
        canceller.watch(&first);
        canceller.watch(&second);
        assert!(!first.is_cancelled() && !canceller.is_cancelled());
        canceller.clone().cancel();
        assert!(first.is_cancelled() && second.is_cancelled() && canceller.is_cancelled());
        canceller.watch(&later);
        assert!(later.is_cancelled());
    }

    #[test]
    fn a_group_is_killed_until_it_is_reaped() {
        for reaped in [false, true] {
            let mut child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
            let leader = Pid::from_child(&child);
            let group = Group::new(leader, io::pipe().unwrap().1);
            if reaped {
                group.reap(|| Ok(())).unwrap();
            }
            group.kill();
            // Ends it in any case, and only shows if it is the first signal.
            rustix::process::kill_process(leader, Signal::TERM).unwrap();
            let expected = if reaped { Signal::TERM } else { Signal::KILL };
            assert_eq!(child.wait().unwrap().signal(), Some(expected.as_raw()));
        }
    }

    #[test]
    fn groups_that_ended_are_forgotten() {
        let canceller = Canceller::new();
        let running = group();
        canceller.watch(&running);
        for _ in 0..10 {
            canceller.watch(&group());
        }
        // The running one, and the last, which ended after it was added.
        assert_eq!(lock(&canceller.0).groups.len(), 2);
    }
}
