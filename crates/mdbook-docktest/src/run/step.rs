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

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::time::{Duration, Instant};

use docker_cli::Canceller;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::CANCEL_INTERVAL;
use super::bash::Bash;
use super::connection::Connection;
use super::echo::Echo;
use super::follow::Watch;
use super::transcript::Recorder;
use super::turnstile::Word;
use super::typist::Typist;
use super::witness::now;
use crate::model::recording::Transcript;
use crate::model::scenario::Follow;

/// How much of a step's output is kept, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a step that was interrupted may go on before it is killed, and how long that may take:
/// together within the second that stopping a step may last.
const GRACE: Duration = Duration::from_millis(500);
const KILL_LIMIT: Duration = Duration::from_millis(400);

/// How long a shell may take to write down its state.
const SAVE_LIMIT: Duration = Duration::from_secs(5);

/// How long one that says nothing any more may go on: who heeds an interruption at all does so at
/// once, or says what it is doing.
const QUIET: Duration = Duration::from_millis(40);

/// How often processes are looked for that were born since the others were interrupted.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(10);

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

/// What came of one of its commands.
pub(super) struct Outcome {
    pub(super) ending: Ending,
    pub(super) transcript: Transcript,
    /// When it began, since 1970: the clock by which the engine tells what has happened.
    pub(super) begin: Duration,
    pub(super) duration: Duration,
}

/// How it came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// By itself, with this status.
    Exited(i32),
    /// It was stopped.
    Stopped(Reason),
    /// It could not even be started, because there is no engine any more.
    EngineLost,
}

impl Outcome {
    /// What comes of a step that nothing is left to run on.
    pub(super) fn engine_lost() -> Self {
        let transcript = Transcript::default();
        Self { ending: Ending::EngineLost, transcript, begin: now(), duration: Duration::ZERO }
    }
}

/// Why a step was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its stream had been followed long enough.
    Followed,
    /// Its time was up.
    TimedOut,
    /// The run was cancelled.
    Cancelled,
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
            watched.interrupt(reason, interrupt_key)?;
            watched.bash.group.kill(KILL_LIMIT);
            watched.end_command(Ending::Stopped(reason));
        }
        if end == StepEnd::AtTurnstile {
            watched.save()?;
        }
        let Watched { bash, connection, outcomes, has_exited, .. } = watched;
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
        self.typist.as_mut()?.type_when_due(|keyboard| group.is_reading(keyboard))
    }

    /// Does what Ctrl-C does, and waits for the process to exit.
    ///
    /// At a terminal, the key comes first: who has made it a key like others (`docker run -it`)
    /// hears of it only so, others get their signal from the terminal. Signals for all follow,
    /// which those who handled the first one well do not see any more.
    fn interrupt(&mut self, reason: Reason, key: Option<File>) -> io::Result<()> {
        let end = Instant::now() + GRACE;
        let is_shown = reason == Reason::Followed;
        if let Some(mut key) = key {
            self.recorder.await_echo(Echo::of_interrupt(), self.elapsed_ms());
            // Who has filled the terminal's input without reading it gets the signals alone.
            let _ = key.write_all(b"\x03");
            let pressed = Instant::now();
            while self.may_be_ending(pressed, end - GRACE / 2) {
                self.for_a_while(INTERRUPT_INTERVAL)?;
            }
        } else if is_shown {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        let mut told = HashSet::new();
        let told_at = Instant::now();
        while self.may_be_ending(told_at, end) {
            self.bash.group.interrupt(&mut told);
            self.for_a_while(INTERRUPT_INTERVAL)?;
        }
        if self.connection.is_terminal() {
            self.read_all_that_is_there()?;
        }
        if is_shown && self.recorder.awaits_echo() {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        Ok(())
    }

    /// Whether a step that was interrupted at `since` is worth waiting for.
    fn may_be_ending(&self, since: Instant, end: Instant) -> bool {
        let last_sign = self.last_output.max(since);
        !self.has_exited && Instant::now() < end && last_sign.elapsed() < QUIET
    }

    /// Reads until the process has exited or the time is over.
    fn for_a_while(&mut self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        while !self.has_exited {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.wait_and_read(left)?;
        }
        Ok(())
    }

    /// Sleeps until there is something to read, the process exits, or the time is over; reads.
    fn wait_and_read(&mut self, time: Duration) -> io::Result<()> {
        let mut events = vec![
            PollFd::new(&self.bash.process, PollFlags::IN),
            PollFd::from_borrowed_fd(self.bash.turnstile.as_fd(), PollFlags::IN),
        ];
        let open = self.connection.open_outputs();
        events.extend(open.map(|output| PollFd::new(output, PollFlags::IN)));
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut events, Some(&time)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Asked before reading: what it printed before it exited is then read below.
        self.has_exited = !events[0].revents().is_empty();
        drop(events);
        self.read_outputs()?;
        Ok(())
    }

    /// Reads all that a command has printed by its end. It is in the pipes or the terminal; how much
    /// a pipe holds is for a program to change, but there is a limit, so that who prints on in the background does
    /// not keep us here.
    fn read_all_that_is_there(&mut self) -> io::Result<()> {
        const LIMIT: usize = 256;
        let mut reads = 0;
        while reads < LIMIT && self.read_outputs()? {
            reads += 1;
        }
        Ok(())
    }

    /// Reads once from each output; tells whether there was anything.
    fn read_outputs(&mut self) -> io::Result<bool> {
        let mut any = false;
        for index in 0..self.connection.outputs() {
            any |= self.read_what_is_there(index)?;
        }
        Ok(any)
    }

    /// Reads at most as much as a pipe holds: one that is filled as fast as it is emptied must not
    /// keep us from looking at the clock.
    fn read_what_is_there(&mut self, index: usize) -> io::Result<bool> {
        let mut buffer = [0; 64 * 1024];
        let at_ms = self.elapsed_ms();
        let Some((stream, count)) = self.connection.read(index, &mut buffer)? else {
            return Ok(false);
        };
        self.last_output = Instant::now();
        let text = self.recorder.output(stream, &buffer[..count], at_ms);
        if let Some(watch) = &mut self.watch {
            watch.see(stream, &text);
        }
        if let Some(typist) = &mut self.typist {
            typist.hear(&text);
        }
        Ok(true)
    }
}
