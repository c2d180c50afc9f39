//! The JSON lines of a command while it runs.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::cancel::Canceller;
use crate::command::DockerCommand;
use crate::command_line::CommandLine;
use crate::error::Error;
use crate::process::Source;
use crate::read;
use crate::stream::Stream;

/// What a command prints while it runs, parsed line by line.
///
/// `next` blocks until the next line. If the command fails, the last item is the error. Dropping the
/// stream, or cancelling it from another thread, ends the docker program.
pub struct JsonStream<T> {
    lines: Stream,
    command: CommandLine,
    of: PhantomData<fn() -> T>,
}

impl<T> JsonStream<T> {
    pub(crate) fn start(command: impl DockerCommand) -> Result<Self, Error> {
        let line = command.invocation().command_line();
        Ok(Self { lines: command.stream()?, command: line, of: PhantomData })
    }

    /// Returns what stops this stream from any thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.lines.canceller()
    }
}

impl<T: DeserializeOwned> Iterator for JsonStream<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next()? {
                // Standard error becomes the error at the end.
                Ok(line) if line.source == Source::Stderr => continue,
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            // `stats` clears the terminal before each round, even if there is none.
            let start = line.bytes.iter().position(|byte| *byte == b'{');
            if let Some(start) = start {
                let json = &line.bytes[start..];
                let end =
                    json.iter().rposition(|byte| *byte == b'}').map_or(json.len(), |end| end + 1);
                return Some(read::json_line(&self.command, &json[..end]));
            }
        }
    }
}

impl<T> fmt::Debug for JsonStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonStream").field("lines", &self.lines).finish_non_exhaustive()
    }
}
