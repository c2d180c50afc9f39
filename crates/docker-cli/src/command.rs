//! What all commands have in common.

use std::ffi::OsString;
use std::time::Duration;

use crate::classify;
use crate::error::Error;
use crate::invocation::Invocation;
use crate::output::Output;
use crate::stdin::Stdin;
use crate::stream::Stream;

/// A docker command that is ready to run. Builders add the flags of one command; what all commands
/// share is here.
///
/// Running a command blocks this thread. Its standard input is empty, unless [`stdin`](Self::stdin)
/// sets one. No shell is involved, except with
/// [`Docker::through_shell`](crate::Docker::through_shell).
pub trait DockerCommand: Builder {
    /// What [`call`](Self::call) returns.
    type Output;

    #[doc(hidden)]
    fn read(output: Output) -> Result<Self::Output, Error>;

    /// The whole command line: wrapper, program, global flags, command, flags, names. Secrets in it
    /// are not redacted.
    ///
    /// `container run` and `create` add a label when they run, by which their container is found
    /// again.
    fn argv(&self) -> Vec<OsString> {
        self.invocation().command_line().words().to_vec()
    }

    /// Adds a flag that has no method here, as one word: `--gpus=all`. Docker gets it before image
    /// and container names; see [`Raw`](crate::Raw) for commands given by their words.
    #[must_use]
    fn flag(mut self, raw: impl Into<OsString>) -> Self {
        self.invocation_mut().flag(raw);
        self
    }

    /// Sets what the command reads from its standard input: a password, a file for `-`, the text for
    /// a program.
    #[must_use]
    fn stdin(mut self, stdin: impl Into<Stdin>) -> Self {
        self.invocation_mut().stdin(stdin.into());
        self
    }

    /// Limits how long this command may run.
    #[must_use]
    fn timeout(mut self, limit: Duration) -> Self {
        self.invocation_mut().limit(limit);
        self
    }

    /// Runs the command and parses its output, all of which is kept in memory.
    ///
    /// A command on a list of objects (`rm`, `inspect`, `stop`, …) does nothing and succeeds if the
    /// list is empty.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; in particular when docker's exit status is not zero.
    fn call(self) -> Result<Self::Output, Error> {
        let settings = self.invocation().settings().clone();
        let output = self.output()?;
        if output.status.success() {
            Self::read(output)
        } else {
            Err(classify::failure(output, &settings))
        }
    }

    /// Runs the command and returns its output, whatever its exit status.
    ///
    /// # Errors
    ///
    /// Only when the command could not run to its end: [`Error::ProgramMissing`],
    /// [`Error::Timeout`], [`Error::Cancelled`], [`Error::SigchldIgnored`] and [`Error::Io`].
    fn output(self) -> Result<Output, Error> {
        self.into_invocation().output()
    }

    /// Starts the command and returns its lines as they arrive.
    ///
    /// # Errors
    ///
    /// When the command cannot be started; how it fails later is the last item of the stream.
    fn stream(self) -> Result<Stream, Error> {
        Stream::start(self.into_invocation())
    }
}

/// Access to the command line that a builder builds. Only this crate implements it.
pub trait Builder: Sized {
    #[doc(hidden)]
    fn invocation(&self) -> &Invocation;
    #[doc(hidden)]
    fn invocation_mut(&mut self) -> &mut Invocation;
    #[doc(hidden)]
    fn into_invocation(self) -> Invocation;
}
