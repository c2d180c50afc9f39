//! What came of a step's commands.

use std::time::Duration;

use crate::model::recording::Transcript;
use crate::run::witness::now;

/// What came of one of its commands.
pub(in crate::run) struct Outcome {
    pub(in crate::run) ending: Ending,
    pub(in crate::run) transcript: Transcript,
    /// When it began, since 1970: the clock by which the engine tells what has happened.
    pub(in crate::run) begin: Duration,
    pub(in crate::run) duration: Duration,
}

/// How it came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Ending {
    /// By itself, with this status.
    Exited(i32),
    /// It was stopped.
    Stopped(Reason),
    /// It could not even be started, because there is no engine any more.
    EngineLost,
}

impl Outcome {
    /// What comes of a step that nothing is left to run on.
    pub(in crate::run) fn engine_lost() -> Self {
        let transcript = Transcript::default();
        Self { ending: Ending::EngineLost, transcript, begin: now(), duration: Duration::ZERO }
    }
}

/// Why a step was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Reason {
    /// Its stream had been followed long enough.
    Followed,
    /// Its time was up.
    TimedOut,
    /// The run was cancelled.
    Cancelled,
}
