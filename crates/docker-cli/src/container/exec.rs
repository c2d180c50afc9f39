//! `docker container exec`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::output::Output;
use crate::stdin::Stdin;

command! {
    /// `docker container exec`
    ///
    /// It returns the program's output. If the program fails, the error is
    /// [`Error::Exit`](crate::Error::Exit); if docker fails, another one. Since docker ends with
    /// statuses that programs use too, the two are distinguished mainly by the last line.
    ///
    /// Docker cannot stop a program that was started by `exec`: if the call is stopped, the program
    /// continues.
    Exec = "container" "exec" => Output, Ok, origin: Exec;
    /// Runs the program in the background, without its output.
    detach: switch "--detach";
    /// Sets an environment variable of the program.
    env: pair "--env";
    /// Sets the user instead of the container's: `USER[:GROUP]`, names or numbers.
    user: value "--user";
    /// Sets the working directory instead of the container's.
    workdir: value "--workdir";
    /// Gives the program all privileges on the daemon's machine.
    privileged: switch "--privileged";
    /// Allocates a terminal, which also keeps the order of standard output and error.
    tty: switch "--tty";
}

impl Exec {
    pub(super) fn in_container<I>(docker: &Docker, container: impl AsRef<OsStr>, program: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut exec = Self::new(docker).with_positionals([container]);
        exec.0.program(program);
        exec
    }

    /// Sets what the program reads from its standard input (`--interactive`).
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.0.flag("--interactive");
        self.0.stdin(stdin.into());
        self
    }
}
