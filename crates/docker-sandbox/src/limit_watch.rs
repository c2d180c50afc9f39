//! Notices that a control group has hit one of its limits.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};

/// Where the kernel says that a limit was hit.
#[derive(Debug)]
pub(crate) enum Source {
    /// An eventfd.
    Signals(OwnedFd),
    /// A file that counts by name what has happened.
    Events {
        /// The file, which stays readable as long as the group exists.
        file: File,
        /// The name of what is counted.
        name: &'static str,
    },
}

/// Watches a group until it is removed, and still knows afterwards whether it has hit its limit.
#[derive(Debug)]
pub(crate) struct LimitWatch {
    group: PathBuf,
    source: Source,
    /// Locked while an update reads from the source.
    is_exceeded: Mutex<bool>,
}

impl LimitWatch {
    /// Starts watching in a thread, which ends when the group is removed.
    pub(crate) fn start(group: PathBuf, source: Source) -> io::Result<Arc<Self>> {
        let watch = Arc::new(Self { group, source, is_exceeded: Mutex::new(false) });
        let watching = Arc::clone(&watch);
        thread::Builder::new().spawn(move || watching.follow())?;
        Ok(watch)
    }

    /// Whether the limit was ever hit.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.update();
        *self.is_exceeded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Updates whenever the kernel signals something. Returns when the group is removed, after which the
    /// number of signals cannot be asked for any more.
    fn follow(&self) {
        let (fd, flags) = match &self.source {
            Source::Signals(signals) => (signals.as_fd(), PollFlags::IN),
            Source::Events { file, .. } => (file.as_fd(), PollFlags::PRI),
        };
        loop {
            let is_left = self.update();
            let polled = poll(&mut [PollFd::from_borrowed_fd(fd, flags)], None);
            let is_interrupted = polled == Err(rustix::io::Errno::INTR);
            if !is_left || (polled.is_err() && !is_interrupted) {
                return;
            }
        }
    }

    /// Returns whether the group is still there.
    fn update(&self) -> bool {
        let mut is_exceeded = self.is_exceeded.lock().unwrap_or_else(PoisonError::into_inner);
        *is_exceeded |= match &self.source {
            Source::Signals(signals) => {
                let mut count = [0; 8];
                // Nothing can be read if there was no signal since the last time.
                let has_signals = rustix::io::read(signals, &mut count).is_ok();
                // There is one more signal when the group is removed.
                has_signals && u64::from_ne_bytes(count) > u64::from(!self.group.exists())
            }
            Source::Events { file, name } => {
                let mut text = [0; 512];
                // Reading this descriptor is also what lets the next poll wait.
                let length = file.read_at(&mut text, 0).unwrap_or_default();
                count_of(name, &String::from_utf8_lossy(&text[..length])) > 0
            }
        };
        self.group.exists()
    }
}

/// The number in the line of a file with events that begins with `name`.
pub(crate) fn count_of(name: &str, events: &str) -> u64 {
    let counts = events.lines().filter_map(|line| line.split_once(' '));
    let count = counts.filter(|(of, _)| *of == name).find_map(|(_, count)| count.parse().ok());
    count.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_by_their_whole_name() {
        let events = "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n";
        assert_eq!(count_of("oom", events), 2);
        assert_eq!(count_of("oom_kill", events), 1);
        assert_eq!(count_of("oo", events), 0);
    }
}
