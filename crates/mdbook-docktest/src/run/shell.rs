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
//! reader's terminal, and not with the path of a script. Bash reads what it is to do from its standard input, and
//! has no arguments: in a list of processes it looks like a reader's shell.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use docker_sandbox::{PATH, Session, Terminal};

use super::bash::{Bash, Spare};
use super::connection::Connection;
use super::instruction::Functions;
use super::lists::write_command;
use super::place::{DIRECTORY, Group, Place};
use super::turnstile::Turnstile;
use crate::extract::commands::Syntax;
use crate::model::scenario::ChapterFile;

/// The scripts in the shell's directory. They contain [`DIRECTORY`], see [`Shell::with_directory`].
const SCRIPTS: [(&str, &str); 10] = [
    ("between.bash", include_str!("between.bash")),
    ("options.bash", include_str!("options.bash")),
    ("traps.bash", include_str!("traps.bash")),
    ("exit.bash", include_str!("exit.bash")),
    ("save.bash", include_str!("save.bash")),
    ("write.bash", include_str!("write.bash")),
    ("real.bash", include_str!("real.bash")),
    ("watch.bash", include_str!("watch.bash")),
    ("status.bash", include_str!("status.bash")),
    ("list.bash", include_str!("list.bash")),
];

/// What bash runs before the first command. Errors in the state are not shown: it can contain a read-only
/// variable that bash has already set. The umask is that of a login, not that of the engine's daemons.
/// Aliases work where a reader types.
const PRELUDE: &str = "umask 022; shopt -s expand_aliases; . /run/docktest/shell/state; ";

/// The number of commands that a bash can run. They are repeated on one line, so that error messages have
/// the command's own line number. A loop instead could be left by the author's `break`.
const TURNS: usize = 100;

/// A chapter's shell.
pub(super) struct Shell<'a> {
    place: &'a dyn Place,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    /// The same directory, as steps see it.
    inside: String,
    /// The last state that a bash has saved.
    state: Vec<u8>,
    /// A bash that has run a step and waits for the next one.
    waiting: Option<Bash>,
    /// A bash that waits for its first step.
    spare: Option<Spare>,
    steps: usize,
    groups: usize,
    /// What the functions of its commands may consist of.
    functions: Functions,
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
        let inside = format!("{}-{}", self.place.directory(), self.groups);
        let mut shell = Self::in_directory(
            self.place,
            self.environment.clone(),
            inside,
            self.groups,
            &self.state,
        )?;
        shell.functions = self.functions.clone();
        Ok(shell)
    }

    fn in_directory(
        place: &'a dyn Place,
        environment: Vec<(OsString, OsString)>,
        inside: String,
        groups: usize,
        state: &[u8],
    ) -> io::Result<Self> {
        let directory = place.outside(Path::new(&inside));
        let mut shell = Self {
            place,
            environment,
            directory,
            inside,
            state: state.to_owned(),
            waiting: None,
            spare: None,
            steps: 0,
            groups,
            functions: Functions::default(),
        };
        shell.write_directory()?;
        shell.prepare()?;
        Ok(shell)
    }

    fn write_directory(&self) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        fs::write(self.directory.join("state"), &self.state)?;
        for (name, script) in SCRIPTS {
            fs::write(self.directory.join(name), self.with_directory(script))?;
        }
        Ok(())
    }

    /// Writes the directory again if a step has removed something of it, as `rm -rf /run` does. A bash that has lost it
    /// has exited.
    fn restore_directory(&self) -> io::Result<()> {
        let names = SCRIPTS.iter().map(|(name, _)| *name).chain(["state"]);
        let is_whole = names.into_iter().all(|name| self.directory.join(name).exists());
        if is_whole { Ok(()) } else { self.write_directory() }
    }

    /// Starts a bash for the next step that needs a new one, unless one is waiting already.
    pub(super) fn prepare(&mut self) -> io::Result<()> {
        if !self.spare.as_ref().is_some_and(|spare| spare.can_run(1)) {
            self.spare = Some(self.start_spare(TURNS)?);
        }
        Ok(())
    }

    /// Starts the first command of a step, in a group without processes of earlier steps, after it has
    /// written these files. [`Bash::run_command`] starts the others.
    pub(super) fn begin(
        &mut self,
        commands: &[&str],
        files: &[&ChapterFile],
        io: StepIo,
    ) -> io::Result<(Bash, Connection)> {
        self.restore_directory()?;
        self.remove_pipes();
        self.steps += 1;
        let commands: Vec<Syntax<'_>> = commands.iter().copied().map(Syntax::of).collect();
        for (index, command) in commands.iter().enumerate() {
            write_command(&self.directory, index, command)?;
        }
        let has_input = match io {
            StepIo::Pipes { has_input } => has_input,
            StepIo::Terminal(terminal) => {
                return self.start_at_terminal(&commands, files, terminal);
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
                    bash.group = bash.group.next(&self.next_group())?;
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
        let file_instructions = self.file_instructions(files)?;
        instructions.extend(file_instructions.iter().map(String::as_str));
        bash.begin(&commands, &mut self.functions, &instructions)?;
        Ok((bash, connection))
    }

    /// Puts the contents of files where a bash can read them. Returns the instructions to write them.
    fn file_instructions(&self, files: &[&ChapterFile]) -> io::Result<Vec<String>> {
        let mut instructions = Vec::new();
        for (number, file) in files.iter().enumerate() {
            fs::write(self.directory.join(format!("file.{number}")), &*file.contents())?;
            let how = if file.appends { "append" } else { "replace" };
            let mode = file.mode.clone().unwrap_or_default();
            let number = number.to_string();
            instructions.extend(["file".into(), file.name.clone(), number, mode, how.into()]);
        }
        Ok(instructions)
    }

    /// Returns why one of the files of the last step could not be written, by its index among them.
    pub(super) fn file_error(&self, number: usize) -> Option<String> {
        let text = fs::read(self.directory.join(format!("file.{number}.error"))).ok()?;
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find(|line| !line.trim().is_empty())?;
        // The place in the script means nothing to the author.
        let script = format!("{}/write.bash: line ", self.place.directory());
        let message = line.split_once(&script).and_then(|(_, rest)| rest.split_once(": "));
        Some(message.map_or(line, |(_, message)| message).to_owned())
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

    fn start_spare(&mut self, turns: usize) -> io::Result<Spare> {
        let begin = format!(
            "builtin read -r __docktest_go <&3 || exit; \
             exec 3<&- >{DIRECTORY}/stdout.$__docktest_go 2>{DIRECTORY}/stderr.$__docktest_go </dev/null; "
        );
        let (group, command) = self.bash(Session::WithoutTerminal, &begin, turns)?;
        Spare::start(&command, group, turns)
    }

    fn start_at_terminal(
        &mut self,
        commands: &[Syntax<'_>],
        files: &[&ChapterFile],
        terminal: Terminal,
    ) -> io::Result<(Bash, Connection)> {
        if let Some(bash) = self.waiting.take() {
            bash.quit();
        }
        let turnstile = Turnstile::new(&self.directory)?;
        let instructions = self.file_instructions(files)?;
        let begin = "exec <&3 3<&-; ";
        let (group, command) = self.bash(Session::AtTerminal, begin, commands.len())?;
        let (command, connection) = Connection::with_terminal(&command, terminal)?;
        let handle = command.start()?;
        // The expression keeps the terminal open.
        drop(command);
        let mut bash = Bash::at_terminal(handle, group, turnstile, commands.len())?;
        let instructions: Vec<&str> = instructions.iter().map(String::as_str).collect();
        bash.begin(commands, &mut self.functions, &instructions)?;
        Ok((bash, connection))
    }

    /// The script with this shell's directory instead of the usual one in an engine.
    fn with_directory(&self, script: &str) -> String {
        script.replace(DIRECTORY, &self.inside)
    }

    fn next_group(&mut self) -> String {
        self.groups += 1;
        format!("shell-{}", self.groups)
    }

    /// The command for a bash that runs `begin` and then this many commands, and its group. What it runs is one line of
    /// a file that is its standard input at first: `begin` must open another. Descriptor 3 is what the command gets as
    /// its input.
    fn bash(
        &mut self,
        session: Session,
        begin: &str,
        commands: usize,
    ) -> io::Result<(Box<dyn Group>, duct::Expression)> {
        let name = match session {
            Session::AtTerminal => format!("at-terminal.{commands}"),
            Session::WithoutTerminal => format!("launch.{commands}"),
        };
        let path = self.directory.join(&name);
        // Another bash may be reading it.
        if !path.exists() {
            fs::write(path, self.with_directory(&launch(begin, commands)))?;
        }
        let group_name = self.next_group();
        let (group, mut words) =
            self.place.enter_new_group(&group_name, &self.environment, session)?;
        words.extend(["sh", "-c", "exec bash 3<&0 <\"$0\""].map(OsString::from));
        words.push(format!("{}/{name}", self.inside).into());
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
    pub(super) fn take_over(&mut self) -> bool {
        let new = self.directory.join("new");
        // The author's values need not be UTF-8.
        let state = fs::read(&new).unwrap_or_default();
        let is_taken = state.ends_with(b"# complete\n")
            && fs::rename(&new, self.directory.join("state")).is_ok();
        if is_taken {
            self.state = state;
        }
        is_taken
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

/// What a bash runs: `begin`, then this many commands, with the turnstile before, between and after them. At the end it
/// exits, as it would read on where the author's commands read. Of many commands, which bash would have on its stack, a part
/// is in a variable, which is evaluated again and again.
fn launch(begin: &str, commands: usize) -> String {
    let variables = format!(
        "{begin}__docktest_aside='{PUT_ASIDE}' __docktest_captured= __docktest_last= \
         __docktest_watched= __docktest_watches=0 __docktest_chain= __docktest_job= __docktest_jobs=() __docktest_own=0 \
         __docktest_null=(/dev/null /dev/null); \
         __docktest_end='{{ {ENDED}; {PUT_ASIDE}; }} >/dev/null 2>/dev/null'; "
    );
    let begin = variables + &turn(PRELUDE, "first");
    let command = format!("builtin eval \"$__docktest_command\"; {}", turn("", "next"));
    let rest = command.repeat(commands % TURNS) + "\\builtin exit\n";
    let turns = command.repeat(TURNS);
    match commands / TURNS {
        0 => begin + &rest,
        1 => begin + &turns + &rest,
        many => {
            let evals = "builtin eval \"$__docktest_turns\"; ".repeat(many);
            format!("__docktest_turns='{turns}'; {begin}{evals}{rest}")
        }
    }
}

/// How a command has ended, in variables. `__docktest_own` is 1 until the next one, see `traps.bash`. `__docktest_command` becomes empty: if the author's shell refuses to
/// go on, nothing is run twice.
///
/// It is evaluated with the command, on the line below: after the `eval`, `$_` is the command's text, and the
/// ERR trap has run a second time. If the command cannot be parsed, there is only its status.
const ENDED: &str = "__docktest_own=1 __docktest_status=$? __docktest_pipe=${PIPESTATUS[@]-} __docktest_last=$_ \
    __docktest_captured=yes __docktest_command= __docktest_real= __docktest_again=";
const FAILED: &str = "__docktest_status=$__docktest_failed __docktest_pipe=$__docktest_failed \
    __docktest_command= __docktest_real= __docktest_again=";

/// Puts aside whatever of the author's shell must not see what follows, or could change it: the traps of a
/// shell's commands, a function `builtin`, disabled builtins, and tracing. The DEBUG trap runs for these
/// commands until it is removed, so that comes first, and again if it has failed for want of a builtin.
///
/// `trap` cannot be in a sourced script: bash hides the DEBUG trap from a script, and restores it
/// afterwards.
const PUT_ASIDE: &str = "\\builtin trap -p DEBUG RETURN ERR >|/run/docktest/shell/traps && \
    \\builtin trap - DEBUG RETURN ERR || __docktest_again=yes; \
    [[ ! $__docktest_watched ]] || { \\builtin eval \"$__docktest_watched\"; __docktest_watched=; }; \
    __docktest_options=$SHELLOPTS __docktest_shopts=$BASHOPTS; __docktest_arguments=(\"$@\"); \
    \\builtin eval \"__docktest_real=1\"; \
    [[ $__docktest_real ]] || { __docktest_again=real POSIXLY_CORRECT=1; \
    \\command enable -n >|/run/docktest/shell/disabled; \\command enable builtin . eval; \
    \\. /run/docktest/shell/real.bash; }; \
    [[ $__docktest_real ]] || \\exit \"$__docktest_status\"; \
    [[ $__docktest_again == real ]] || \\builtin enable -n >|/run/docktest/shell/disabled; \
    [[ ! -s /run/docktest/shell/disabled ]] || \\builtin enable . : alias break builtin cd compgen \
    declare echo enable eval exec exit mapfile printf return set shopt trap umask unset; \
    [[ ! $__docktest_again ]] || { \\builtin trap -p DEBUG RETURN ERR >|/run/docktest/shell/traps; \
    \\builtin trap - DEBUG RETURN ERR; }; \
    \\builtin set +xv";

/// The turnstile. Without its directory, which the author's command can have removed, the bash exits as that command did.
/// `builtin`, because the author's functions can have any other name; `&& :`, so that
/// `set -e` does not act on a status twice.
fn turn(prelude: &str, argument: &str) -> String {
    format!(
        "{{ {prelude}__docktest_failed=$?; [[ $__docktest_captured ]] || \
         {{ {FAILED}; \
         builtin eval \"$__docktest_aside\"; }}; \
         [[ -f {DIRECTORY}/between.bash ]] || builtin exit \"$__docktest_status\"; \
         }} 3>&2 >/dev/null 2>/dev/null; \
         builtin . {DIRECTORY}/between.bash {argument} \"$__docktest_last\" && \
         : \"$__docktest_last\"; "
    )
}
