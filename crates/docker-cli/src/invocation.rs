//! A command line under construction.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use crate::command_line::CommandLine;
use crate::docker::Docker;
use crate::error::Error;
use crate::leftover::Leftover;
use crate::output::{Origin, Output};
use crate::running::Running;
use crate::settings::Settings;
use crate::spawn::Start;
use crate::stdin::Stdin;

/// The parts of a command line, in the order in which docker expects them.
#[derive(Clone)]
#[must_use]
pub struct Invocation {
    settings: Arc<Settings>,
    /// `container run`
    path: Vec<OsString>,
    flags: Vec<OsString>,
    /// Arguments that docker interprets: names, paths.
    positionals: Vec<OsString>,
    /// Arguments that are passed on verbatim: the program of `run` and `exec` with its arguments.
    program: Vec<OsString>,
    stdin: Stdin,
    stdout: Option<Arc<File>>,
    timeout: Option<Duration>,
    origin: Origin,
    creates_container: bool,
    takes_list: bool,
}

/// What a command belongs to: docker itself, or a group with flags of its own.
pub(crate) trait Parent {
    /// Begins a command line; `path` has all words of the command.
    fn begin(&self, path: &[&str], origin: Origin) -> Invocation;
}

impl Parent for Docker {
    fn begin(&self, path: &[&str], origin: Origin) -> Invocation {
        Invocation::new(self, path, origin)
    }
}

/// A group: `docker compose --file=a.yml`. Its own words are the first of `path`.
impl Parent for Invocation {
    fn begin(&self, path: &[&str], origin: Origin) -> Invocation {
        let below = path.iter().skip(self.path.len()).map(OsString::from);
        let path = self.path.iter().chain(&self.flags).cloned().chain(below).collect();
        Invocation { path, flags: Vec::new(), origin, ..self.clone() }
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Invocation").field(&self.command_line().to_string()).finish()
    }
}

impl Invocation {
    pub(crate) fn new<I, S>(docker: &Docker, path: I, origin: Origin) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Self {
            settings: docker.settings().clone(),
            path: path.into_iter().map(Into::into).collect(),
            flags: Vec::new(),
            positionals: Vec::new(),
            program: Vec::new(),
            stdin: Stdin::Null,
            stdout: None,
            timeout: None,
            origin,
            creates_container: false,
            takes_list: false,
        }
    }

    /// Adds a flag as it is: `--all`, `--filter=name=web`.
    pub(crate) fn flag(&mut self, flag: impl Into<OsString>) {
        self.flags.push(flag.into());
    }

    /// Adds `--name=value`, as one word so that docker cannot mistake a value for a flag.
    pub(crate) fn value(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let mut flag = OsString::from(name);
        flag.push("=");
        flag.push(value);
        self.flags.push(flag);
    }

    pub(crate) fn positional(&mut self, positional: impl AsRef<OsStr>) {
        self.positionals.push(positional.as_ref().to_owned());
    }

    /// Adds a positional argument in front of all others.
    pub(crate) fn positional_first(&mut self, positional: impl AsRef<OsStr>) {
        self.positionals.insert(0, positional.as_ref().to_owned());
    }

    /// Adds the names of the objects that the command works on. With none of them, it does nothing
    /// and succeeds.
    pub(crate) fn list<I>(&mut self, names: I)
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.takes_list = true;
        self.positionals.extend(names.into_iter().map(|name| name.as_ref().to_owned()));
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

    /// Redirects standard output to a file, instead of reading it.
    pub(crate) fn stdout(&mut self, file: File) {
        self.stdout = Some(Arc::new(file));
    }

    pub(crate) fn limit(&mut self, limit: Duration) {
        self.timeout = Some(limit);
    }

    /// Sets an environment variable for this command alone.
    pub(crate) fn environment(&mut self, name: &str, value: &str) {
        let settings = Arc::make_mut(&mut self.settings);
        settings.environment.insert(name.into(), Some(value.into()));
    }

    /// Marks a command that creates a container, which is removed if the command is stopped.
    pub(crate) fn creates_container(&mut self) {
        self.creates_container = true;
    }

    /// Marks a command whose output comes from a container.
    pub(crate) fn relay(&mut self, origin: Origin) {
        self.origin = origin;
    }

    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }

    /// The value of a flag that was added as `--name=value`; of several, the last one counts.
    pub(crate) fn value_of(&self, name: &str) -> Option<&OsStr> {
        let mut flags = self.flags.iter().rev();
        flags.find_map(|flag| {
            let value = flag.as_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            Some(OsStr::from_bytes(value))
        })
    }

    /// The group that this command belongs to, with the flags of the group; the command must have
    /// one word of its own. Its standard input is the command's.
    pub(crate) fn group(&self) -> Self {
        let flags =
            self.path.get(1..self.path.len().saturating_sub(1)).unwrap_or_default().to_vec();
        Self {
            path: self.path.iter().take(1).cloned().collect(),
            flags,
            positionals: Vec::new(),
            program: Vec::new(),
            stdout: None,
            creates_container: false,
            takes_list: false,
            ..self.clone()
        }
    }

    pub(crate) fn command_line(&self) -> CommandLine {
        let mut words = [self.path.as_slice(), &self.flags].concat();
        // `-` is a positional for docker too: standard input.
        if self.positionals.iter().any(|word| word.as_bytes().starts_with(b"-") && word != "-") {
            words.push("--".into());
        }
        words.extend_from_slice(&self.positionals);
        words.extend_from_slice(&self.program);
        self.settings.command_line(words)
    }

    /// The docker that runs this command.
    pub(crate) fn docker(&self) -> Docker {
        Docker::from_settings(self.settings.clone())
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Whether there is nothing to do, because the list of names is empty. Docker would call it
    /// wrong usage.
    pub(crate) fn is_empty_list(&self) -> bool {
        self.takes_list && self.positionals.is_empty()
    }

    /// Runs to the end, within the docker's own limit if this command has none.
    pub(crate) fn output(mut self) -> Result<Output, Error> {
        if self.is_empty_list() {
            let command = self.command_line();
            let status = ExitStatus::default();
            let (stdout, stderr) = (Vec::new(), Vec::new());
            return Ok(Output { command, status, stdout, stderr, origin: self.origin });
        }
        self.timeout = self.timeout.or(self.settings.timeout);
        self.start()?.output()
    }

    pub(crate) fn start(mut self) -> Result<Running, Error> {
        let leftover = self.creates_container.then(|| Leftover::new(&self.settings));
        if let Some(leftover) = &leftover {
            self.value("--label", leftover.label());
        }
        let command = self.command_line();
        let (stdin, feeding) = self.stdin.open()?;
        let start = Start {
            words: command.words().to_vec(),
            environment: self.settings.process_environment(),
            stdin,
            stdout: self
                .stdout
                .as_deref()
                .map(File::try_clone)
                .transpose()
                .map_err(Error::io("duplicate the file for standard output"))?,
            limit: self.timeout,
        };
        Running::start(start, command, self.origin, &self.settings, leftover)?.fed_by(feeding)
    }
}
