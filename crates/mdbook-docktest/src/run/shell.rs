//! One shell after the other that feel like one.
//!
//! Each step gets a bash of its own, so that a step which is killed takes nothing with it. What the
//! author set in one step (directory, variables, functions, aliases, options, umask) is written
//! down when its shell exits (`save.bash`) and taken over by the next.
//!
//! The step is evaluated, not sourced: messages then begin with `bash: line 1:`, close to what a
//! reader's terminal says, rather than with a path of ours.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use docker_sandbox::{PATH, ProcessEngine, ProcessGroup};

/// Inside the engine, the directory of the files that pass from shell to shell.
const DIRECTORY: &str = "/run/docktest/shell";

/// Inside the engine, the empty directory in which a chapter starts.
const WORKPLACE: &str = "/lab";

/// What bash does with `step`. The state is taken over in silence: it can hold a read-only variable
/// that bash has set before.
const LAUNCH: &str = "\
    { . /run/docktest/shell/state; . /run/docktest/shell/options; } 2>/dev/null; \
    trap '. /run/docktest/shell/save.bash' EXIT; \
    eval \"$(</run/docktest/shell/step)\"";

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
        // Like a CI job, a step ends at its first command that fails: its status is the step's, and
        // none is lost behind a later success.
        fs::write(directory.join("options"), "set -o errexit\n")?;
        Ok(Self { engine, environment, directory })
    }

    /// The words of a process that runs `script` as a member of `group`.
    pub(super) fn command(&self, script: &str, group: &ProcessGroup) -> io::Result<Vec<OsString>> {
        fs::write(self.directory.join("step"), script)?;
        let mut words = self.engine.entering_group(group, Path::new(WORKPLACE), &self.environment);
        words.extend(["bash", "--noprofile", "--norc", "-c", LAUNCH, "bash"].map(OsString::from));
        Ok(words)
    }

    /// Makes the state that the last shell wrote down the next one's. A shell that was killed
    /// wrote none, or part of one: then the state before it stays.
    pub(super) fn take_over(&self) {
        let new = self.directory.join("new");
        // The content is the shell's own: it need not be UTF-8.
        let complete = fs::read(&new).is_ok_and(|state| state.ends_with(b"# complete\n"));
        if complete {
            // It fails only together with the engine, which is noticed elsewhere.
            let _ = fs::rename(&new, self.directory.join("state"));
        }
    }
}
