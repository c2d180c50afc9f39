//! Runs the steps of a chapter in its shell, one after the other, and records their commands.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use docker_cli::Canceller;

use super::RunError;
use super::place::Place;
use super::shell::{Shell, StepIo};
use super::step::{Ending, Outcome, Reason, StepProcess};
use super::witness::now;
use crate::model::recording::{CommandRecording, End, Transcript};
use crate::model::scenario::{ChapterFile, Command, Step};
use crate::terminal;

/// Runs steps in a chapter's shell.
pub(super) struct StepRunner<'a> {
    pub(super) place: &'a dyn Place,
    pub(super) shell: Shell<'a>,
    /// How long a step may take, unless it has a limit of its own.
    pub(super) timeout: Duration,
    pub(super) canceller: &'a Canceller,
}

impl StepRunner<'_> {
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
        let mut run = || -> Result<_, RunError> {
            let scripts: Vec<Cow<'_, str>> = step.commands.iter().map(Command::script).collect();
            let commands: Vec<&str> = match &scripts[..] {
                [] => vec![""],
                scripts => scripts.iter().map(|script| &**script).collect(),
            };
            let io = match (step.attributes.tty, &step.attributes.stdin) {
                (Some(columns), _) => {
                    let terminal = self.place.terminal(columns.get(), terminal::ROWS);
                    StepIo::Terminal(terminal.map_err(RunError::io("creating a terminal"))?)
                }
                (None, stdin) => StepIo::Pipes { has_input: stdin.is_some() },
            };
            let start = (Instant::now(), now());
            let (bash, connection) = self
                .shell
                .begin(&commands, files, io)
                .map_err(RunError::io("sending a step to bash"))?;
            if step.attributes.follow.is_some() || step.attributes.tty.is_some() {
                self.shell.prepare().map_err(RunError::io("starting bash"))?;
            }
            let process = StepProcess {
                bash,
                connection,
                commands: commands.len(),
                stdin: step.attributes.stdin.as_deref(),
                follow: step.attributes.follow.as_ref(),
                start,
                timeout,
                canceller: self.canceller,
            };
            let (outcomes, bash) = process.run().map_err(RunError::io("running a step"))?;
            self.shell.take_over();
            if let Some(bash) = bash {
                self.shell.keep(bash);
            }
            Ok(outcomes)
        };
        let outcomes = run().or_else(|error| {
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
            Ok(CommandRecording {
                command: text.into_owned(),
                end: self.end(ending, timeout, engine_ended)?,
                transcript,
                duration_ms: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
            })
        };
        let commands =
            outcomes.into_iter().enumerate().map(record).collect::<Result<_, RunError>>()?;
        Ok((commands, starts))
    }

    fn end(&self, ending: Ending, timeout: Duration, engine_ended: bool) -> Result<End, RunError> {
        match ending {
            _ if self.canceller.is_cancelled() => Err(RunError::Cancelled),
            Ending::Stopped(Reason::Cancelled) => Err(RunError::Cancelled),
            Ending::EngineLost => Ok(End::EngineLost),
            Ending::Exited(_) if engine_ended => Ok(End::EngineLost),
            Ending::Exited(status) => Ok(End::Exited { status }),
            Ending::Stopped(Reason::Followed) => Ok(End::Stopped),
            Ending::Stopped(Reason::TimedOut) => {
                let limit_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
                Ok(End::TimedOut { limit_ms })
            }
        }
    }
}

#[cfg(test)]
mod tests;
