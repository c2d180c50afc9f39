//! One child process, from its start until nothing of it is left.
//!
//! The hard thing is to end. A child is done when it has exited *and* its pipes are at end-of-file,
//! but a process that it started (`docker` starts plugins and credential helpers, `sudo` and
//! `nsenter` start docker) inherits the pipes and can hold them open for ever. Reading to the end,
//! as duct's own capture does, then never returns; and `kill` on the child alone leaves the
//! grandchild running. So:
//!
//! - each child leads a process group of its own, and it is the group that is killed;
//! - one `poll` waits for both pipes, the exit and the deadline at once, in the thread that asked:
//!   no thread can be left behind in a `read`, and a reader that is slow slows the child down
//!   instead of filling the memory;
//! - once the child has exited, its pipes get [`DRAIN`] to end; then what is left of the group is
//!   killed, and what is in the pipes is read, and no more.
//!
//! A group may only be killed while its leader is not reaped, since its number can be used again
//! afterwards. The exit is therefore watched by `waitid` with `WNOWAIT`, in a thread that closes a
//! pipe when the time has come, and reaping is the last thing to happen.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, pipe};
use std::os::unix::process::CommandExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::cancel::{Canceller, Group};

/// How long pipes may stay open after the child has exited.
const DRAIN: Duration = Duration::from_millis(100);
/// How long a killed child may take to go. Only a child in an uninterruptible system call needs
/// more, and there is nothing to be done about that one.
const DEATH: Duration = Duration::from_secs(1);
/// The most that a pipe holds (Linux, `pipe-max-size`): what can be left to read after [`DRAIN`].
const PIPE: usize = 1 << 20;

/// Which stream of a command something came out of.
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
    /// So many bytes of this stream are in the buffer.
    Read(Source, usize),
    /// Nothing follows, and nothing runs any more.
    End(End),
}

#[derive(Debug)]
pub(crate) struct Process {
    handle: duct::Handle,
    group: Arc<Group>,
    stdout: Option<PipeReader>,
    stderr: Option<PipeReader>,
    /// At end-of-file when the child has exited.
    exit: PipeReader,
    last_read: Source,
    exited: Option<Instant>,
    /// After the rest of the group was killed: how much was read since.
    swept: Option<usize>,
    deadline: Option<Instant>,
    ended: Option<End>,
}

/// What a process is started with.
#[derive(Debug)]
pub(crate) struct Start {
    /// The program and its arguments; never empty.
    pub(crate) words: Vec<OsString>,
    /// The whole environment; `None` to inherit it.
    pub(crate) environment: Option<Vec<(OsString, OsString)>>,
    pub(crate) stdin: Option<File>,
    /// Where standard output goes; `None` to read it.
    pub(crate) stdout: Option<File>,
    pub(crate) limit: Option<Duration>,
}

impl Process {
    pub(crate) fn start(start: Start, canceller: Option<&Canceller>) -> io::Result<Self> {
        let (stdout, stdout_writer) = pipe()?;
        let (stderr, stderr_writer) = pipe()?;
        let (exit, exit_writer) = pipe()?;
        let (program, arguments) = start.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut expression = duct::cmd(program, arguments)
            .unchecked()
            .stderr_file(stderr_writer)
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        expression = match start.stdin {
            Some(file) => expression.stdin_file(file),
            None => expression.stdin_null(),
        };
        expression = match start.stdout {
            // The pipe has no writer then, and ends at once.
            Some(file) => expression.stdout_file(file),
            None => expression.stdout_file(stdout_writer),
        };
        if let Some(environment) = start.environment {
            expression = expression.full_env(environment);
        }
        let handle = expression.start()?;
        // It holds the writing ends of the pipes, which would never come to their end.
        drop(expression);

        let leader = handle
            .pids()
            .first()
            .and_then(|pid| Pid::from_raw(i32::try_from(*pid).ok()?))
            .ok_or_else(|| io::Error::other("the child has no process id"))?;
        let process = Self {
            handle,
            group: Arc::new(Group::new(leader)),
            stdout: Some(stdout),
            stderr: Some(stderr),
            exit,
            last_read: Source::Stderr,
            exited: None,
            swept: None,
            // A limit that the clock cannot express is none.
            deadline: start.limit.and_then(|limit| Instant::now().checked_add(limit)),
            ended: None,
        };
        watch_exit(leader, exit_writer)?;
        if let Some(canceller) = canceller {
            canceller.watch(&process.group);
        }
        Ok(process)
    }

    pub(crate) fn group(&self) -> &Arc<Group> {
        &self.group
    }

    /// Waits for output or the end, whichever comes first.
    pub(crate) fn next(&mut self, buffer: &mut [u8]) -> io::Result<Step> {
        loop {
            if let Some(end) = self.ended {
                return Ok(Step::End(end));
            }
            let now = Instant::now();
            if self.exited.is_none() && self.deadline.is_some_and(|deadline| deadline <= now) {
                self.kill_and_reap();
                return Ok(self.end(End::TimedOut));
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
        let mut fds = Vec::with_capacity(3);
        let mut meanings = Vec::with_capacity(3);
        let mut pipes = [(Source::Stdout, &self.stdout), (Source::Stderr, &self.stderr)];
        // Taking turns, so that a busy stream does not hide the other one.
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

    /// Reads what is there; `None` at the end of the stream.
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

    /// Ends the process, if it has not ended by itself.
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
        // One that does not die in time is reaped by duct, when it starts another.
        let _ = self.group.reap(|| self.handle.try_wait().map(|_| ()));
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

/// Closes `exit` when `child` has exited, and leaves it to be reaped.
fn watch_exit(child: Pid, exit: PipeWriter) -> io::Result<()> {
    let watch = move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(child), options), Err(Errno::INTR)) {}
        drop(exit);
    };
    thread::Builder::new().name("docker-cli exit".to_owned()).spawn(watch).map(drop)
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
