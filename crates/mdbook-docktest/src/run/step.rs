//! One step while it runs. Its output is recorded as it arrives. It ends by itself, or is stopped: when
//! its output has been followed until the author's condition is met, or when its time limit is over.
//!
//! A shell runs the commands of a step one after the other. After each it waits at a turnstile until all
//! the output of the command has been read.
//!
//! A command has ended when the shell reports that, or exits; not when its pipes are closed: processes
//! that it leaves in the background inherit the pipes, and can keep them open for ever. The command's own
//! output is in the pipes by then, so reading until they are empty misses nothing. The same is true of a
//! terminal.

mod outcome;
mod reading;
mod stop;
mod trace;

use std::fs::File;
use std::io;
use std::mem;
use std::time::{Duration, Instant};

use docker_cli::Canceller;
use docker_sandbox::processes;

pub(super) use self::outcome::{Ending, Outcome, Reason};
use super::CANCEL_INTERVAL;
use super::bash::Bash;
use super::connection::Connection;
use super::echo::Echo;
use super::follow::Watch;
use super::transcript::Recorder;
use super::turnstile::Message;
use super::typist::Typist;
use super::witness::now;
use crate::model::scenario::Follow;
use crate::model::stream::Stream;

/// How much of a step's output is kept, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a shell may take to save its state.
const SAVE_LIMIT: Duration = Duration::from_secs(5);

/// A step whose first command has been started.
pub(super) struct StepProcess<'a> {
    /// The shell that runs it.
    pub(super) bash: Bash,
    pub(super) connection: Connection,
    /// The number of its commands.
    pub(super) commands: usize,
    /// What is typed, line by line, whenever the step waits for input.
    pub(super) stdin: Option<&'a str>,
    /// When to stop its last command.
    pub(super) follow: Option<&'a Follow>,
    /// When it was started, and the same since 1970.
    pub(super) start: (Instant, Duration),
    /// How long all its commands together may take.
    pub(super) timeout: Duration,
    /// Stops it from another thread.
    pub(super) canceller: &'a Canceller,
}

impl StepProcess<'_> {
    /// Waits until the step has ended, or stops it. Returns an outcome for each command that was started,
    /// and the shell if it can run another step.
    ///
    /// # Errors
    /// When a system call fails.
    pub(super) fn run(self) -> io::Result<(Vec<Outcome>, Option<Bash>)> {
        let mut connection = self.connection;
        let is_terminal = connection.is_terminal();
        let keyboard = connection.take_keyboard();
        let interrupt_key =
            keyboard.as_ref().filter(|_| is_terminal).map(File::try_clone).transpose()?;
        let typist = self
            .stdin
            .zip(keyboard)
            .map(|(text, keyboard)| Typist::new(text, keyboard, is_terminal));
        let (start, started_at) = self.start;
        let mut running = RunningStep {
            bash: self.bash,
            connection,
            output_limit: OUTPUT_LIMIT / self.commands.max(1),
            recorder: Recorder::new(OUTPUT_LIMIT / self.commands.max(1)),
            outcomes: Vec::with_capacity(self.commands),
            commands: self.commands,
            follow: self.follow,
            watch: None,
            trace: None,
            typist,
            start,
            started_at,
            last_output: start,
            has_exited: false,
        };
        running.follow_last_command();
        let end = running.until_end(start + self.timeout, self.canceller)?;
        if let StepEnd::Stopped(reason) = end {
            running.stop(reason, interrupt_key)?;
        }
        if end == StepEnd::AtTurnstile {
            running.save()?;
        }
        let RunningStep { bash, connection, outcomes, has_exited, .. } = running;
        if is_terminal && end == StepEnd::AtTurnstile {
            // Before the terminal is closed: SIGHUP would make bash run its EXIT trap, which saves the state
            // a second time while it is being taken over.
            bash.quit();
            return Ok((outcomes, None));
        }
        connection.release();
        match end {
            StepEnd::AtTurnstile if !has_exited => return Ok((outcomes, Some(bash))),
            StepEnd::AtTurnstile => drop(bash.exit_status()?),
            StepEnd::Stopped(_) => bash.kill()?,
            StepEnd::Exited => {
                let mut outcomes = outcomes;
                let status = bash.exit_status()?;
                if let Some(last) = outcomes.last_mut() {
                    last.ending = Ending::Exited(status);
                }
                return Ok((outcomes, None));
            }
        }
        Ok((outcomes, None))
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepEnd {
    /// Its last command has ended, and the shell waits at the turnstile.
    AtTurnstile,
    /// The shell has exited.
    Exited,
    /// It must be stopped.
    Stopped(Reason),
}

/// A step while it runs.
struct RunningStep<'a> {
    bash: Bash,
    connection: Connection,
    output_limit: usize,
    /// Records the output of the current command.
    recorder: Recorder,
    /// The outcomes of the commands before it.
    outcomes: Vec<Outcome>,
    commands: usize,
    follow: Option<&'a Follow>,
    watch: Option<Watch<'a>>,
    /// The sign before the commands that the current command shows, if it does (`set -x`).
    trace: Option<char>,
    typist: Option<Typist>,
    /// When the current command was started.
    start: Instant,
    /// The same, since 1970.
    started_at: Duration,
    /// When the step last printed something.
    last_output: Instant,
    has_exited: bool,
}

impl RunningStep<'_> {
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Starts to follow the output if the current command is the last one: no command could run after a
    /// stream that does not end.
    fn follow_last_command(&mut self) {
        if self.outcomes.len() + 1 == self.commands {
            self.watch = self.follow.map(|follow| Watch::new(follow, self.start));
        }
    }

    /// Ends the current command. Later output belongs to the next one.
    fn end_command(&mut self, ending: Ending, parts: Vec<i32>) {
        let duration = self.start.elapsed();
        let recorder = mem::replace(&mut self.recorder, Recorder::new(self.output_limit));
        let mut transcript = recorder.finish(self.elapsed_ms());
        if let Some(sign) = self.trace.take() {
            let is_terminal = self.connection.is_terminal();
            let stream = if is_terminal { Stream::Stdout } else { Stream::Stderr };
            trace::outdent(&mut transcript, stream, sign);
        }
        let started_at = self.started_at;
        self.outcomes.push(Outcome { ending, parts, transcript, started_at, duration });
        self.start = Instant::now();
        self.started_at = now();
    }

    /// Lets the shell pass the turnstile if it waits there. Returns whether the last command has ended.
    fn pass_turnstile(&mut self) -> io::Result<bool> {
        while let Some(message) = self.bash.turnstile.receive()? {
            match message {
                Message::InputOpened => self.connection.set_input_opened(),
                Message::Traced(sign) => self.trace = sign,
                Message::StateSaved => {}
                Message::CommandEnded(ended) => {
                    self.drain_outputs()?;
                    self.end_command(Ending::Exited(ended.status), ended.parts);
                    if self.outcomes.len() >= self.commands {
                        return Ok(true);
                    }
                    self.follow_last_command();
                    self.bash.run_command(self.outcomes.len())?;
                }
            }
        }
        Ok(false)
    }

    /// Lets the shell save its state, for another shell to take over if this one ends.
    fn save(&mut self) -> io::Result<()> {
        self.bash.save()?;
        let end = Instant::now() + SAVE_LIMIT;
        while !self.has_exited && Instant::now() < end {
            if self.bash.turnstile.receive()? == Some(Message::StateSaved) {
                break;
            }
            self.wait_and_read(end.saturating_duration_since(Instant::now()))?;
        }
        Ok(())
    }

    /// Reads until the last command has ended, the shell has exited, or the step must be stopped.
    fn until_end(&mut self, deadline: Instant, canceller: &Canceller) -> io::Result<StepEnd> {
        loop {
            let now = Instant::now();
            let wake = [
                Some(deadline),
                self.watch.as_ref().and_then(Watch::deadline),
                self.typist.as_ref().and_then(Typist::due),
                Some(now + CANCEL_INTERVAL),
            ];
            let wake = wake.into_iter().flatten().min().unwrap_or(deadline);
            self.wait_and_read(wake.saturating_duration_since(now))?;
            if self.pass_turnstile()? {
                return Ok(StepEnd::AtTurnstile);
            }
            if self.has_exited {
                self.drain_outputs()?;
                // The status is set when the shell has been waited for.
                self.end_command(Ending::Exited(0), Vec::new());
                return Ok(StepEnd::Exited);
            }
            if self.watch.as_ref().is_some_and(Watch::is_satisfied) {
                return Ok(StepEnd::Stopped(Reason::Followed));
            }
            if canceller.is_cancelled() {
                return Ok(StepEnd::Stopped(Reason::Cancelled));
            }
            if Instant::now() >= deadline {
                return Ok(StepEnd::Stopped(Reason::TimedOut));
            }
            if let Some(typed) = self.type_when_due() {
                let at_ms = self.elapsed_ms();
                if self.connection.is_terminal() {
                    self.recorder.await_echo(Echo::for_line(&typed), at_ms);
                } else {
                    self.recorder.typed(&typed, at_ms);
                }
            }
        }
    }

    /// Types the next line of the input if the step waits for it. Returns the line.
    fn type_when_due(&mut self) -> Option<String> {
        let group = &self.bash.group;
        self.typist
            .as_mut()?
            .type_when_due(|keyboard| processes::is_reading(&group.members(), keyboard))
    }
}
