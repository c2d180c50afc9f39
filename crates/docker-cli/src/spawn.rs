//! Starting a child, with a pipe for each event that can be waited for.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, pipe};
use std::os::unix::process::CommandExt;
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// Everything needed to start a child.
pub(crate) struct Start {
    /// The program and its arguments; never empty.
    pub(crate) words: Vec<OsString>,
    /// The whole environment; `None` to inherit it.
    pub(crate) environment: Option<Vec<(OsString, OsString)>>,
    pub(crate) stdin: Option<File>,
    /// The file for standard output; `None` to read it.
    pub(crate) stdout: Option<File>,
    pub(crate) limit: Option<Duration>,
}

/// A child that leads a process group of its own.
pub(crate) struct Child {
    pub(crate) handle: duct::Handle,
    pub(crate) leader: Pid,
    pub(crate) stdout: PipeReader,
    pub(crate) stderr: PipeReader,
    /// At end-of-file once the child has exited.
    pub(crate) exit: PipeReader,
}

impl Start {
    pub(crate) fn spawn(self) -> io::Result<Child> {
        let (stdout, stdout_writer) = pipe()?;
        let (stderr, stderr_writer) = pipe()?;
        let (exit, exit_writer) = pipe()?;
        let (program, arguments) = self.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut expression = duct::cmd(program, arguments)
            .unchecked()
            .stderr_file(stderr_writer)
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        expression = match self.stdin {
            Some(file) => expression.stdin_file(file),
            None => expression.stdin_null(),
        };
        expression = match self.stdout {
            // The pipe has no writer then, and ends at once.
            Some(file) => expression.stdout_file(file),
            None => expression.stdout_file(stdout_writer),
        };
        if let Some(environment) = self.environment {
            expression = expression.full_env(environment);
        }
        let handle = expression.start()?;
        // It holds the writing ends of the pipes, which would never reach end-of-file.
        drop(expression);

        let pid = handle.pids().first().and_then(|pid| i32::try_from(*pid).ok());
        let leader = pid
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("the child has no process id"))?;
        watch_exit(leader, exit_writer).inspect_err(|_| {
            let _ = kill_process_group(leader, Signal::KILL);
        })?;
        Ok(Child { handle, leader, stdout, stderr, exit })
    }
}

/// Closes `exit` once `child` has exited, without reaping it: before that its number, and that of
/// its group, cannot be reused.
fn watch_exit(child: Pid, exit: PipeWriter) -> io::Result<()> {
    let watch = move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(child), options), Err(Errno::INTR)) {}
        drop(exit);
    };
    thread::Builder::new().name("docker-cli exit".to_owned()).spawn(watch).map(drop)
}
