//! The processes of a chapter's shell: a bash that runs steps, and one that is ready to run them.

use std::io::{self, PipeWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use docker_sandbox::processes::exit_of;
use rustix::process::Pid;

use super::instruction::{Functions, run_instruction};
use super::place::Group;
use super::turnstile::Turnstile;
use crate::extract::commands::Syntax;

/// How long a bash may take to exit when it is asked to.
const QUIT_LIMIT: Duration = Duration::from_millis(500);

/// A bash that has been started, and waits for the number of the pipes of its first step.
pub(super) struct Spare {
    handle: duct::Handle,
    group: Box<dyn Group>,
    number_pipe: PipeWriter,
    turns: usize,
}

/// A bash that runs a command, or waits at its turnstile.
pub(super) struct Bash {
    handle: duct::Handle,
    /// The group of its process and all other processes of its step.
    pub(super) group: Box<dyn Group>,
    /// A descriptor that is readable when it has exited.
    pub(super) process: OwnedFd,
    pub(super) turnstile: Turnstile,
    /// The instructions to run the commands of its step.
    commands: Vec<String>,
    /// The number of commands that it can still run.
    turns: usize,
    /// Whether it can run another step.
    is_reusable: bool,
}

impl Spare {
    /// Starts one as a member of `group`. `command` must read the number from the first line of its input,
    /// and can then run `turns` commands.
    pub(super) fn start(
        command: &duct::Expression,
        group: Box<dyn Group>,
        turns: usize,
    ) -> io::Result<Self> {
        let (input, number_pipe) = io::pipe()?;
        let handle = command.stdin_file(input).stdout_null().stderr_null().start()?;
        Ok(Self { handle, group, number_pipe, turns })
    }

    /// Whether it is still running and can run this many commands.
    pub(super) fn can_run(&self, commands: usize) -> bool {
        self.turns >= commands && !has_exited(&self.handle)
    }

    /// Lets it open the pipes with this number and continue to the turnstile.
    pub(super) fn begin(self, number: usize, turnstile: Turnstile) -> io::Result<Bash> {
        let Self { handle, group, mut number_pipe, turns } = self;
        let process = exit_of_first(&handle)?;
        match writeln!(number_pipe, "{number}") {
            // It has exited, since it could not start, and the step will show that.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        }
        let commands = Vec::new();
        Ok(Bash { handle, group, process, turnstile, commands, turns, is_reusable: true })
    }

    /// Lets it exit by closing its input.
    pub(super) fn quit(self) {
        drop(self.number_pipe);
        wait_for_exit(&self.handle);
    }
}

/// Waits for a bash that was asked to exit, and kills it if it does not.
fn wait_for_exit(handle: &duct::Handle) {
    if !matches!(handle.wait_timeout(QUIT_LIMIT), Ok(Some(_))) {
        let _ = handle.kill();
    }
}

fn has_exited(handle: &duct::Handle) -> bool {
    !matches!(handle.try_wait(), Ok(None))
}

impl Bash {
    /// One at a terminal, which runs only one step.
    pub(super) fn at_terminal(
        handle: duct::Handle,
        group: Box<dyn Group>,
        turnstile: Turnstile,
        turns: usize,
    ) -> io::Result<Self> {
        let process = exit_of_first(&handle)?;
        let commands = Vec::new();
        Ok(Self { handle, group, process, turnstile, commands, turns, is_reusable: false })
    }

    /// Sends it the instructions for a step with these commands, and lets it run the first of them.
    pub(super) fn begin(
        &mut self,
        commands: &[Syntax<'_>],
        functions: &mut Functions,
        instructions: &[&str],
    ) -> io::Result<()> {
        self.turns -= commands.len();
        let run = commands
            .iter()
            .enumerate()
            .map(|(number, command)| run_instruction(number, command, functions));
        self.commands = run.collect();
        let run = self.commands.first().map(String::as_str);
        let instructions: Vec<&str> = instructions.iter().copied().chain(run).collect();
        self.turnstile.send(&instructions)
    }

    /// Whether it can run a step of this many commands.
    pub(super) fn can_run(&self, commands: usize) -> bool {
        self.is_reusable && self.turns >= commands && !has_exited(&self.handle)
    }

    /// Lets it run the command with this number.
    pub(super) fn run_command(&mut self, command: usize) -> io::Result<()> {
        let instruction = self.commands.get(command).ok_or(io::ErrorKind::InvalidInput)?;
        self.turnstile.send(&[instruction])
    }

    /// As [`Self::run_command`], with another text in the place of the command's.
    pub(super) fn run_other_command(&mut self, command: usize, text: &str) -> io::Result<()> {
        self.turnstile.replace_command(command, text)?;
        self.run_command(command)
    }

    /// Lets it save its state.
    pub(super) fn save(&mut self) -> io::Result<()> {
        self.turnstile.send(&["save"])
    }

    /// Whether its steps have left no processes in the background.
    pub(super) fn is_alone(&self) -> bool {
        self.group.members().len() <= 1
    }

    /// Waits until it has exited. Returns the status as in `$?`: 128 + n after signal n.
    pub(super) fn exit_status(self) -> io::Result<i32> {
        let status: ExitStatus = self.handle.wait()?.status;
        Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
    }

    /// Kills it, after its group.
    pub(super) fn kill(self) -> io::Result<()> {
        // The process that entered the engine for it is not in its group, and is stopped (SIGSTOP) when
        // bash is.
        self.handle.kill()?;
        self.handle.wait().map(drop)
    }

    /// Lets it exit. Processes in the background go on.
    pub(super) fn quit(mut self) {
        // Fails only if it no longer reads; then it is killed.
        let _ = self.turnstile.send(&["quit"]);
        wait_for_exit(&self.handle);
    }
}

/// A descriptor that is readable when the first process has exited.
fn exit_of_first(handle: &duct::Handle) -> io::Result<OwnedFd> {
    let pid = handle.pids().first().and_then(|&pid| Pid::from_raw(i32::try_from(pid).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the shell's process has no PID"))?;
    exit_of(pid)
}
