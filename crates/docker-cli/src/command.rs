//! What all commands have in common.

use std::ffi::OsString;
use std::time::Duration;

use crate::classify::{self, Speaker};
use crate::docker::Docker;
use crate::error::Error;
use crate::invocation::Invocation;
use crate::output::Output;
use crate::stream::Stream;

/// A docker command that is ready to run. Builders add their own flags to it; everything else is
/// here.
///
/// Every way to run it blocks this thread and gives the child an empty standard input, unless the
/// builder was given one. No shell is involved.
pub trait Command: Builder {
    /// What [`call`](Self::call) returns.
    type Output;

    #[doc(hidden)]
    fn read(output: Output) -> Result<Self::Output, Error>;

    /// The whole command line: wrapper, program, global flags, command, flags, names.
    ///
    /// `container run` adds one label when it runs, by which its container is found again.
    fn argv(&self) -> Vec<OsString> {
        self.invocation().argv()
    }

    /// Adds a flag that this library does not know, as one word: `--gpus=all`. It is placed before
    /// image and container names, where docker wants its flags.
    #[must_use]
    fn flag(mut self, raw: impl Into<OsString>) -> Self {
        self.invocation_mut().flag(raw);
        self
    }

    /// How long this command may take, from its start to its end.
    #[must_use]
    fn timeout(mut self, limit: Duration) -> Self {
        self.invocation_mut().limit(limit);
        self
    }

    /// Runs the command and reads its answer. All that it prints is kept in memory.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; in particular when docker's exit status is not zero.
    fn call(self) -> Result<Self::Output, Error> {
        let docker = self.invocation().docker().clone();
        let output = self.output()?;
        if output.status.success() {
            Self::read(output)
        } else {
            Err(classify::failure(output, Self::SPEAKER, &docker))
        }
    }

    /// Runs the command and returns what it printed, whatever its exit status.
    ///
    /// # Errors
    ///
    /// Only when the command did not come to its end by itself: [`Error::ProgramMissing`],
    /// [`Error::Timeout`], [`Error::Cancelled`] and [`Error::Io`].
    fn output(self) -> Result<Output, Error> {
        self.into_invocation().output()
    }

    /// Runs the command and returns its lines while they come.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    fn stream(self) -> Result<Stream, Error> {
        Stream::start(self.into_invocation(), Self::SPEAKER)
    }
}

/// What a builder is made of; only this library has builders.
pub trait Builder: Sized {
    #[doc(hidden)]
    const SPEAKER: Speaker;
    #[doc(hidden)]
    fn invocation(&self) -> &Invocation;
    #[doc(hidden)]
    fn invocation_mut(&mut self) -> &mut Invocation;
    #[doc(hidden)]
    fn into_invocation(self) -> Invocation;
}

crate::define::command! {
    /// A command given by its words; see [`Docker::command`]. Its answer is what it printed.
    Raw = => Output, Ok;
}

impl Raw {
    pub(crate) fn from_words<I, S>(docker: &Docker, words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Self(Invocation::new(docker, words))
    }

    /// What the command reads from its standard input.
    pub fn stdin(mut self, stdin: impl Into<crate::Stdin>) -> Self {
        self.0.stdin(stdin.into());
        self
    }
}
