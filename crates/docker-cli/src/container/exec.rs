//! `docker container exec`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::output::Output;
use crate::stdin::Stdin;

command! {
    /// `docker container exec`
    ///
    /// It returns what the program printed. A program that fails is
    /// [`Error::Exit`](crate::Error::Exit); since docker's status for its own errors is not its
    /// own, they are told apart by docker's last line alone.
    ///
    /// Docker offers no way to end a program that was started so: if the call is stopped, the
    /// program goes on.
    Exec = "container" "exec" => Output, Ok, speaker: Exec;
    /// Does not wait for the program, whose output is then lost.
    detach: switch "--detach";
    /// An environment variable of the program.
    env: pair "--env";
    /// The user, instead of the container's: `USER[:GROUP]`, names or numbers.
    user: value "--user";
    /// The working directory, instead of the container's.
    workdir: value "--workdir";
    /// All privileges of the daemon's machine.
    privileged: switch "--privileged";
    /// A terminal, which also keeps the order of standard output and error.
    tty: switch "--tty";
}

impl Exec {
    pub(super) fn of<I>(docker: &Docker, container: impl AsRef<OsStr>, program: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut exec = Self::new(docker).positionals([container]);
        exec.0.program(program);
        exec
    }

    /// What the program reads from its standard input (`--interactive`).
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.0.flag("--interactive");
        self.0.stdin(stdin.into());
        self
    }
}
