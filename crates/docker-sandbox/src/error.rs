//! What can keep an engine from starting or working.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no engine. Each message is one line, and says what to do where something can be
/// done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The process engine makes namespaces and mounts, which takes root.
    #[error("the process engine needs root: run this as root, for example with `sudo`")]
    NotRoot,
    /// A program that starts or enters the namespaces is missing.
    #[error("`{program}` was not found: install it, for example with `apt-get install {package}`")]
    ProgramMissing {
        /// The program's name.
        program: &'static str,
        /// Debian's package of it.
        package: &'static str,
    },
    /// There is neither a prepared root file system nor a `dockerd` on the PATH.
    #[error(
        "no Docker Engine was found: name a prepared root file system with --engine-root DIR, \
         or install `dockerd`, for example with `apt-get install docker.io`"
    )]
    NoDockerd,
    /// What should be a prepared root file system has no `dockerd` in it.
    #[error("`{}` is no engine's root file system: there is no `dockerd` in it; \
         name one with --engine-root DIR", .root.display())]
    NotAnEngineRoot {
        /// The directory.
        root: PathBuf,
    },
    /// The engine ended while it was starting.
    #[error("the engine ended while it was starting: {}", last_line(.log))]
    Died {
        /// The end of what it logged.
        log: String,
    },
    /// The engine did not answer in time.
    #[error("the engine did not answer within {} s: {}", .limit.as_secs(), last_line(.log))]
    NotReady {
        /// How long it was waited for.
        limit: Duration,
        /// The end of what it logged.
        log: String,
    },
    /// The start was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// The engine that was just started did not answer docker's questions.
    #[error(transparent)]
    Docker(#[from] docker_cli::Error),
    /// A system call failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

/// The line of a log that most likely tells the cause: the last one that is not blank.
fn last_line(log: &str) -> &str {
    log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it logged nothing")
}
