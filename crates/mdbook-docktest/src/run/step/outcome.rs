//! How the commands of a step ended.

use std::time::Duration;

use crate::model::recording::{Failure, Transcript, Unwatched};
use crate::run::witness::now;

/// The end of a command, and what it printed.
pub(in crate::run) struct Outcome {
    pub(in crate::run) ending: Ending,
    pub(in crate::run) lost: Lost,
    pub(in crate::run) transcript: Transcript,
    /// When the command was started, since 1970: the clock of the engine's events.
    pub(in crate::run) started_at: Duration,
    pub(in crate::run) duration: Duration,
}

/// What a command's exit status does not show.
#[derive(Default)]
pub(in crate::run) struct Lost {
    /// The statuses of the parts of its last pipeline, if known.
    pub(in crate::run) parts: Vec<i32>,
    /// What has failed in it, and how many times.
    pub(in crate::run) failures: Vec<(Failure, usize)>,
    /// Why not all of that is known.
    pub(in crate::run) unwatched: Option<Unwatched>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Ending {
    /// It exited with this status.
    Exited(i32),
    /// It was stopped.
    Stopped(Reason),
    /// It could not be started, because the engine has ended.
    EngineLost,
    /// It waits for input at the end of its step.
    Open,
    /// It was typed into a program.
    Typed,
    /// It was not typed, because the program had ended.
    NotTyped,
}

impl Outcome {
    /// The outcome of a step that could not be started, because the engine has ended.
    pub(in crate::run) fn engine_lost() -> Self {
        Self::without_run(Ending::EngineLost)
    }

    /// The outcome of a line that is not typed, because its program has ended.
    pub(in crate::run) fn not_typed() -> Self {
        Self::without_run(Ending::NotTyped)
    }

    fn without_run(ending: Ending) -> Self {
        let (transcript, lost) = (Transcript::default(), Lost::default());
        Self { ending, lost, transcript, started_at: now(), duration: Duration::ZERO }
    }
}

/// Why a step was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Reason {
    /// Its output was followed until the author's condition was met.
    Followed,
    /// Its time limit was over.
    TimedOut,
    /// It waited for the answer to a question, and there was nothing to type.
    Unanswered,
    /// The run was cancelled.
    Cancelled,
}
