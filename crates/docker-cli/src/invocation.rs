//! One command line in the making, and running it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::Duration;

use crate::docker::Docker;
use crate::error::{Error, Failure};
use crate::leftover::Leftover;
use crate::output::{CommandLine, Output};
use crate::process::{End, Process, Source, Step};
use crate::spawn::Start;
use crate::stdin::Stdin;

/// The parts of a command line, in the order in which docker wants them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Invocation {
    docker: Docker,
    /// `container run`
    path: Vec<OsString>,
    flags: Vec<OsString>,
    /// What docker reads: names, paths.
    positionals: Vec<OsString>,
    /// What docker hands on unread: the program of `run` and `exec`, and its arguments.
    program: Vec<OsString>,
    stdin: Stdin,
    stdout: Option<Arc<File>>,
    timeout: Option<Duration>,
    makes_container: bool,
}

impl Invocation {
    pub(crate) fn new<I, S>(docker: &Docker, path: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Self {
            docker: docker.clone(),
            path: path.into_iter().map(Into::into).collect(),
            flags: Vec::new(),
            positionals: Vec::new(),
            program: Vec::new(),
            stdin: Stdin::Null,
            stdout: None,
            timeout: None,
            makes_container: false,
        }
    }

    /// Adds a flag as it is: `--all`, `--filter=name=web`.
    pub(crate) fn flag(&mut self, flag: impl Into<OsString>) {
        self.flags.push(flag.into());
    }

    /// Adds `--name=value`. One word, so that docker cannot take a value for a flag.
    pub(crate) fn value(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let mut flag = OsString::from(name);
        flag.push("=");
        flag.push(value);
        self.flags.push(flag);
    }

    pub(crate) fn positional(&mut self, positional: impl AsRef<OsStr>) {
        self.positionals.push(positional.as_ref().to_owned());
    }

    pub(crate) fn program<I, S>(&mut self, words: I)
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.program.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
    }

    pub(crate) fn stdin(&mut self, stdin: Stdin) {
        self.stdin = stdin;
    }

    /// Has standard output written into a file, instead of being read.
    pub(crate) fn stdout(&mut self, file: File) {
        self.stdout = Some(Arc::new(file));
    }

    pub(crate) fn limit(&mut self, limit: Duration) {
        self.timeout = Some(limit);
    }

    /// Has the container removed that this command leaves when it is stopped.
    pub(crate) fn makes_container(&mut self) {
        self.makes_container = true;
    }

    pub(crate) fn argv(&self) -> Vec<OsString> {
        let mut words = self.docker.words();
        words.extend_from_slice(&self.path);
        words.extend_from_slice(&self.flags);
        // `-` is a positional for docker too: standard input.
        if self.positionals.iter().any(|word| word.as_bytes().starts_with(b"-") && word != "-") {
            words.push("--".into());
        }
        words.extend_from_slice(&self.positionals);
        words.extend_from_slice(&self.program);
        words
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Runs to the end; within the docker's own limit, if this call has none.
    pub(crate) fn output(mut self) -> Result<Output, Error> {
        self.timeout = self.timeout.or(self.docker.default_timeout());
        let mut running = self.start()?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut buffer = vec![0; 64 << 10];
        loop {
            match running.next(&mut buffer)? {
                Step::Read(Source::Stdout, size) => stdout.extend_from_slice(&buffer[..size]),
                Step::Read(Source::Stderr, size) => stderr.extend_from_slice(&buffer[..size]),
                Step::End(end) => return running.ended(end, stdout, stderr),
            }
        }
    }

    pub(crate) fn start(mut self) -> Result<Running, Error> {
        let leftover = self.makes_container.then(|| Leftover::new(&self.docker));
        if let Some(leftover) = &leftover {
            self.value("--label", leftover.label());
        }
        let words = self.argv();
        let command = CommandLine::new(words.clone());
        let canceller = self.docker.canceller();
        if canceller.is_some_and(crate::Canceller::is_cancelled) {
            return Err(Error::Cancelled(Failure::stopped(command, Vec::new(), Vec::new())));
        }
        let start = Start {
            words,
            environment: self.docker.environment(),
            stdin: self.stdin.open()?,
            stdout: self
                .stdout
                .as_deref()
                .map(File::try_clone)
                .transpose()
                .map_err(Error::io("use a file as standard output"))?,
            limit: self.timeout,
        };
        match Process::start(start, canceller) {
            Ok(process) => {
                Ok(Running { process, docker: self.docker, command, limit: self.timeout, leftover })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let program = self.docker.wrapper().unwrap_or(self.docker.program_name());
                Err(Error::ProgramMissing { program: program.to_owned(), command })
            }
            Err(source) => Err(Error::Io { action: format!("run {command}"), source }),
        }
    }
}

/// A command that runs.
#[derive(Debug)]
pub(crate) struct Running {
    process: Process,
    docker: Docker,
    command: CommandLine,
    limit: Option<Duration>,
    /// What to remove when the command does not end by itself.
    leftover: Option<Leftover>,
}

impl Running {
    pub(crate) fn next(&mut self, buffer: &mut [u8]) -> Result<Step, Error> {
        let step = self.process.next(buffer);
        step.map_err(Error::io(format!("read the output of {}", self.command)))
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// What the end means, given what came out.
    pub(crate) fn ended(
        &mut self,
        end: End,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
    ) -> Result<Output, Error> {
        let command = self.command.clone();
        match end {
            End::Exited(status) => {
                self.leftover = None;
                Ok(Output { command, status, stdout, stderr })
            }
            End::TimedOut => {
                self.remove_leftover();
                let failure = Failure::stopped(command, stdout, stderr);
                Err(Error::Timeout { limit: self.limit.unwrap_or_default(), failure })
            }
            End::Cancelled => {
                self.remove_leftover();
                Err(Error::Cancelled(Failure::stopped(command, stdout, stderr)))
            }
        }
    }

    fn remove_leftover(&mut self) {
        if let Some(leftover) = self.leftover.take() {
            self.process.stop();
            leftover.remove();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.remove_leftover();
    }
}
