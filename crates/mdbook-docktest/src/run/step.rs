//! One step while it runs: what it prints is written down as it comes, and it ends: by itself, when
//! its stream has been followed long enough, or when its time is up.
//!
//! A shell runs its commands one after the other, and stops after each at a turnstile until all that
//! it printed has been read.
//!
//! A command's end is when the shell says so, or exits; not the end of its pipes: what it leaves in
//! the background inherits the pipes and may hold them open for ever. Whatever the command itself
//! printed is in the pipes by then, so reading what is there misses nothing. The same is true of a
//! terminal.

mod outcome;
mod reading;
mod stop;

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
use super::turnstile::Word;
use super::typist::Typist;
use super::witness::now;
use crate::model::scenario::Follow;

/// How much of a step's output is kept, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a shell may take to write down its state.
const SAVE_LIMIT: Duration = Duration::from_secs(5);

/// A step whose first command has been begun.
pub(super) struct StepProcess<'a> {
    /// The shell that runs it.
    pub(super) bash: Bash,
    /// What it is connected with.
    pub(super) connection: Connection,
    /// How many commands it has.
    pub(super) commands: usize,
    /// What is typed, line by line, whenever it waits.
    pub(super) stdin: Option<&'a str>,
    /// When its last command's stream has been followed long enough.
    pub(super) follow: Option<&'a Follow>,
    /// When it began, and since 1970.
    pub(super) start: (Instant, Duration),
    /// How long all of it may take.
    pub(super) timeout: Duration,
    /// Stops it from outside.
    pub(super) canceller: &'a Canceller,
}

impl StepProcess<'_> {
    /// Runs it to its end; returns what came of each command that was begun, and the shell if that
    /// waits for the next step.
    ///
    /// # Errors
    /// When it cannot be watched.
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
        let (start, begin) = self.start;
        let mut watched = Watched {
            bash: self.bash,
            connection,
            output_limit: OUTPUT_LIMIT / self.commands.max(1),
            recorder: Recorder::new(OUTPUT_LIMIT / self.commands.max(1)),
            outcomes: Vec::with_capacity(self.commands),
            commands: self.commands,
            follow: self.follow,
            watch: None,
            typist,
            start,
            begin,
            last_output: start,
            has_exited: false,
        };
        watched.watch_last_command();
        let end = watched.until_end(start + self.timeout, self.canceller)?;
        if let StepEnd::Stopped(reason) = end {
            watched.stop(reason, interrupt_key)?;
        }
        if end == StepEnd::AtTurnstile {
            watched.save()?;
        }
        let Watched { bash, connection, outcomes, has_exited, .. } = watched;
        if is_terminal && end == StepEnd::AtTurnstile {
            // Not after the terminal is closed: bash would run its EXIT trap, which writes the state down
            // once more while it is taken over.
            bash.quit();
            return Ok((outcomes, None));
        }
        connection.let_go();
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

/// How a step has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepEnd {
    /// Its last command has ended, and the shell waits.
    AtTurnstile,
    /// The shell has exited.
    Exited,
    /// It has to be stopped.
    Stopped(Reason),
}

/// A step's process while it runs.
struct Watched<'a> {
    bash: Bash,
    connection: Connection,
    output_limit: usize,
    /// Takes down what the command prints that runs now.
    recorder: Recorder,
    /// What came of the commands before it.
    outcomes: Vec<Outcome>,
    commands: usize,
    follow: Option<&'a Follow>,
    watch: Option<Watch<'a>>,
    typist: Option<Typist>,
    /// When it began.
    start: Instant,
    /// The same, since 1970.
    begin: Duration,
    /// When it last printed something.
    last_output: Instant,
    has_exited: bool,
}

impl Watched<'_> {
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Only the last command can be a stream: no other would ever follow one.
    fn watch_last_command(&mut self) {
        if self.outcomes.len() + 1 == self.commands {
            self.watch = self.follow.map(|follow| Watch::new(follow, self.start));
        }
    }

    /// Ends the command that runs now; what is printed from now on is the next one's.
    fn end_command(&mut self, ending: Ending) {
        let duration = self.start.elapsed();
        let recorder = mem::replace(&mut self.recorder, Recorder::new(self.output_limit));
        let transcript = recorder.finish(self.elapsed_ms());
        self.outcomes.push(Outcome { ending, transcript, begin: self.begin, duration });
        self.start = Instant::now();
        self.begin = now();
    }

    /// Lets the shell through the turnstile, if it stands there. Says whether that was the last
    /// command's end.
    fn pass_turnstile(&mut self) -> io::Result<bool> {
        let mut word = self.bash.turnstile.heard()?;
        if word == Some(Word::Opened) {
            self.connection.input_is_open();
            word = self.bash.turnstile.heard()?;
        }
        let Some(Word::Ended(status)) = word else { return Ok(false) };
        self.read_all_that_is_there()?;
        self.end_command(Ending::Exited(status));
        if self.outcomes.len() >= self.commands {
            return Ok(true);
        }
        self.watch_last_command();
        self.bash.go_on(self.outcomes.len())?;
        Ok(false)
    }

    /// Lets the shell write down its state. It is of use only when the shell is lost.
    fn save(&mut self) -> io::Result<()> {
        self.bash.save()?;
        let end = Instant::now() + SAVE_LIMIT;
        while !self.has_exited && Instant::now() < end {
            if self.bash.turnstile.heard()? == Some(Word::Saved) {
                break;
            }
            self.wait_and_read(end.saturating_duration_since(Instant::now()))?;
        }
        Ok(())
    }

    /// Reads until the last command has ended, the shell has exited, or there is a reason to stop it.
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
                self.read_all_that_is_there()?;
                // With which status is known when it has been waited for.
                self.end_command(Ending::Exited(0));
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
                    self.recorder.await_echo(Echo::of_line(&typed), at_ms);
                } else {
                    self.recorder.typed(&typed, at_ms);
                }
            }
        }
    }

    /// Types the next line of the input, if it is time.
    fn type_when_due(&mut self) -> Option<String> {
        let group = &self.bash.group;
        self.typist
            .as_mut()?
            .type_when_due(|keyboard| processes::is_reading(&group.members(), keyboard))
    }
}
