//! The standard output of a command, as bytes, while it runs.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use crate::cancel::Canceller;
use crate::classify;
use crate::command::DockerCommand;
use crate::error::Error;
use crate::process::{Captured, End, Source, Step};
use crate::running::Running;
use crate::settings::Settings;

/// How many bytes of the end of standard error are kept for the error.
const STDERR_TAIL: usize = 64 << 10;

/// The standard output of a running command, to be read as it arrives: an archive of any size goes
/// into a [`Write`](std::io::Write) by [`io::copy`], or into whatever reads archives, and is never
/// in memory as a whole.
///
/// Docker blocks while nothing is read. The content ends with an error if the command fails, is
/// cancelled or times out: after its last bytes, each read returns an [`io::Error`] that says why.
/// Many readers of archives stop before the end; [`finish`](Self::finish) tells then whether the
/// command succeeded, and has the [`Error`] itself.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use docker_cli::Docker;
///
/// let docker = Docker::new();
/// let mut archive = docker.container().export("web").reader()?;
/// let size = std::io::copy(&mut archive, &mut std::io::sink())?;
/// archive.finish()?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping the reader ends the command: its whole process group is killed.
pub struct Reader {
    /// `None` once the command has ended.
    running: Option<Running>,
    settings: Arc<Settings>,
    canceller: Canceller,
    stderr_tail: Vec<u8>,
    failed: Option<Error>,
}

/// Without what docker has printed.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("running", &self.running).finish_non_exhaustive()
    }
}

impl Reader {
    pub(crate) fn start(command: impl DockerCommand) -> Result<Self, Error> {
        let invocation = command.into_invocation();
        let canceller = Canceller::new();
        let settings = invocation.settings().clone();
        let running = invocation.start()?;
        canceller.watch(running.process().group());
        let (running, stderr_tail) = (Some(running), Vec::new());
        Ok(Self { running, settings, canceller, stderr_tail, failed: None })
    }

    /// Returns what stops this command from any thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Waits for the end of the command, and discards what is left to read.
    ///
    /// # Errors
    ///
    /// The reason why the command has failed, also if a read has returned it.
    pub fn finish(mut self) -> Result<(), Error> {
        let mut rest = vec![0; 64 << 10];
        while self.fill(&mut rest) > 0 {}
        self.failed.map_or(Ok(()), Err)
    }

    /// Reads what is available; 0 at the end, which may be a failure.
    fn fill(&mut self, buffer: &mut [u8]) -> usize {
        while let Some(running) = &mut self.running {
            match running.next(buffer) {
                Ok(Step::Read(Source::Stdout, size)) => return size,
                Ok(Step::Read(Source::Stderr, size)) => {
                    keep_tail(&mut self.stderr_tail, &buffer[..size]);
                }
                Ok(Step::End(end)) => self.end(end),
                Err(error) => {
                    self.running = None;
                    self.failed = Some(error);
                }
            }
        }
        0
    }

    fn end(&mut self, end: End) {
        let Some(mut running) = self.running.take() else { return };
        let stderr = std::mem::take(&mut self.stderr_tail);
        self.failed = match running.ended(end, Captured { stdout: Vec::new(), stderr }) {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(classify::failure(output, &self.settings)),
            Err(error) => Some(error),
        };
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Reading nothing would look like the end.
        if buffer.is_empty() {
            return Ok(0);
        }
        match (self.fill(buffer), &self.failed) {
            (0, Some(error)) => Err(io::Error::other(error.to_string())),
            (size, _) => Ok(size),
        }
    }
}

/// Appends to the end of a stream, of which a part is kept.
pub(crate) fn keep_tail(tail: &mut Vec<u8>, bytes: &[u8]) {
    tail.extend_from_slice(bytes);
    let excess = tail.len().saturating_sub(STDERR_TAIL);
    tail.drain(..excess);
}
