//! Runs the steps of a chapter in its shell, one after the other, and records their commands.

mod parts;

use std::borrow::Cow;
use std::time::Duration;

use docker_cli::Canceller;

use super::RunError;
use super::page_ids::PageIds;
use super::place::Place;
use super::shell::Shell;
use super::step::{Ending, Outcome, Planned, Program, Reason};
use crate::check::is_looked_at;
use crate::model::recording::{CommandRecording, End, Transcript};
use crate::model::scenario::{ChapterFile, Command, Step};

/// Runs steps in a chapter's shell.
pub(super) struct StepRunner<'a> {
    place: &'a dyn Place,
    pub(super) shell: Shell<'a>,
    /// What stands for the IDs of the page.
    pub(super) page_ids: PageIds,
    /// The programs that steps have left open, the last one at the end.
    open: Vec<OpenProgram<'a>>,
    /// How long a step may take, unless it has a limit of its own.
    timeout: Duration,
    canceller: &'a Canceller,
}

/// A program that waits at a terminal for what later steps type.
struct OpenProgram<'a> {
    program: Program,
    /// Its shell, if there is a newer one.
    shell: Option<Shell<'a>>,
}

impl<'a> StepRunner<'a> {
    /// Runs steps in a new shell.
    pub(super) fn new(
        place: &'a dyn Place,
        shell: Shell<'a>,
        page_ids: PageIds,
        timeout: Duration,
        canceller: &'a Canceller,
    ) -> Self {
        Self { place, shell, page_ids, open: Vec::new(), timeout, canceller }
    }

    /// Writes files and then runs a step. Returns the commands that were started, and for each when it was
    /// started, since 1970. [`Shell::file_error`] says which files could not be written.
    ///
    /// # Errors
    /// When the run is cancelled, or a system call fails. A command that fails is not an error.
    pub(super) fn run(
        &mut self,
        step: &Step,
        files: &[&ChapterFile],
    ) -> Result<(Vec<CommandRecording>, Vec<Duration>), RunError> {
        let timeout = step.attributes.timeout.unwrap_or(self.timeout);
        let outcomes = self.run_parts(step, files, timeout);
        let outcomes = outcomes.or_else(|error| {
            if self.place.is_running() { Err(error) } else { Ok(vec![Outcome::engine_lost()]) }
        })?;
        let starts = outcomes.iter().map(|outcome| outcome.started_at).collect();
        let last = outcomes.len().saturating_sub(1);
        let record = |(index, outcome): (usize, Outcome)| {
            // If the engine has ended, the last command was killed with it and has no status of its own.
            let engine_ended = index == last && !self.place.is_running();
            let text = step.commands.get(index).map(Command::script);
            let text = text.unwrap_or_else(|| Cow::Borrowed(&step.script));
            let transcript = Transcript { terminal: step.attributes.tty, ..outcome.transcript };
            let ending = match outcome.ending {
                // Nothing has run: the status is that of the last command of an earlier step.
                Ending::Exited(_) if step.commands.is_empty() => Ending::Exited(0),
                ending => ending,
            };
            let failures = outcome.lost.failures.into_iter();
            let failures = failures
                .filter(|(failure, count)| !is_looked_at(&text, failure, *count))
                .map(|(failure, _)| failure)
                .collect();
            Ok(CommandRecording {
                command: text.into_owned(),
                end: self.end(ending, timeout, engine_ended)?,
                parts: failed_parts(outcome.lost.parts),
                failures,
                unwatched: outcome.lost.unwatched,
                page_ids: Vec::new(),
                transcript,
                duration_ms: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
            })
        };
        let commands = outcomes.into_iter().enumerate().map(record);
        let mut commands = commands.collect::<Result<Vec<_>, RunError>>()?;
        self.page_ids.learn_from_step(step, &commands);
        for command in &mut commands {
            command.page_ids = self.page_ids.concerning(command);
        }
        Ok((commands, starts))
    }

    fn end(&self, ending: Ending, timeout: Duration, engine_ended: bool) -> Result<End, RunError> {
        match ending {
            _ if self.canceller.is_cancelled() => Err(RunError::Cancelled),
            Ending::Stopped(Reason::Cancelled) => Err(RunError::Cancelled),
            Ending::EngineLost => Ok(End::EngineLost),
            Ending::Exited(_) | Ending::Open | Ending::Typed if engine_ended => Ok(End::EngineLost),
            Ending::Exited(status) => Ok(End::Exited { status }),
            Ending::Open => Ok(End::Open),
            Ending::Typed => Ok(End::Typed),
            Ending::NotTyped => Ok(End::NotTyped),
            Ending::Stopped(Reason::Followed) => Ok(End::Stopped),
            Ending::Stopped(Reason::Unanswered) => Ok(End::Unanswered),
            Ending::Stopped(Reason::TimedOut) => {
                let limit_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
                Ok(End::TimedOut { limit_ms })
            }
        }
    }
}

/// The statuses of a pipeline's parts, if there is more than one, and one of them has failed.
fn failed_parts(parts: Vec<i32>) -> Vec<i32> {
    let has_failed = parts.len() > 1 && parts.iter().any(|status| *status != 0);
    if has_failed { parts } else { Vec::new() }
}

#[cfg(test)]
mod tests;
