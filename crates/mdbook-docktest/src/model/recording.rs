//! What came out of a chapter, as plain data: the one thing that `check` and `render` know of a run.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::stream::{Columns, Stream, Streams};

mod container_spec;
mod wire;

pub use container_spec::{Made, Mount, MountSource, Port};

/// A chapter's run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// What it ran on.
    pub engine: Engine,
    /// The images that were provided before the first step.
    pub images: Vec<Image>,
    /// One entry for each step of the scenario, in its order.
    pub steps: Vec<StepRecording>,
    /// What its steps had made and not removed at its end, in the order in which they made it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<Leftover>,
    /// When its first step began: RFC 3339, in UTC, to the second.
    pub recorded_at: String,
    /// Where this program has it from.
    #[serde(skip)]
    pub origin: Origin,
}

/// Where a recording comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// The chapter has just been run.
    #[default]
    Run,
    /// One of the book's recordings.
    File,
    /// An earlier run of the same `mdbook serve`, which does not hold.
    EarlierRun,
}

/// The engine that ran a chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// `process` (later also `dind`, `host`).
    pub kind: String,
    /// The Docker Engine's version, as it says itself.
    pub version: String,
    /// The docker program's version.
    #[serde(default)]
    pub client_version: String,
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
    /// Its name by digest, as its registry knows it, if it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo_digest: Option<String>,
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
#[serde(tag = "status", rename_all = "kebab-case", try_from = "wire::FlatStep")]
pub enum StepRecording {
    /// It ran.
    Ran {
        /// Its commands, in order.
        commands: Vec<CommandRecording>,
        /// What happened to the engine's objects from its begin to that of the next step, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        effects: Vec<Effect>,
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

/// Something that happened to an object of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which command of its step had been begun last, counted from 0.
    pub command: usize,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its name: an image's reference, a volume's 64 digits where the author gave no name.
    pub name: String,
    /// Its identifier.
    pub id: String,
    /// What happened.
    #[serde(flatten)]
    pub change: Change,
}

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A container.
    Container,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// An image.
    Image,
}

/// Whether a volume's name is one that Docker gives where the author gives none: 64 random hexadecimal
/// digits.
pub(crate) fn is_anonymous(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Change {
    /// It came to be. An image was pulled, loaded, built, or given a name.
    Created {
        /// The image that was asked for, as its author wrote it: of a container, the one that it
        /// was made from; of an image, itself if it was pulled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<String>,
        /// What a container was made with that no other effect tells.
        #[serde(flatten)]
        made: Made,
    },
    /// A container's program was started.
    Started,
    /// A container's program ended.
    Died {
        /// Its exit status.
        exit: i32,
        /// Whether nobody had a hand in it: no client was attached, which would have told the
        /// status, and no signal had been sent (`docker stop`, `kill`, `rm -f`).
        alone: bool,
        /// The end of its log, if it died alone and with a status other than 0; none if the
        /// container was gone before its log could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    /// A container was paused.
    Paused,
    /// A container went on.
    Unpaused,
    /// A container was given another name.
    Renamed {
        /// The name that it had before.
        from: String,
    },
    /// A container was connected to a network.
    Connected {
        /// The container's identifier.
        container: String,
    },
    /// A container was disconnected from a network.
    Disconnected {
        /// The container's identifier.
        container: String,
    },
    /// A volume was mounted.
    Mounted {
        /// The container's identifier.
        container: String,
        /// Where in the container.
        destination: String,
        /// Whether the container can only read it.
        read_only: bool,
    },
    /// It is gone, or an image has lost a name.
    Removed,
}

impl Change {
    /// It came to be, and nothing more is known of that than the image that was asked for.
    pub fn created(image: Option<String>) -> Self {
        Self::Created { image, made: Made::default() }
    }
}

/// An object that a step has made and that was still there at the chapter's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// The step that made it, counted from 0.
    pub step: usize,
    /// Which of its commands, counted from 0.
    pub command: usize,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its name at the end.
    pub name: String,
    /// Its identifier.
    pub id: String,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case", try_from = "wire::FlatEnd")]
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
    /// The width of the terminal that the command ran at, if it did: all output is then on one
    /// stream, with the line endings and control sequences that the terminal was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Columns>,
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

impl Recording {
    /// What the steps ran on, and when, without what came of them.
    pub(crate) fn without_steps(self) -> Self {
        Self { steps: Vec::new(), leftovers: Vec::new(), ..self }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_gives_digits_to_a_volume_without_a_name() {
        assert!(is_anonymous(&"0123456789abcdef".repeat(4)));
        assert!(!is_anonymous("data") && !is_anonymous(&"g".repeat(64)));
    }
}
