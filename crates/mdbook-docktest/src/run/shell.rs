//! One shell after the other that feel like one.
//!
//! Each step gets a bash of its own, so that a step which is killed takes nothing with it. What the
//! author set in one step (directory, variables, functions, aliases, options, umask, EXIT trap) is
//! written down when its shell ends (`save.bash`) and taken over by the next.
//!
//! Commands are evaluated, not sourced: messages then begin with `bash: line 1:`, close to what a
//! reader's terminal says, rather than with a path of ours. Between two commands the shell stops at
//! a turnstile, so that each command's output and status are known to be its own.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{fs, io};

use docker_sandbox::{PATH, ProcessEngine, ProcessGroup, Session};

use super::turnstile::Turnstile;

/// Inside the engine, the directory of the files that pass from shell to shell.
const DIRECTORY: &str = "/run/docktest/shell";

/// Inside the engine, the script between two commands.
const BETWEEN: &str = "/run/docktest/shell/between.bash";

/// Inside the engine, the empty directory in which a chapter starts.
const WORKPLACE: &str = "/lab";

/// What bash does before the first command. The state is taken over in silence: it can hold a
/// read-only variable that bash has set before. The umask is that of a login, not of the engine's
/// daemons.
const PRELUDE: &str = "umask 022; . /run/docktest/shell/state; ";

/// A chapter's shell.
pub(super) struct Shell<'a> {
    engine: &'a ProcessEngine,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
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
        Ok(Self { engine, environment, directory })
    }

    /// The words of a process that runs `commands` one after the other as a member of `group` in a
    /// `session` of its own, and what it says and hears between them.
    pub(super) fn run<'c>(
        &self,
        commands: impl IntoIterator<Item = &'c str>,
        group: &ProcessGroup,
        session: Session,
    ) -> io::Result<(Vec<OsString>, Turnstile)> {
        // All on one line, so that messages have the line of the command. `builtin`, as the author's
        // functions can have any other name; `&& :`, so that `set -e` does not see a status twice.
        let turn = |prelude: &str, argument: &dyn Display| {
            format!("{{ {prelude}builtin . {BETWEEN} {argument} && :; }} 3>&2 2>/dev/null")
        };
        let mut launch = String::new();
        for (index, command) in commands.into_iter().enumerate() {
            fs::write(self.directory.join(format!("command.{index}")), command)?;
            launch += &turn(if index == 0 { PRELUDE } else { "" }, &index);
            launch += "; builtin eval \"$__docktest_command\"; ";
        }
        launch += &turn("", &"end");
        let turnstile = Turnstile::new(&self.directory)?;
        let workplace = Path::new(WORKPLACE);
        let mut words = self.engine.entering_group(group, workplace, &self.environment, session);
        let bash = ["bash", "--noprofile", "--norc", "-c", launch.as_str(), "bash"];
        words.extend(bash.map(OsString::from));
        Ok((words, turnstile))
    }

    /// Makes the state that the last shell wrote down the next one's, and says whether it did. A
    /// shell that was killed, or replaced by `exec`, wrote none, or part of one: then the state
    /// before it stays.
    pub(super) fn take_over(&self) -> bool {
        let new = self.directory.join("new");
        // The content is the shell's own: it need not be UTF-8.
        let is_complete = fs::read(&new).is_ok_and(|state| state.ends_with(b"# complete\n"));
        is_complete && fs::rename(&new, self.directory.join("state")).is_ok()
    }
}
