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
    /// It returns the program's output. If the program fails, the error is
    /// [`Error::Exit`](crate::Error::Exit); if docker fails, another one. The two are distinguished
    /// by docker's messages and its statuses 125 to 127, which a program can imitate.
    ///
    /// If the run is stopped by a timeout, a canceller or the drop of its stream, its container is
    /// removed. Docker gets two seconds for that; see
    /// [`Failure::leftover`](crate::Failure::leftover).
    Run = "container" "run" => Output, Ok, origin: Run;
    /// Names the container.
    name: value "--name";
    /// Removes the container and its anonymous volumes when the program ends.
    rm: switch "--rm";
    /// Sets an environment variable of the program.
    env: pair "--env";
    /// Sets environment variables from a file.
    env_file: list "--env-file";
    /// Mounts a volume or directory: `SOURCE:TARGET[:OPTIONS]`.
    volume: list "--volume";
    /// Mounts a volume, directory or tmpfs: `type=volume,source=…,target=…`.
    mount: list "--mount";
    /// Mounts a tmpfs at this path.
    tmpfs: list "--tmpfs";
    /// Publishes a port: `[[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/PROTOCOL]`.
    publish: list "--publish";
    /// Connects the container to a network.
    network: list "--network";
    /// Adds a name for the container in its network.
    network_alias: list "--network-alias";
    /// Sets the host name inside the container.
    hostname: value "--hostname";
    /// Sets a label.
    label: pair "--label";
    /// Sets the user instead of the image's: `USER[:GROUP]`, names or numbers.
    user: value "--user";
    /// Sets the working directory instead of the image's.
    workdir: value "--workdir";
    /// Sets the entry point instead of the image's.
    entrypoint: value "--entrypoint";
    /// Gives the container all privileges on the daemon's machine.
    privileged: switch "--privileged";
    /// Adds a Linux capability.
    cap_add: list "--cap-add";
    /// Drops a Linux capability.
    cap_drop: list "--cap-drop";
    /// Sets a security option: `seccomp=…`, `apparmor=…`, `no-new-privileges`.
    security_opt: list "--security-opt";
    /// Makes the root file system read-only.
    read_only: switch "--read-only";
    /// Runs an init as PID 1, which forwards signals and reaps children.
    init: switch "--init";
    /// Allocates a terminal, which also keeps the order of standard output and error.
    tty: switch "--tty";
    /// Sets when to restart the container: `no`, `on-failure[:N]`, `always`, `unless-stopped`.
    restart: value "--restart";
    /// Sets when to pull the image: `missing`, `always`, `never`.
    pull: value "--pull";
    /// Selects the platform of the image: `linux/arm64`.
    platform: value "--platform";
    /// Limits the memory: bytes, or with a unit (`512m`).
    memory: value "--memory";
    /// Limits the number of CPUs that it may use, which may be a fraction.
    cpus: decimal "--cpus";
    /// Limits the number of processes; -1 for no limit.
    pids_limit: number "--pids-limit";
    /// Forwards signals from docker to the program (the default).
    sig_proxy: toggle "--sig-proxy";
}

impl Run {
    pub(super) fn from_image(docker: &Docker, image: impl AsRef<OsStr>) -> Self {
        let mut run = Self::new(docker).with_positionals([image]);
        run.0.creates_container();
        run
    }

    /// Sets the program and its arguments instead of the image's.
    pub fn program<I>(mut self, words: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.0.program(words);
        self
    }

    /// Sets what the program reads from its standard input (`--interactive`).
    pub fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.0.flag("--interactive");
        self.0.stdin(stdin.into());
        self
    }

    /// Runs the program in the background.
    pub fn detach(mut self) -> Detached {
        self.0.flag("--detach");
        Detached(self.0)
    }
}

command! {
    /// `docker container run --detach`; see [`Run::detach`]. It returns the container's identifier
    /// as soon as the program runs.
    Detached = => ContainerId, read::last_line, origin: Run;
}
