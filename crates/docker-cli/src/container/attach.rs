//! `docker container attach`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::output::Output;
use crate::stdin::Stdin;

command! {
    /// `docker container attach`. It returns what the program prints from now on, once it has ended,
    /// and fails if the program does. Use [`stream`](crate::DockerCommand::stream) to read while it
    /// runs; [`logs`](super::Containers::logs) also returns what it has printed before.
    ///
    /// If the call is stopped, or its stream dropped, the program continues.
    Attach = "container" "attach" "--no-stdin" => Output, Ok, origin: Exec;
    /// Forwards signals from docker to the program (the default).
    sig_proxy: toggle "--sig-proxy";
}

impl Attach {
    pub(super) fn to_container(docker: &Docker, container: impl AsRef<OsStr>) -> Self {
        Self::new(docker).with_positionals([container])
    }

    /// Sets what the program reads from its standard input. The container must have been created
    /// with `interactive`. To write while it runs, use [`Stdin::pipe`].
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        // The last one counts.
        self.0.flag("--no-stdin=false");
        self.0.stdin(stdin.into());
        self
    }
}
