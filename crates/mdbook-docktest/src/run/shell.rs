//! A chapter's shell, which is one for the author, and may be several processes.
//!
//! A bash runs one step after the other. Between two commands, and between two steps, it stops at a
//! turnstile (`between.bash`), so that each command's output and status are known to be its own. At
//! the end of each step it writes down what the author has set (directory, variables, functions,
//! aliases, options, umask, EXIT trap: `save.bash`). When a step has been stopped or has exited, or
//! when one needs another standard input or a terminal, a new bash takes that over; so a step that is
//! killed takes nothing with it.
//!
//! Each step has pipes of its own, and is in a control group of its own: what it leaves in the
//! background neither prints among the output of later steps nor ends with them.
//!
//! Commands are evaluated, not sourced: messages then begin with `bash: line 1:`, close to what a
//! reader's terminal says, rather than with a path of ours.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;
use std::{fs, io};

use docker_sandbox::{PATH, ProcessEngine, ProcessGroup, Session, Terminal};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::connection::Connection;
use super::turnstile::Turnstile;

/// Inside the engine, the directory of the files that pass from shell to shell.
const DIRECTORY: &str = "/run/docktest/shell";

/// Inside the engine, the empty directory in which a chapter starts.
const WORKPLACE: &str = "/lab";

/// What bash does before the first command. The state is taken over in silence: it can hold a
/// read-only variable that bash has set before. The umask is that of a login, not of the engine's
/// daemons.
const PRELUDE: &str = "umask 022; . /run/docktest/shell/state; ";

/// How many commands a bash can run. All of them are on one line, so that messages have the line of
/// the command; a loop would be one that the author's `break` could leave.
const TURNS: usize = 100;

/// How long a bash may take to exit when it is told to.
const QUIT_LIMIT: Duration = Duration::from_millis(500);

/// A chapter's shell.
pub(super) struct Shell<'a> {
    engine: &'a ProcessEngine,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    /// A bash that waits for the next step.
    waiting: Option<Bash>,
    steps: usize,
}

/// Where a step runs.
pub(super) enum Surroundings {
    /// Without input, on pipes.
    Pipes,
    /// With pipes, one of them for its input.
    PipesWithInput,
    /// At a terminal.
    Terminal(Terminal),
}

/// A bash that runs, or stands at its turnstile.
pub(super) struct Bash {
    handle: duct::Handle,
    /// Readable when it has exited.
    pub(super) process: OwnedFd,
    pub(super) turnstile: Turnstile,
    /// How many commands it can still run.
    turns: usize,
    /// Whether it can run another step.
    is_reusable: bool,
}

impl<'a> Shell<'a> {
    /// A fresh one, with nothing in its environment but `additions` and what no shell works without.
    pub(super) fn new(
        engine: &'a ProcessEngine,
        additions: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let mut environment: Vec<(OsString, OsString)> =
            [("PATH", PATH), ("HOME", "/root"), ("LANG", "C.UTF-8"), ("TERM", "xterm")]
                .map(|(name, value)| (name.into(), value.into()))
                .into();
        environment.extend(additions.into_iter().map(|(name, value)| (name.into(), value.into())));
        let directory = engine.outside(Path::new(DIRECTORY));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("save.bash"), include_str!("save.bash"))?;
        fs::write(directory.join("state"), "")?;
        fs::write(directory.join("between.bash"), include_str!("between.bash"))?;
        Ok(Self { engine, environment, directory, waiting: None, steps: 0 })
    }

    /// Lets a bash begin with the first of a step's commands, as a member of `group`. The others are
    /// begun with [`Bash::go_on`].
    pub(super) fn begin(
        &mut self,
        commands: &[&str],
        group: &ProcessGroup,
        surroundings: Surroundings,
    ) -> io::Result<(Bash, Connection)> {
        self.remove_pipes();
        self.steps += 1;
        for (index, command) in commands.iter().enumerate() {
            fs::write(self.directory.join(format!("command.{index}")), command)?;
        }
        let is_on_pipes = matches!(surroundings, Surroundings::Pipes);
        if let Some(mut bash) = self.waiting.take() {
            if is_on_pipes && bash.turns >= commands.len() && !bash.has_exited() {
                let connection = Connection::with_named_pipes(&self.directory, self.steps)?;
                let door = group.door();
                let outputs = self.steps.to_string();
                bash.turns -= commands.len();
                let words = ["join", &door.to_string_lossy(), "outputs", &outputs, "0"];
                bash.turnstile.tell(&words)?;
                return Ok((bash, connection));
            }
            bash.quit();
        }
        self.start(commands.len(), group, surroundings)
    }

    /// Starts a bash with the first of some commands.
    fn start(
        &self,
        commands: usize,
        group: &ProcessGroup,
        surroundings: Surroundings,
    ) -> io::Result<(Bash, Connection)> {
        let is_reusable = matches!(surroundings, Surroundings::Pipes);
        let session = match surroundings {
            Surroundings::Terminal(_) => Session::AtTerminal,
            _ => Session::WithoutTerminal,
        };
        let turns = if is_reusable { commands.max(TURNS) } else { commands };
        let mut launch = String::new();
        if is_reusable {
            let number = self.steps;
            launch += &format!("exec >{DIRECTORY}/stdout.{number} 2>{DIRECTORY}/stderr.{number}; ");
        }
        launch += &turn(PRELUDE, "first");
        for _ in 0..turns {
            launch += "builtin eval \"$__docktest_command\"; ";
            launch += &turn("", "");
        }
        let mut turnstile = Turnstile::new(&self.directory)?;
        turnstile.tell(&["0"])?;
        let workplace = Path::new(WORKPLACE);
        let mut words = self.engine.entering_group(group, workplace, &self.environment, session);
        let bash = ["bash", "--noprofile", "--norc", "-c", launch.as_str(), "bash"];
        words.extend(bash.map(OsString::from));

        let command = duct::cmd(&words[0], &words[1..])
            .unchecked()
            // Ctrl-C at the terminal is for this program, which then stops the step.
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        let (command, connection) = match surroundings {
            Surroundings::Pipes => {
                let connection = Connection::with_named_pipes(&self.directory, self.steps)?;
                (command.stdin_null().stdout_null().stderr_null(), connection)
            }
            Surroundings::PipesWithInput => Connection::with_pipes(&command)?,
            Surroundings::Terminal(terminal) => Connection::with_terminal(&command, terminal)?,
        };
        let handle = command.start()?;
        // The expression holds the other ends.
        drop(command);
        let process = open_pidfd(&handle)?;
        let turns = turns - commands;
        Ok((Bash { handle, process, turnstile, turns, is_reusable }, connection))
    }

    /// Removes the names of a step's pipes: who has opened them has no need of them.
    fn remove_pipes(&self) {
        for name in ["stdout", "stderr"] {
            // Not every step has any.
            let _ = fs::remove_file(self.directory.join(format!("{name}.{}", self.steps)));
        }
    }

    /// Takes a bash back that stands at its turnstile after a step, with its state written down.
    pub(super) fn keep(&mut self, bash: Bash) {
        if bash.is_reusable && bash.turns > 0 {
            self.waiting = Some(bash);
        } else {
            bash.quit();
        }
    }

    /// Makes the state that a bash has written down the next one's, and says whether it did. One that
    /// was killed, or replaced by `exec`, wrote none, or part of one: then the state before it stays.
    pub(super) fn take_over(&self) -> bool {
        let new = self.directory.join("new");
        // The content is the shell's own: it need not be UTF-8.
        let is_complete = fs::read(&new).is_ok_and(|state| state.ends_with(b"# complete\n"));
        is_complete && fs::rename(&new, self.directory.join("state")).is_ok()
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        if let Some(bash) = self.waiting.take() {
            bash.quit();
        }
    }
}

/// A stop at the turnstile. `builtin`, as the author's functions can have any other name; `&& :`, so
/// that `set -e` does not see a status twice.
fn turn(prelude: &str, argument: &str) -> String {
    format!("{{ {prelude}builtin . {DIRECTORY}/between.bash {argument} && :; }} 3>&2 2>/dev/null; ")
}

impl Bash {
    /// Lets it run the command with this number.
    pub(super) fn go_on(&mut self, command: usize) -> io::Result<()> {
        self.turnstile.tell(&[&command.to_string()])
    }

    /// Lets it write down its state.
    pub(super) fn save(&mut self) -> io::Result<()> {
        self.turnstile.tell(&["save"])
    }

    fn has_exited(&self) -> bool {
        !matches!(self.handle.try_wait(), Ok(None))
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
    fn quit(mut self) {
        let told = self.turnstile.tell(&["quit"]);
        // It has nothing more to say: that it does not listen is no reason to stop.
        let exited = told.and_then(|()| self.handle.wait_timeout(QUIT_LIMIT));
        if !matches!(exited, Ok(Some(_))) {
            let _ = self.handle.kill();
        }
    }
}

fn open_pidfd(handle: &duct::Handle) -> io::Result<OwnedFd> {
    let pid = handle.pids().first().and_then(|&pid| Pid::from_raw(i32::try_from(pid).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the shell's process has no PID"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}
