//! The lines of a command while it runs.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::cancel::Canceller;
use crate::classify;
use crate::error::Error;
use crate::invocation::Invocation;
use crate::process::{Captured, End, Source, Step};
use crate::reader::keep_tail;
use crate::running::Running;
use crate::settings::Settings;

/// A longer line is returned in pieces of about this many bytes.
const LONGEST_LINE: usize = 1 << 20;

/// A line of output, without its line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The stream that it was printed on.
    pub source: Source,
    /// The content, with a carriage return if there is one before the line feed.
    pub bytes: Vec<u8>,
}

impl Line {
    /// The line as text; invalid UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The lines of a running command, in the order in which they arrive; returned by
/// [`DockerCommand::stream`](crate::DockerCommand::stream).
///
/// If the command fails, is cancelled or times out, the last item is the error. Memory use is
/// bounded: docker blocks while no line is asked for. Lines of standard output and standard
/// error come in the order of arrival, which Docker itself does not keep for lines that are printed
/// within milliseconds.
///
/// Dropping the stream ends the command: its whole process group is killed, and a container that
/// `run` created is removed, for which the drop waits two seconds at most.
pub struct Stream {
    /// `None` for a command that has nothing to do.
    running: Option<Running>,
    settings: Arc<Settings>,
    canceller: Canceller,
    buffer: Vec<u8>,
    ready: VecDeque<Line>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    stderr_tail: Vec<u8>,
}

/// Without the buffer and the lines in it.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("running", &self.running).finish_non_exhaustive()
    }
}

impl Stream {
    pub(crate) fn start(invocation: Invocation) -> Result<Self, Error> {
        let canceller = Canceller::new();
        let settings = invocation.settings().clone();
        let running = if invocation.is_empty_list() {
            None
        } else {
            let running = invocation.start()?;
            canceller.watch(running.process().group());
            Some(running)
        };
        Ok(Self {
            running,
            settings,
            canceller,
            buffer: vec![0; 16 << 10],
            ready: VecDeque::new(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            stderr_tail: Vec::new(),
        })
    }

    /// Returns what stops this stream from any thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    fn receive(&mut self, source: Source, size: usize) {
        let bytes = &self.buffer[..size];
        let partial = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => {
                keep_tail(&mut self.stderr_tail, bytes);
                &mut self.stderr
            }
        };
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            partial.extend_from_slice(piece);
            if partial.last() == Some(&b'\n') {
                partial.pop();
            } else if partial.len() < LONGEST_LINE {
                continue;
            }
            self.ready.push_back(Line { source, bytes: std::mem::take(partial) });
        }
    }

    /// Queues what follows the last line feed of each stream.
    fn flush(&mut self) {
        for (source, partial) in
            [(Source::Stdout, &mut self.stdout), (Source::Stderr, &mut self.stderr)]
        {
            if !partial.is_empty() {
                self.ready.push_back(Line { source, bytes: std::mem::take(partial) });
            }
        }
    }

    /// The error of a command that ended badly.
    fn end(&mut self, end: End) -> Option<Error> {
        let mut running = self.running.take()?;
        let stderr = std::mem::take(&mut self.stderr_tail);
        match running.ended(end, Captured { stdout: Vec::new(), stderr }) {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(classify::failure(output, &self.settings)),
            Err(error) => Some(error),
        }
    }
}

impl Iterator for Stream {
    type Item = Result<Line, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(Ok(line));
            }
            match self.running.as_mut()?.next(&mut self.buffer) {
                Ok(Step::Read(source, size)) => self.receive(source, size),
                Ok(Step::End(_)) if !self.stdout.is_empty() || !self.stderr.is_empty() => {
                    self.flush();
                }
                Ok(Step::End(end)) => return self.end(end).map(Err),
                Err(error) => {
                    self.running = None;
                    return Some(Err(error));
                }
            }
        }
    }
}
