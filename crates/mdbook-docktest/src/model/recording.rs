//! The result of running a chapter, as plain data: all that `check` and `render` know about a run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::page_id::PageId;

mod container_spec;
mod effect;
mod engine;
mod limits;
mod transcript;
mod wire;

pub use container_spec::{ContainerSpec, Mount, MountSource, Port};
pub use effect::{Change, Effect, ObjectKind};
pub(crate) use effect::{Leftover, is_anonymous};
pub(crate) use engine::UnavailableImage;
pub use engine::{Engine, Image, ImageOrigin};

pub(crate) use limits::{Limit, LimitHit, LimitsHit};
pub use transcript::{Chunk, Transcript};

/// The recorded run of one chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The engine that the chapter ran on.
    pub engine: Engine,
    /// The images that the chapter has used.
    pub images: Vec<Image>,
    /// The images that no source provides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unavailable_images: Vec<UnavailableImage>,
    /// One entry for each step of the scenario, in the same order.
    pub steps: Vec<StepRecording>,
    /// The objects that still existed at the end of the chapter, in the order of their creation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<Leftover>,
    /// The files of the chapter that could not be written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwritten_files: Vec<UnwrittenFile>,
    /// The limits that the engine has hit.
    #[serde(flatten)]
    pub limits: LimitsHit,
    /// When the first step started: RFC 3339, in UTC, to the second.
    pub recorded_at: String,
    /// Where this process got the recording from.
    #[serde(skip)]
    pub origin: Origin,
}

/// A file of the chapter that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnwrittenFile {
    /// The index of the file among those of the chapter.
    pub file: usize,
    /// Why, on one line, in the words of the program that failed.
    pub reason: String,
}

/// Where a recording comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// This process has run the chapter.
    #[default]
    Run,
    /// A recording file of the book.
    File,
    /// An earlier, failed run of the same `mdbook serve`.
    EarlierRun,
    /// Nowhere or a recording file that is out of date, as no engine was at hand. Steps that have changed since
    /// are [`StepRecording::Skipped`].
    NotRun,
}

/// The recording of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", try_from = "wire::WireStep")]
pub enum StepRecording {
    /// The step ran.
    Ran {
        /// The commands that were started, in order.
        commands: Vec<CommandRecording>,
        /// The changes to the engine's objects from the start of this step to the start of the
        /// next one, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        effects: Vec<Effect>,
    },
    /// The step is not one that runs: it is marked `ignore`, or held.
    Ignored,
    /// The step is for other versions of the engine.
    OtherEngine,
    /// The step was not reached, because an earlier one failed.
    Skipped,
}

/// The recording of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRecording {
    /// The command as the author wrote it.
    pub command: String,
    /// How the command ended.
    pub end: End,
    /// The exit statuses of the parts of its last pipeline (bash's PIPESTATUS), if there is more than one
    /// and one of them has failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<i32>,
    /// What has failed in it without anything looking at its status, in order, and each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Why not everything that has failed in it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwatched: Option<Unwatched>,
    /// The IDs of the page that stand in the command or for those in its output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page_ids: Vec<PageId>,
    /// What the command printed and what was typed.
    pub transcript: Transcript,
    /// How long the command took, in milliseconds.
    pub duration_ms: u64,
}

impl CommandRecording {
    /// Returns the recording of a command in which nothing was lost, and that took no time.
    pub fn new(command: impl Into<String>, end: End, transcript: Transcript) -> Self {
        let (parts, failures, page_ids) = (Vec::new(), Vec::new(), Vec::new());
        let (command, unwatched) = (command.into(), None);
        Self { command, end, parts, failures, unwatched, page_ids, transcript, duration_ms: 0 }
    }
}

/// A part of a command that has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The simple command as bash prints it; for a pipeline, the one that began last before its end. Empty for a process
    /// in the background that `wait` has waited for.
    pub command: String,
    /// Its exit status; for a pipeline with a part that has failed, the statuses of all parts.
    pub statuses: Vec<i32>,
    /// Whether it was run by a function.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_function: bool,
}

/// Why a shell could not watch what a command consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unwatched {
    /// It would see that: it lists or sets traps or options of the shell.
    OwnMatters,
    /// The author's traps run between its commands.
    Traps,
    /// The author has replaced or disabled what the shell needs for that.
    Builtins,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case", try_from = "wire::WireEnd")]
pub enum End {
    /// It exited by itself.
    Exited {
        /// The exit status: 128 + n after signal n, as in bash.
        status: i32,
    },
    /// It was a stream, and was stopped after it had been followed long enough.
    Stopped,
    /// It was stopped at its time limit, before it had ended or been followed long enough.
    TimedOut {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// It was stopped because it waited for the answer to a question, and there was nothing to type.
    Unanswered,
    /// The engine exited while the command was running.
    EngineLost,
    /// It is still open at the end of its step, and waits for input.
    Open,
    /// It was typed into a program, and has no status of its own.
    Typed,
    /// It was not typed, because the program had ended. The shell's next command has run.
    NotTyped,
}

impl End {
    /// Returns the exit status of a command that ended by itself.
    pub fn status(self) -> Option<i32> {
        match self {
            Self::Exited { status } => Some(status),
            _ => None,
        }
    }
}

impl Recording {
    /// Whether a step ran.
    pub(crate) fn has_run(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, StepRecording::Ran { .. }))
    }

    /// Drops the results of the steps, and keeps what they ran on and when.
    pub(crate) fn without_steps(self) -> Self {
        Self {
            steps: Vec::new(),
            leftovers: Vec::new(),
            unwritten_files: Vec::new(),
            limits: LimitsHit::default(),
            ..self
        }
    }
}

impl CommandRecording {
    /// Returns how long the command took.
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }
}
