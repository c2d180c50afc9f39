//! The processes of a chapter's shell: a bash that runs steps, and one that is ready to.

use std::io::{self, PipeWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::place::Group;
use super::turnstile::Turnstile;

/// How long a bash may take to exit when it is told to.
const QUIT_LIMIT: Duration = Duration::from_millis(500);

/// A bash that has been started and waits for the number of its first step's pipes.
pub(super) struct Spare {
    handle: duct::Handle,
    group: Box<dyn Group>,
    number: PipeWriter,
    turns: usize,
}

/// A bash that runs, or stands at its turnstile.
pub(super) struct Bash {
    handle: duct::Handle,
    /// What it is a member of, with all processes of the step that it runs.
    pub(super) group: Box<dyn Group>,
    /// Readable when it has exited.
    pub(super) process: OwnedFd,
    pub(super) turnstile: Turnstile,
    /// How many commands it can still run.
    turns: usize,
    /// Whether it can run another step.
    is_reusable: bool,
}

impl Spare {
    /// Starts one as a member of `group`. `command` reads the number as the first line of its input, and
    /// can then run this many commands.
    pub(super) fn start(
        command: &duct::Expression,
        group: Box<dyn Group>,
        turns: usize,
    ) -> io::Result<Self> {
        let (input, number) = io::pipe()?;
        let handle = command.stdin_file(input).stdout_null().stderr_null().start()?;
        Ok(Self { handle, group, number, turns })
    }

    /// Whether it is there and can run this many commands.
    pub(super) fn can_run(&self, commands: usize) -> bool {
        self.turns >= commands && !has_exited(&self.handle)
    }

    /// Lets it open the pipes with this number and go to the turnstile.
    pub(super) fn begin(self, number: usize, turnstile: Turnstile) -> io::Result<Bash> {
        let Self { handle, group, number: mut to, turns } = self;
        let process = open_pidfd(&handle)?;
        writeln!(to, "{number}")?;
        Ok(Bash { handle, group, process, turnstile, turns, is_reusable: true })
    }

    /// Lets it see the end of its input.
    pub(super) fn quit(self) {
        drop(self.number);
        wait_for_exit(&self.handle);
    }
}

/// Waits for a bash that was told to exit.
fn wait_for_exit(handle: &duct::Handle) {
    if !matches!(handle.wait_timeout(QUIT_LIMIT), Ok(Some(_))) {
        let _ = handle.kill();
    }
}

fn has_exited(handle: &duct::Handle) -> bool {
    !matches!(handle.try_wait(), Ok(None))
}

impl Bash {
    /// One at a terminal, which serves one step.
    pub(super) fn at_terminal(
        handle: duct::Handle,
        group: Box<dyn Group>,
        turnstile: Turnstile,
    ) -> io::Result<Self> {
        let process = open_pidfd(&handle)?;
        Ok(Self { handle, group, process, turnstile, turns: 0, is_reusable: false })
    }

    /// Lets it begin with a step of this many commands.
    pub(super) fn begin(&mut self, commands: usize, words: &[&str]) -> io::Result<()> {
        self.turns -= commands;
        self.turnstile.tell(words)
    }

    /// Whether it can run a step of this many commands.
    pub(super) fn can_run(&self, commands: usize) -> bool {
        self.is_reusable && self.turns >= commands && !has_exited(&self.handle)
    }

    /// Lets it run the command with this number.
    pub(super) fn go_on(&mut self, command: usize) -> io::Result<()> {
        self.turnstile.tell(&[&command.to_string()])
    }

    /// Lets it write down its state.
    pub(super) fn save(&mut self) -> io::Result<()> {
        self.turnstile.tell(&["save"])
    }

    /// Whether nothing of its step is left in the background.
    pub(super) fn is_alone(&self) -> bool {
        self.group.members().len() <= 1
    }

    /// Waits for its end, which was seen to come.
    ///
    /// Returns the status as bash gives it in `$?`: 128 + n after signal n.
    pub(super) fn exit_status(self) -> io::Result<i32> {
        let status: ExitStatus = self.handle.wait()?.status;
        Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
    }

    /// Ends it, after its group.
    pub(super) fn kill(self) -> io::Result<()> {
        // What entered the engine for it is not in its group, and stops with it when that is stopped
        // (SIGSTOP).
        self.handle.kill()?;
        self.handle.wait().map(drop)
    }

    /// Lets it exit. What it has left in the background stays.
    pub(super) fn quit(mut self) {
        // It has nothing more to say: that it does not listen is no reason to stop.
        let _ = self.turnstile.tell(&["quit"]);
        wait_for_exit(&self.handle);
    }
}

fn open_pidfd(handle: &duct::Handle) -> io::Result<OwnedFd> {
    let pid = handle.pids().first().and_then(|&pid| Pid::from_raw(i32::try_from(pid).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the shell's process has no PID"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}
