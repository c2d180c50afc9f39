//! Stopping commands from another thread.

use std::io::{self, PipeWriter};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::process::{Pid, Signal, kill_process_group};

/// The process group of one running command.
///
/// The number of a group can be given to another one as soon as its leader is reaped, so killing
/// and reaping exclude each other.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Pid,
    reaped: Mutex<bool>,
    cancelled: AtomicBool,
    /// Closed to wake the thread that reads from the group, which could wait for ever for one that
    /// cannot be killed.
    wake: Mutex<Option<PipeWriter>>,
}

impl Group {
    /// Cancelling the group closes `wake`.
    pub(crate) fn new(leader: Pid, wake: PipeWriter) -> Self {
        Self {
            leader,
            reaped: Mutex::new(false),
            cancelled: AtomicBool::new(false),
            wake: Mutex::new(Some(wake)),
        }
    }

    /// Kills every process of the group; nothing, once the group is reaped.
    ///
    /// SIGKILL, because a child may ignore anything else, and docker's own clients do nothing on
    /// SIGTERM but hand it to a container that may ignore it too.
    pub(crate) fn kill(&self) {
        if !*lock(&self.reaped) {
            // It can only fail for a group that is gone already, or that belongs to another user.
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

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.kill();
        lock(&self.wake).take();
    }
}

/// Stops the commands that it was given to, from any thread: the process group of each is killed,
/// and its call or stream ends with [`Error::Cancelled`](crate::Error::Cancelled).
///
/// A canceller is used up by [`cancel`](Self::cancel): commands started with it later fail at once.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<Mutex<Cancelling>>);

#[derive(Debug, Default)]
struct Cancelling {
    cancelled: bool,
    groups: Vec<Weak<Group>>,
}

impl Canceller {
    /// A canceller that nothing listens to yet; see
    /// [`Docker::cancelled_by`](crate::Docker::cancelled_by).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops everything that runs with this canceller. Returns when the signals are sent, not when
    /// the processes are gone.
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

/// No code panics while it holds one of these locks, and their content is right at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
