//! `docker container run`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::id::ContainerId;
use crate::output::Output;
use crate::read;
use crate::stdin::Stdin;

command! {
    /// `docker container run`, in the foreground.
    ///
    /// It returns what the program printed. A program that fails is
    /// [`Error::Exit`](crate::Error::Exit); a docker that fails is another error, as far as the
    /// difference can be told: docker's own statuses are 125 to 127, and programs may use them too.
    ///
    /// If the run is stopped by a timeout, a canceller or the drop of its stream, its container is
    /// removed.
    Run = "container" "run" => Output, Ok, speaker: Run;
    /// The container's name.
    name: value "--name";
    /// Removes the container, with its anonymous volumes, once it has ended.
    rm: switch "--rm";
    /// An environment variable of the program.
    env: pair "--env";
    /// Environment variables from a file.
    env_file: value "--env-file";
    /// A volume or directory: `SOURCE:TARGET[:OPTIONS]`.
    volume: value "--volume";
    /// A volume, directory or tmpfs, spelled out: `type=volume,source=…,target=…`.
    mount: value "--mount";
    /// A temporary file system at this path.
    tmpfs: value "--tmpfs";
    /// A port: `[[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/PROTOCOL]`.
    publish: value "--publish";
    /// A network to connect to.
    network: value "--network";
    /// Another name in that network.
    network_alias: value "--network-alias";
    /// The host name in the container.
    hostname: value "--hostname";
    /// A label.
    label: pair "--label";
    /// The user, instead of the image's: `USER[:GROUP]`, names or numbers.
    user: value "--user";
    /// The working directory, instead of the image's.
    workdir: value "--workdir";
    /// The entry point, instead of the image's.
    entrypoint: value "--entrypoint";
    /// All privileges of the daemon's machine.
    privileged: switch "--privileged";
    /// A capability to add.
    cap_add: value "--cap-add";
    /// A capability to take away.
    cap_drop: value "--cap-drop";
    /// A security option.
    security_opt: value "--security-opt";
    /// The root file system cannot be written.
    read_only: switch "--read-only";
    /// An init as PID 1, which passes signals on and reaps children.
    init: switch "--init";
    /// A terminal, which also keeps the order of standard output and error.
    tty: switch "--tty";
    /// When to start it again: `no`, `on-failure[:N]`, `always`, `unless-stopped`.
    restart: value "--restart";
    /// When to pull the image: `missing`, `always`, `never`.
    pull: value "--pull";
    /// The platform of the image: `linux/arm64`.
    platform: value "--platform";
    /// The most memory: bytes, or with a unit (`512m`).
    memory: value "--memory";
    /// The most processor time, in processors.
    cpus: decimal "--cpus";
    /// The most processes; -1 for no limit.
    pids_limit: number "--pids-limit";
    /// Hands signals that docker gets on to the program (the default).
    sig_proxy: toggle "--sig-proxy";
}

impl Run {
    pub(super) fn of(docker: &Docker, image: impl AsRef<OsStr>) -> Self {
        let mut run = Self::new(docker).positionals([image]);
        run.0.makes_container();
        run
    }

    /// The program and its arguments, instead of the image's.
    pub fn program<I>(mut self, words: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.0.program(words);
        self
    }

    /// What the program reads from its standard input (`--interactive`).
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.0.flag("--interactive");
        self.0.stdin(stdin.into());
        self
    }

    /// Does not wait for the program.
    pub fn detach(mut self) -> Detached {
        self.0.flag("--detach");
        Detached(self.0)
    }
}

command! {
    /// `docker container run --detach`; made by [`Run::detach`]. It returns the container's
    /// identifier as soon as the program runs.
    Detached = => ContainerId, read::last_line, speaker: Run;
}
