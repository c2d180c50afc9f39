//! The lines of a command, while it runs.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;

use crate::cancel::Canceller;
use crate::classify::{self, Speaker};
use crate::error::Error;
use crate::invocation::{Invocation, Running};
use crate::process::{Source, Step};

/// A longer line is handed out in pieces of this size, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// How much of the end of standard error is kept to explain a failure, in bytes.
const KEPT: usize = 64 << 10;

/// A line of output, without its line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it came out.
    pub source: Source,
    /// The line; a carriage return at its end is part of it.
    pub bytes: Vec<u8>,
}

impl Line {
    /// The line as text; what is not UTF-8 becomes U+FFFD.
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

/// The lines of a running command, in the order in which they arrive; made by
/// [`Command::stream`](crate::Command::stream).
///
/// After the last line comes the error, if the command failed, was cancelled or timed out. Memory
/// stays flat: docker waits while nobody asks for the next line. The order between standard output
/// and standard error is that of arrival, and Docker itself mixes it up for lines that are close.
///
/// Dropping the stream ends the command: its whole process group is killed, and a container that
/// `run` made is removed.
#[derive(Debug)]
pub struct Stream {
    running: Running,
    speaker: Speaker,
    canceller: Canceller,
    buffer: Vec<u8>,
    ready: VecDeque<Line>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// The end of standard error, for the error message.
    kept: Vec<u8>,
    done: bool,
}

impl Stream {
    pub(crate) fn start(invocation: Invocation, speaker: Speaker) -> Result<Self, Error> {
        let running = invocation.start()?;
        let canceller = Canceller::new();
        canceller.watch(running.process().group());
        Ok(Self {
            running,
            speaker,
            canceller,
            buffer: vec![0; 16 << 10],
            ready: VecDeque::new(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            kept: Vec::new(),
            done: false,
        })
    }

    /// Something that stops this stream, from any thread; it can be cloned.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    fn receive(&mut self, source: Source, size: usize) {
        let bytes = &self.buffer[..size];
        let partial = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => {
                self.kept.extend_from_slice(bytes);
                if self.kept.len() > 2 * KEPT {
                    self.kept.drain(..self.kept.len() - KEPT);
                }
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

    /// Hands out what came after the last line feed.
    fn flush(&mut self) {
        for (source, partial) in
            [(Source::Stdout, &mut self.stdout), (Source::Stderr, &mut self.stderr)]
        {
            if !partial.is_empty() {
                self.ready.push_back(Line { source, bytes: std::mem::take(partial) });
            }
        }
    }

    fn end(&mut self, end: crate::process::End) -> Option<Error> {
        let stderr = std::mem::take(&mut self.kept);
        match self.running.ended(end, Vec::new(), stderr) {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(classify::failure(output, self.speaker, self.running.docker())),
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
            if self.done {
                return None;
            }
            match self.running.next(&mut self.buffer) {
                Ok(Step::Read(source, size)) => self.receive(source, size),
                Ok(Step::End(_)) if !self.stdout.is_empty() || !self.stderr.is_empty() => {
                    self.flush();
                }
                Ok(Step::End(end)) => {
                    self.done = true;
                    return self.end(end).map(Err);
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
