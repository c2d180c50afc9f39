//! A chapter's shell: one shell for the author, one or more processes here.
//!
//! A bash runs one step after the other. Between two commands, and between two steps, it waits at a
//! turnstile (`between.bash`), so that output and status are attributed to the right command. At the end
//! of each step, and when it exits, it saves its state: directory, variables, functions, aliases, options,
//! umask and traps (`save.bash`). When a step was stopped or has exited, or when one needs a terminal, a new
//! bash takes over the last state that was saved. If it is known in advance that the next step needs a new
//! bash, it is started meanwhile.
//!
//! Each step has its own pipes, and its processes in the background stay in a control group of their own:
//! they do not print into the output of later steps, and are not stopped with them.
//!
//! Commands are evaluated, not sourced: their error messages then begin with `bash: line 1:`, much as in a
//! reader's terminal, and not with the path of a script.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use docker_sandbox::{PATH, Session, Terminal};

use super::bash::{Bash, Spare};
use super::connection::Connection;
use super::place::{DIRECTORY, Group, Place};
use super::turnstile::Turnstile;

/// The scripts in the shell's directory. They contain [`DIRECTORY`], see [`Shell::with_directory`].
const SCRIPTS: [(&str, &str); 2] =
    [("between.bash", include_str!("between.bash")), ("save.bash", include_str!("save.bash"))];

/// What bash runs before the first command. Errors in the state are not shown: it can contain a read-only
/// variable that bash has already set. The umask is that of a login, not that of the engine's daemons.
const PRELUDE: &str = "umask 022; . /run/docktest/shell/state; ";

/// The number of commands that a bash can run. They are repeated on one line, so that error messages have
/// the command's own line number. A loop instead could be left by the author's `break`.
const TURNS: usize = 100;

/// How many bytes of text to give to a bash as an argument at most. Linux takes 128 KiB (execve(2),
/// `MAX_ARG_STRLEN`), of which some are needed for what is in front of it.
const LONGEST_LAUNCH: usize = 120 << 10;

/// A chapter's shell.
pub(super) struct Shell<'a> {
    place: &'a dyn Place,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    /// The same directory, as steps see it.
    inside: String,
    /// A bash that has run a step and waits for the next one.
    waiting: Option<Bash>,
    /// A bash that waits for its first step.
    spare: Option<Spare>,
    steps: usize,
    groups: usize,
}

/// The input and output of a step.
pub(super) enum StepIo {
    /// Pipes; without input, its input is `/dev/null`.
    Pipes {
        has_input: bool,
    },
    Terminal(Terminal),
}

impl<'a> Shell<'a> {
    /// A new shell, with only `additions` and the indispensable variables in its environment.
    pub(super) fn new(
        place: &'a dyn Place,
        additions: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let mut environment: Vec<(OsString, OsString)> =
            [("PATH", PATH), ("HOME", "/root"), ("LANG", "C.UTF-8"), ("TERM", "xterm")]
                .map(|(name, value)| (name.into(), value.into()))
                .into();
        environment.extend(additions.into_iter().map(|(name, value)| (name.into(), value.into())));
        Self::in_directory(place, environment, place.directory().to_owned(), 0, b"")
    }

    /// A shell that takes over the last state of this one, whose bash goes on running a command. It is what
    /// a reader does in another terminal.
    pub(super) fn beside(&self) -> io::Result<Self> {
        let state = fs::read(self.directory.join("state"))?;
        let inside = format!("{}-{}", self.place.directory(), self.groups);
        Self::in_directory(self.place, self.environment.clone(), inside, self.groups, &state)
    }

    fn in_directory(
        place: &'a dyn Place,
        environment: Vec<(OsString, OsString)>,
        inside: String,
        groups: usize,
        state: &[u8],
    ) -> io::Result<Self> {
        let directory = place.outside(Path::new(&inside));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("state"), state)?;
        let (waiting, spare) = (None, None);
        let mut shell =
            Self { place, environment, directory, inside, waiting, spare, steps: 0, groups };
        for (name, script) in SCRIPTS {
            fs::write(shell.directory.join(name), shell.with_directory(script))?;
        }
        shell.prepare()?;
        Ok(shell)
    }

    /// Starts a bash for the next step that needs a new one, unless one is waiting already.
    pub(super) fn prepare(&mut self) -> io::Result<()> {
        if !self.spare.as_ref().is_some_and(|spare| spare.can_run(1)) {
            self.spare = Some(self.start_spare(TURNS)?);
        }
        Ok(())
    }

    /// Starts the first command of a step, in a group without processes of earlier steps.
    /// [`Bash::run_command`] starts the others.
    pub(super) fn begin(
        &mut self,
        commands: &[&str],
        io: StepIo,
    ) -> io::Result<(Bash, Connection)> {
        self.remove_pipes();
        self.steps += 1;
        for (index, command) in commands.iter().enumerate() {
            fs::write(self.directory.join(format!("command.{index}")), command)?;
        }
        let has_input = match io {
            StepIo::Pipes { has_input } => has_input,
            StepIo::Terminal(terminal) => {
                return self.start_at_terminal(commands.len(), terminal);
            }
        };
        let number = self.steps.to_string();
        let connection = Connection::with_pipes(&self.directory, self.steps, has_input)?;
        let procs_file;
        let mut instructions = Vec::new();
        let mut bash = match self.take_waiting(commands.len()) {
            Some(mut bash) => {
                // Moving a process to another group takes the kernel about as long as a short command.
                if !bash.is_alone() {
                    bash.group = self.new_group()?;
                    procs_file = bash.group.procs_file();
                    let path = procs_file.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
                    instructions.extend(["join", path]);
                }
                instructions.extend(["outputs", &number]);
                bash
            }
            None => self.begin_new(commands.len())?,
        };
        if has_input {
            instructions.extend(["input", &number]);
        }
        instructions.push("0");
        bash.begin(commands.len(), &instructions)?;
        Ok((bash, connection))
    }

    /// Takes the bash that has run a step, if it can run this many more commands.
    fn take_waiting(&mut self, commands: usize) -> Option<Bash> {
        let bash = self.waiting.take()?;
        if bash.can_run(commands) {
            return Some(bash);
        }
        bash.quit();
        None
    }

    /// Takes a bash that has not run a step, and lets it open the pipes of this one.
    fn begin_new(&mut self, commands: usize) -> io::Result<Bash> {
        let spare = match self.spare.take_if(|spare| spare.can_run(commands)) {
            Some(spare) => spare,
            None => self.start_spare(commands.max(TURNS))?,
        };
        spare.begin(self.steps, Turnstile::new(&self.directory)?)
    }

    /// A group without members.
    fn new_group(&mut self) -> io::Result<Box<dyn Group>> {
        let name = self.next_group();
        self.place.new_group(&name)
    }

    fn start_spare(&mut self, turns: usize) -> io::Result<Spare> {
        let launch = format!(
            "builtin read -r __docktest_go || exit; \
             exec >{DIRECTORY}/stdout.$__docktest_go 2>{DIRECTORY}/stderr.$__docktest_go </dev/null; {}",
            launch(turns)
        );
        let (group, command) = self.bash(Session::WithoutTerminal, &launch)?;
        Spare::start(&command, group, turns)
    }

    fn start_at_terminal(
        &mut self,
        commands: usize,
        terminal: Terminal,
    ) -> io::Result<(Bash, Connection)> {
        if let Some(bash) = self.waiting.take() {
            bash.quit();
        }
        let mut turnstile = Turnstile::new(&self.directory)?;
        turnstile.send(&["0"])?;
        let (group, command) = self.bash(Session::AtTerminal, &launch(commands))?;
        let (command, connection) = Connection::with_terminal(&command, terminal)?;
        let handle = command.start()?;
        // The expression keeps the terminal open.
        drop(command);
        Ok((Bash::at_terminal(handle, group, turnstile)?, connection))
    }

    /// The script with this shell's directory instead of the usual one in an engine.
    fn with_directory(&self, script: &str) -> String {
        script.replace(DIRECTORY, &self.inside)
    }

    fn next_group(&mut self) -> String {
        self.groups += 1;
        format!("shell-{}", self.groups)
    }

    /// The command for a bash that runs `launch`, and its group.
    fn bash(
        &mut self,
        session: Session,
        launch: &str,
    ) -> io::Result<(Box<dyn Group>, duct::Expression)> {
        let name = self.next_group();
        let (group, mut words) = self.place.enter_new_group(&name, &self.environment, session)?;
        let launch = self.with_directory(launch);
        words.extend(["bash", "--noprofile", "--norc", "-c", &launch, "bash"].map(OsString::from));
        let command = duct::cmd(&words[0], &words[1..])
            .unchecked()
            // Ctrl-C at this program's terminal must not reach bash: this program stops the step.
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        Ok((group, command))
    }

    /// Removes the names of a step's pipes, which are open.
    fn remove_pipes(&self) {
        for name in ["stdin", "stdout", "stderr"] {
            // Not every step has all of them.
            let _ = fs::remove_file(self.directory.join(format!("{name}.{}", self.steps)));
        }
    }

    /// Takes back a bash that waits at its turnstile after a step, with its state saved.
    pub(super) fn keep(&mut self, bash: Bash) {
        if bash.can_run(1) {
            self.waiting = Some(bash);
        } else {
            bash.quit();
        }
    }

    /// Makes the state that was saved last the one that the next bash takes over. Returns whether there was
    /// one. A bash that was killed, or replaced by `exec`, has saved none, or only a part: then the state
    /// before stays.
    pub(super) fn take_over(&self) -> bool {
        let new = self.directory.join("new");
        // The author's values need not be UTF-8.
        let is_complete = fs::read(&new).is_ok_and(|state| state.ends_with(b"# complete\n"));
        is_complete && fs::rename(&new, self.directory.join("state")).is_ok()
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        if let Some(bash) = self.waiting.take() {
            bash.quit();
        }
        if let Some(spare) = self.spare.take() {
            spare.quit();
        }
    }
}

/// The script of a bash: this many commands, with the turnstile before, between and after them. If that
/// is too long for an argument, a part of it is in a variable, which is evaluated again and again.
fn launch(commands: usize) -> String {
    let begin = turn(PRELUDE, "first");
    let command = format!("builtin eval \"$__docktest_command\"; {}", turn("", ""));
    if begin.len() + command.len() * commands <= LONGEST_LAUNCH {
        return begin + &command.repeat(commands);
    }
    let evals = "builtin eval \"$__docktest_turns\"; ".repeat(commands / TURNS);
    let (turns, rest) = (command.repeat(TURNS), command.repeat(commands % TURNS));
    format!("__docktest_turns='{turns}'; {begin}{evals}{rest}")
}

/// The turnstile. `builtin`, because the author's functions can have any other name; `&& :`, so that
/// `set -e` does not act on a status twice.
///
/// `trap` cannot be in the sourced script: bash hides the DEBUG trap from a script, and restores it
/// afterwards. What that trap prints for these commands is not shown.
fn turn(prelude: &str, argument: &str) -> String {
    format!(
        "{{ {prelude}{{ __docktest_status=$?; builtin trap -p DEBUG RETURN ERR >|{DIRECTORY}/traps; \
         builtin trap - DEBUG RETURN ERR; }} >/dev/null; \
         builtin . {DIRECTORY}/between.bash {argument} && :; }} 3>&2 2>/dev/null; "
    )
}
