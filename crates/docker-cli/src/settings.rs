//! How docker is started: program, wrapper, global flags, environment, limit.
//!
//! Everything that runs docker takes these, so that nothing below [`Docker`](crate::Docker) depends
//! on it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::time::Duration;

use crate::cancel::Canceller;
use crate::command_line::CommandLine;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) program: OsString,
    pub(crate) wrapper: Wrapper,
    pub(crate) host: Option<OsString>,
    pub(crate) context: Option<OsString>,
    /// More global flags, as they are.
    pub(crate) flags: Vec<OsString>,
    pub(crate) inherit_environment: bool,
    /// `None` removes the variable.
    pub(crate) environment: BTreeMap<OsString, Option<OsString>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) canceller: Option<Canceller>,
}

/// The command in front of docker.
#[derive(Clone)]
pub(crate) enum Wrapper {
    /// It executes the words that follow it; empty for no command.
    Exec(Vec<OsString>),
    /// It passes the words that follow it to a shell, as `ssh` does; never empty.
    Shell(Vec<OsString>),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            program: "docker".into(),
            wrapper: Wrapper::Exec(Vec::new()),
            host: None,
            context: None,
            flags: Vec::new(),
            inherit_environment: true,
            environment: BTreeMap::new(),
            timeout: None,
            canceller: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("command", &self.command_line([]).to_string())
            .field("inherit_environment", &self.inherit_environment)
            // Values may be secret.
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The whole command line that runs docker with `arguments`.
    pub(crate) fn command_line<I>(&self, arguments: I) -> CommandLine
    where
        I: IntoIterator<Item = OsString>,
    {
        let mut docker = vec![self.program.clone()];
        for (flag, value) in [("--host", &self.host), ("--context", &self.context)] {
            if let Some(value) = value {
                docker.push(flag.into());
                docker.push(value.clone());
            }
        }
        docker.extend_from_slice(&self.flags);
        docker.extend(arguments);
        match &self.wrapper {
            Wrapper::Exec(wrapper) => CommandLine::new(wrapper, &docker),
            Wrapper::Shell(wrapper) => {
                CommandLine::for_shell(wrapper, &self.env_command(), &docker)
            }
        }
    }

    /// The `env` command that sets up the environment where the shell runs; empty if it stays as
    /// it is. (`-u` is not in POSIX, but GNU, BSD and BusyBox have it.)
    fn env_command(&self) -> Vec<OsString> {
        if self.inherit_environment && self.environment.is_empty() {
            return Vec::new();
        }
        let mut words: Vec<OsString> = vec!["env".into()];
        if !self.inherit_environment {
            words.push("-i".into());
        }
        let removed = self.environment.iter().filter(|(_, value)| value.is_none());
        for (name, _) in removed {
            words.extend(["-u".into(), name.clone()]);
        }
        for (name, value) in &self.environment {
            if let Some(value) = value {
                words.push([name.as_os_str(), value].join(OsStr::new("=")));
            }
        }
        words
    }

    /// The environment to start the command with; `None` to inherit this process's.
    pub(crate) fn process_environment(&self) -> Option<Vec<(OsString, OsString)>> {
        let unchanged = self.inherit_environment && self.environment.is_empty();
        if unchanged || matches!(self.wrapper, Wrapper::Shell(_)) {
            return None;
        }
        let inherited = self.inherit_environment.then(std::env::vars_os).into_iter().flatten();
        let mut environment: BTreeMap<OsString, OsString> = inherited.collect();
        for (name, value) in &self.environment {
            match value {
                Some(value) => environment.insert(name.clone(), value.clone()),
                None => environment.remove(name),
            };
        }
        Some(environment.into_iter().collect())
    }

    /// The program that is started on this machine.
    pub(crate) fn first_word(&self) -> &OsStr {
        self.wrapper.words().first().unwrap_or(&self.program)
    }
}

impl Wrapper {
    pub(crate) fn words(&self) -> &[OsString] {
        match self {
            Self::Exec(words) | Self::Shell(words) => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleared_environment_is_empty() {
        let mut settings = Settings { inherit_environment: false, ..Settings::default() };
        assert_eq!(settings.process_environment(), Some(Vec::new()));
        settings.wrapper = Wrapper::Shell(vec!["ssh".into()]);
        assert_eq!(settings.command_line([]).words(), ["ssh", "env -i docker"]);
    }

    #[test]
    fn the_command_in_front_of_a_far_shell_keeps_the_environment() {
        let wrapper = Wrapper::Shell(vec!["ssh".into()]);
        let environment = BTreeMap::from([("A".into(), Some("b".into())), ("C".into(), None)]);
        let settings = Settings { wrapper, environment, ..Settings::default() };
        assert_eq!(settings.process_environment(), None);
        assert_eq!(settings.command_line([]).words(), ["ssh", "env -u C 'A=b' docker"]);
    }
}
