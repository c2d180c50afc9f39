//! One child process, from its start until nothing of it is left.
//!
//! The hard part is the end. A child is done when it has exited *and* its pipes are at end-of-file,
//! but a process that it started (`docker` starts plugins and credential helpers, `sudo` and
//! `nsenter` start docker) inherits the pipes and can hold them open indefinitely. Reading to the
//! end, as duct's own capture does, would then never return, and killing only the child would leave
//! the grandchild running. So:
//!
//! - each child leads a process group of its own, and the whole group is killed;
//! - one `poll` waits for both pipes, the exit, the canceller and the deadline at once, in the
//!   calling thread: no thread can be stuck in a `read`, and a slow reader slows the child down
//!   instead of filling the memory;
//! - once the child has exited, its pipes get [`DRAIN`] to end; then the rest of the group is
//!   killed, and only what is in the pipes already is read.
//!
//! A group may only be killed before its leader is reaped, since its number can be reused
//! afterwards. The exit is therefore watched without reaping (see [`crate::spawn`]), and reaping
//! comes last.

use std::fmt;
use std::io::{self, PipeReader, Read, pipe};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cancel::{Canceller, Group};
use crate::spawn::Start;

/// How long pipes may stay open after the child has exited.
const DRAIN: Duration = Duration::from_millis(100);
/// How long to wait for a killed child. Only one in an uninterruptible system call takes longer,
/// and nothing can be done about that.
const DEATH: Duration = Duration::from_secs(1);
/// The most that a pipe holds (Linux, `pipe-max-size`): what can be left to read after [`DRAIN`].
const PIPE: usize = 1 << 20;

/// The stream of a command that some output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a process ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Exited(ExitStatus),
    TimedOut,
    Cancelled,
}

/// What [`Process::next`] found.
#[derive(Debug)]
pub(crate) enum Step {
    /// This many bytes of this stream are in the buffer.
    Read(Source, usize),
    /// There is no more output, and the process has ended.
    End(End),
}

/// All output of a process.
#[derive(Debug, Default)]
pub(crate) struct Captured {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

pub(crate) struct Process {
    handle: duct::Handle,
    group: Arc<Group>,
    stdout: Option<PipeReader>,
    stderr: Option<PipeReader>,
    /// At end-of-file once the child has exited.
    exit: PipeReader,
    /// At end-of-file once the group is cancelled.
    cancelled: PipeReader,
    last_read: Source,
    exited: Option<Instant>,
    /// The number of bytes read since the rest of the group was killed.
    swept: Option<usize>,
    deadline: Option<Instant>,
    ended: Option<End>,
}

impl Process {
    pub(crate) fn start(start: Start, canceller: Option<&Canceller>) -> io::Result<Self> {
        // A deadline that the clock cannot represent is no limit.
        let deadline = start.limit.and_then(|limit| Instant::now().checked_add(limit));
        // Before the child, which nothing would stop if this failed.
        let (cancelled, cancel) = pipe()?;
        let child = start.spawn()?;
        let process = Self {
            handle: child.handle,
            group: Arc::new(Group::new(child.leader, cancel)),
            stdout: Some(child.stdout),
            stderr: Some(child.stderr),
            exit: child.exit,
            cancelled,
            last_read: Source::Stderr,
            exited: None,
            swept: None,
            deadline,
            ended: None,
        };
        if let Some(canceller) = canceller {
            canceller.watch(&process.group);
        }
        Ok(process)
    }

    pub(crate) fn group(&self) -> &Arc<Group> {
        &self.group
    }

    /// Waits for the end, and collects the output.
    pub(crate) fn capture(&mut self) -> io::Result<(End, Captured)> {
        let mut captured = Captured::default();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match self.next(&mut buffer)? {
                Step::Read(Source::Stdout, size) => {
                    captured.stdout.extend_from_slice(&buffer[..size]);
                }
                Step::Read(Source::Stderr, size) => {
                    captured.stderr.extend_from_slice(&buffer[..size]);
                }
                Step::End(end) => return Ok((end, captured)),
            }
        }
    }

    /// Waits for output or the end, whichever comes first.
    pub(crate) fn next(&mut self, buffer: &mut [u8]) -> io::Result<Step> {
        loop {
            if let Some(end) = self.ended {
                return Ok(Step::End(end));
            }
            let now = Instant::now();
            if self.exited.is_none() {
                let late = self.deadline.is_some_and(|deadline| deadline <= now);
                if self.group.is_cancelled() || late {
                    self.kill_and_reap();
                    let cancelled = self.group.is_cancelled();
                    return Ok(self.end(if cancelled { End::Cancelled } else { End::TimedOut }));
                }
            }
            if self.stdout.is_none() && self.stderr.is_none() && self.exited.is_some() {
                return self.finish();
            }
            if self.swept.is_none() && self.exited.is_some_and(|exited| exited + DRAIN <= now) {
                self.group.kill();
                self.swept = Some(0);
            }
            let ready = self.wait(now)?;
            if ready.exit {
                self.exited = Some(Instant::now());
            }
            if let Some(source) = ready.data {
                if let Some(size) = self.read(source, buffer)? {
                    return Ok(Step::Read(source, size));
                }
            } else if self.swept.is_some() {
                return self.finish();
            }
        }
    }

    fn wait(&self, now: Instant) -> io::Result<Ready> {
        let until = match (self.swept, self.exited) {
            (Some(_), _) => Some(now),
            (None, Some(exited)) => Some(exited + DRAIN),
            (None, None) => self.deadline,
        };
        let mut fds = Vec::with_capacity(4);
        let mut meanings = Vec::with_capacity(4);
        let mut pipes = [(Source::Stdout, &self.stdout), (Source::Stderr, &self.stderr)];
        // Alternate, so that a busy stream does not starve the other.
        if self.last_read == Source::Stdout {
            pipes.reverse();
        }
        for (source, pipe) in pipes {
            if let Some(pipe) = pipe {
                fds.push(PollFd::new(pipe, PollFlags::IN));
                meanings.push(Some(source));
            }
        }
        if self.exited.is_none() {
            fds.push(PollFd::new(&self.exit, PollFlags::IN));
            meanings.push(None);
            // Only wakes up: `next` asks the group whether it is cancelled.
            fds.push(PollFd::new(&self.cancelled, PollFlags::IN));
        }
        poll_until(&mut fds, until)?;
        let mut ready = Ready { data: None, exit: false };
        for (fd, meaning) in fds.iter().zip(meanings) {
            match meaning {
                _ if fd.revents().is_empty() => {}
                Some(source) => ready.data = ready.data.or(Some(source)),
                None => ready.exit = true,
            }
        }
        Ok(ready)
    }

    /// Reads what is available; `None` at the end of the stream.
    fn read(&mut self, source: Source, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        self.last_read = source;
        let pipe = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        };
        let size = match pipe.as_mut().map(|pipe| pipe.read(buffer)) {
            Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            Some(size) => size?,
            None => 0,
        };
        if let Some(swept) = &mut self.swept {
            *swept += size;
        }
        if size == 0 || self.swept.is_some_and(|swept| swept > PIPE) {
            *pipe = None;
        }
        Ok((size > 0).then_some(size))
    }

    fn finish(&mut self) -> io::Result<Step> {
        let status = self.group.reap(|| self.handle.wait().map(|output| output.status))?;
        let end = if self.group.is_cancelled() { End::Cancelled } else { End::Exited(status) };
        Ok(self.end(end))
    }

    /// Kills the process group, unless the process has ended already.
    pub(crate) fn stop(&mut self) {
        if self.ended.is_none() {
            self.kill_and_reap();
            self.ended = Some(End::Cancelled);
        }
    }

    fn end(&mut self, end: End) -> Step {
        self.ended = Some(end);
        Step::End(end)
    }

    fn kill_and_reap(&mut self) {
        self.group.kill();
        let mut fds = [PollFd::new(&self.exit, PollFlags::IN)];
        let _ = poll_until(&mut fds, Some(Instant::now() + DEATH));
        // duct reaps one that does not die in time when it starts the next child.
        let _ = self.group.reap(|| self.handle.try_wait().map(|_| ()));
    }
}

/// Without duct's handle, whose `Debug` has the command line, secrets and all.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("group", &self.group)
            .field("exited", &self.exited)
            .field("deadline", &self.deadline)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Ready {
    data: Option<Source>,
    exit: bool,
}

fn poll_until(fds: &mut [PollFd<'_>], until: Option<Instant>) -> io::Result<()> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        match poll(fds, left.as_ref()) {
            Err(Errno::INTR) => {}
            result => return result.map(drop).map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
mod tests;
