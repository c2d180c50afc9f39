//! What came out of a chapter, as plain data: the one thing that `check` and `render` know of a run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

mod container_spec;
mod effect;
mod engine;
mod transcript;
mod wire;

pub use container_spec::{ContainerSpec, Mount, MountSource, Port};
pub use effect::{Change, Effect, ObjectKind};
pub(crate) use effect::{Leftover, is_anonymous};
pub use engine::{Engine, Image, ImageOrigin};
pub use transcript::{Chunk, Transcript};

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

impl Recording {
    /// What the steps ran on, and when, without what came of them.
    pub(crate) fn without_steps(self) -> Self {
        Self { steps: Vec::new(), leftovers: Vec::new(), ..self }
    }
}

impl CommandRecording {
    /// How long the command took.
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }
}
