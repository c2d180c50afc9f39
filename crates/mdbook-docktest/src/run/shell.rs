//! A chapter's shell, which is one for the author, and may be several processes.
//!
//! A bash runs one step after the other. Between two commands, and between two steps, it stops at a
//! turnstile (`between.bash`), so that each command's output and status are known to be its own. At
//! the end of each step it writes down what the author has set (directory, variables, functions,
//! aliases, options, umask, traps: `save.bash`). When a step has been stopped or has exited, or
//! when one needs a terminal, a new bash takes that over; so a step that is killed takes nothing with
//! it. Where it is known before that the next step will need a new one, it is started meanwhile.
//!
//! Each step has pipes of its own, and what it leaves in the background stays in a control group that
//! later steps are not in: it neither prints among their output nor ends with them.
//!
//! Commands are evaluated, not sourced: messages then begin with `bash: line 1:`, close to what a
//! reader's terminal says, rather than with a path of ours.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use docker_sandbox::{PATH, Session, Terminal};

use super::bash::{Bash, Spare};
use super::connection::Connection;
use super::place::{DIRECTORY, Group, Place};
use super::turnstile::Turnstile;

/// The scripts in the shell's directory. They name it as it is in an engine.
const SCRIPTS: [(&str, &str); 2] =
    [("between.bash", include_str!("between.bash")), ("save.bash", include_str!("save.bash"))];

/// What bash does before the first command. The state is taken over in silence: it can hold a
/// read-only variable that bash has set before. The umask is that of a login, not of the engine's
/// daemons.
const PRELUDE: &str = "umask 022; . /run/docktest/shell/state; ";

/// How many commands a bash can run. All of them are on one line, so that messages have the line of
/// the command; a loop would be one that the author's `break` could leave.
const TURNS: usize = 100;

/// A chapter's shell.
pub(super) struct Shell<'a> {
    place: &'a dyn Place,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    /// A bash that waits for the next step.
    waiting: Option<Bash>,
    /// A bash that waits for its first one.
    spare: Option<Spare>,
    steps: usize,
    groups: usize,
}

/// Where a step runs.
pub(super) enum Surroundings {
    /// On pipes, with one more of them for its input or without input.
    Pipes { has_input: bool },
    /// At a terminal.
    Terminal(Terminal),
}

impl<'a> Shell<'a> {
    /// A fresh one, with nothing in its environment but `additions` and what no shell works without.
    pub(super) fn new(
        place: &'a dyn Place,
        additions: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let mut environment: Vec<(OsString, OsString)> =
            [("PATH", PATH), ("HOME", "/root"), ("LANG", "C.UTF-8"), ("TERM", "xterm")]
                .map(|(name, value)| (name.into(), value.into()))
                .into();
        environment.extend(additions.into_iter().map(|(name, value)| (name.into(), value.into())));
        let directory = place.outside(Path::new(place.directory()));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("state"), "")?;
        for (name, script) in SCRIPTS {
            fs::write(directory.join(name), for_place(place, script))?;
        }
        let (waiting, spare) = (None, None);
        let mut shell = Self { place, environment, directory, waiting, spare, steps: 0, groups: 0 };
        shell.prepare()?;
        Ok(shell)
    }

    /// Starts a bash for the next step that needs a new one, unless there is one.
    pub(super) fn prepare(&mut self) -> io::Result<()> {
        if !self.spare.as_ref().is_some_and(|spare| spare.can_run(1)) {
            self.spare = Some(self.start_spare(TURNS)?);
        }
        Ok(())
    }

    /// Lets a bash begin with the first of a step's commands, in a group with no process of an earlier
    /// step. The others are begun with [`Bash::go_on`].
    pub(super) fn begin(
        &mut self,
        commands: &[&str],
        surroundings: Surroundings,
    ) -> io::Result<(Bash, Connection)> {
        self.remove_pipes();
        self.steps += 1;
        for (index, command) in commands.iter().enumerate() {
            fs::write(self.directory.join(format!("command.{index}")), command)?;
        }
        let has_input = match surroundings {
            Surroundings::Pipes { has_input } => has_input,
            Surroundings::Terminal(terminal) => {
                return self.start_at_terminal(commands.len(), terminal);
            }
        };
        let number = self.steps.to_string();
        let connection = Connection::with_pipes(&self.directory, self.steps, has_input)?;
        let door;
        let mut words = Vec::new();
        let mut bash = match self.take_waiting(commands.len()) {
            Some(mut bash) => {
                // To change groups takes the kernel about as long as a short command.
                if !bash.is_alone() {
                    bash.group = self.new_group()?;
                    door = bash.group.procs_file();
                    words.extend(["join", door.to_str().ok_or(io::ErrorKind::InvalidData)?]);
                }
                words.extend(["outputs", &number]);
                bash
            }
            None => self.begin_new(commands.len())?,
        };
        if has_input {
            words.extend(["input", &number]);
        }
        words.push("0");
        bash.begin(commands.len(), &words)?;
        Ok((bash, connection))
    }

    /// The bash that waits, if it can run this many commands.
    fn take_waiting(&mut self, commands: usize) -> Option<Bash> {
        let bash = self.waiting.take()?;
        if bash.can_run(commands) {
            return Some(bash);
        }
        bash.quit();
        None
    }

    /// A new bash that opens the pipes of the step that begins.
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
        turnstile.tell(&["0"])?;
        let (group, command) = self.bash(Session::AtTerminal, &launch(commands))?;
        let (command, connection) = Connection::with_terminal(&command, terminal)?;
        let handle = command.start()?;
        // The expression holds the other ends.
        drop(command);
        Ok((Bash::at_terminal(handle, group, turnstile)?, connection))
    }

    fn next_group(&mut self) -> String {
        self.groups += 1;
        format!("shell-{}", self.groups)
    }

    /// A bash that does what `launch` says, and its group.
    fn bash(
        &mut self,
        session: Session,
        launch: &str,
    ) -> io::Result<(Box<dyn Group>, duct::Expression)> {
        let name = self.next_group();
        let (group, mut words) = self.place.enter_new_group(&name, &self.environment, session)?;
        let launch = for_place(self.place, launch);
        words.extend(["bash", "--noprofile", "--norc", "-c", &launch, "bash"].map(OsString::from));
        let command = duct::cmd(&words[0], &words[1..])
            .unchecked()
            // Ctrl-C at the terminal is for this program, which then stops the step.
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        Ok((group, command))
    }

    /// Removes the names of a step's pipes: who has opened them has no need of them.
    fn remove_pipes(&self) {
        for name in ["stdin", "stdout", "stderr"] {
            // Not every step has any.
            let _ = fs::remove_file(self.directory.join(format!("{name}.{}", self.steps)));
        }
    }

    /// Takes a bash back that stands at its turnstile after a step, with its state written down.
    pub(super) fn keep(&mut self, bash: Bash) {
        if bash.can_run(1) {
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
        if let Some(spare) = self.spare.take() {
            spare.quit();
        }
    }
}

/// A script with the directory of the place in which it runs, instead of an engine's.
fn for_place(place: &dyn Place, script: &str) -> String {
    script.replace(DIRECTORY, place.directory())
}

/// What a bash is to run: some commands, with a stop at the turnstile around each.
fn launch(commands: usize) -> String {
    let begin = turn(PRELUDE, "first");
    let command = format!("builtin eval \"$__docktest_command\"; {}", turn("", ""));
    begin + &command.repeat(commands)
}

/// A stop at the turnstile. `builtin`, as the author's functions can have any other name; `&& :`, so
/// that `set -e` does not see a status twice.
///
/// `trap` cannot be sourced: bash hides the DEBUG trap from a script, and sets it again afterwards.
/// What that trap prints for these commands is not shown.
fn turn(prelude: &str, argument: &str) -> String {
    format!(
        "{{ {prelude}{{ __docktest_status=$?; builtin trap -p DEBUG RETURN ERR >|{DIRECTORY}/traps; \
         builtin trap - DEBUG RETURN ERR; }} >/dev/null; \
         builtin . {DIRECTORY}/between.bash {argument} && :; }} 3>&2 2>/dev/null; "
    )
}
