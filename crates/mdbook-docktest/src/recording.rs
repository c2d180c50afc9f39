//! What came out of a chapter, as plain data: the one thing that `check` and `render` know of a run.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::scenario::Streams;

/// A chapter's run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// What it ran on.
    pub engine: Engine,
    /// The images that were provided before the first step.
    pub images: Vec<Image>,
    /// One entry for each step of the scenario, in its order.
    pub steps: Vec<StepRecording>,
}

/// The engine that ran a chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// `process` (later also `dind`, `host`).
    pub kind: String,
    /// The Docker Engine's version, as it says itself.
    pub version: String,
    /// The API version that client and server speak.
    pub api_version: String,
    /// The storage driver.
    pub storage_driver: String,
    /// The kernel's release.
    pub kernel: String,
    /// The machine's architecture, in Docker's words.
    pub architecture: String,
}

/// An image that was provided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The reference that the steps use.
    pub reference: String,
    /// The image's ID.
    pub id: String,
    /// Where it comes from.
    pub origin: ImageOrigin,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrigin {
    /// From a registry: the image that a reader gets, too.
    Pulled,
    /// Built from the book's own recipe.
    Recipe,
}

/// One step's part of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum StepRecording {
    /// It ran.
    Ran {
        /// Its commands, in order.
        commands: Vec<CommandRecording>,
    },
    /// The author asked that it should not run.
    Ignored,
    /// It was not reached, because an earlier step failed.
    Skipped,
}

/// One command's part of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRecording {
    /// The command as the author wrote it.
    pub command: String,
    /// How it ended.
    pub end: End,
    /// What it printed and what was typed.
    pub transcript: Transcript,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum End {
    /// By itself, with this status (128 + n after signal n, as in bash).
    Exited {
        /// The exit status.
        status: i32,
    },
    /// It was a stream, had been followed long enough, and was stopped.
    Stopped,
    /// It did not end, or had not been followed long enough, within its limit, and was stopped.
    TimedOut {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// The engine went away under it.
    EngineLost,
}

impl End {
    /// The exit status, where the command ended by itself.
    pub fn status(self) -> Option<i32> {
        match self {
            Self::Exited { status } => Some(status),
            _ => None,
        }
    }
}

/// What a terminal would have shown, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The pieces, in order.
    pub chunks: Vec<Chunk>,
    /// How many bytes were left out of the middle, because the step printed more than the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted_bytes: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A piece of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Which stream it belongs to.
    pub stream: Stream,
    /// When it came, in milliseconds after the command's start.
    pub at_ms: u64,
    /// The text; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// A stream of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// What was typed: standard input, or `^C`.
    Typed,
}

impl Transcript {
    /// The text of both output streams in the order in which it came, without what was typed.
    pub fn output(&self) -> String {
        self.output_of(Streams::Both)
    }

    /// The text of these streams in the order in which it came.
    pub fn output_of(&self, streams: Streams) -> String {
        self.chunks
            .iter()
            .filter(|chunk| streams.contains(chunk.stream))
            .map(|chunk| chunk.text.as_str())
            .collect()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.text.is_empty())
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks.iter().try_for_each(|chunk| f.write_str(&chunk.text))
    }
}

impl CommandRecording {
    /// How long the command took.
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }
}
