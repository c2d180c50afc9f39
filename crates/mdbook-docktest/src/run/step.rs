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
mod program;
mod reading;
mod stop;
mod trace;
mod typing;

use std::borrow::Cow;
use std::io;
use std::mem;
use std::time::{Duration, Instant};

use docker_cli::Canceller;

pub(super) use self::outcome::{Ending, Lost, Outcome, Reason};
pub(super) use self::program::Program;
use self::typing::Awaited;
use super::CANCEL_INTERVAL;
use super::bash::Bash;
use super::follow::Watch;
use super::line_echo::LineEcho;
use super::page_ids::PageIds;
use super::place::Place;
use super::transcript::Recorder;
use super::turnstile::Message;
use super::typist::Typist;
use super::witness::now;
use crate::model::recording::Unwatched;
use crate::model::scenario::Follow;
use crate::model::stream::Stream;

/// How much of a step's output is kept, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a shell may take to save its state.
const SAVE_LIMIT: Duration = Duration::from_secs(5);

/// A command of a step that is going to run.
pub(super) struct Planned<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) reader: CommandReader<'a>,
    /// The lines that the chapter shows below it. Where one of them begins with a question of the command,
    /// its rest is the answer.
    pub(super) expected: Vec<&'a str>,
}

/// What reads a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandReader<'a> {
    /// The shell. `opens` is whether it may leave a program open.
    Shell { opens: bool },
    /// A program that waits at a terminal. `prompt` is the chapter's.
    Program { prompt: &'a str },
}

impl Planned<'_> {
    pub(super) fn is_typed(&self) -> bool {
        matches!(self.reader, CommandReader::Program { .. })
    }
}

/// A step whose first command has been started, or a program that goes on in it.
pub(super) struct StepProcess<'a> {
    pub(super) place: &'a dyn Place,
    /// The shell that runs it.
    pub(super) program: Program,
    /// What stands for the IDs of the page.
    pub(super) page_ids: &'a mut PageIds,
    /// Its commands. If the first is typed, the program is one that an earlier step has left open.
    pub(super) commands: &'a [Planned<'a>],
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
    /// Whether commands go to the program that waits at the terminal, as those do that a reader pastes: the
    /// chapter shows no prompts that tell whom they are for.
    pub(super) is_pasted: bool,
}

/// What is left of a step's shell.
pub(super) enum Left {
    /// Nothing.
    Nothing,
    /// It can run another step.
    Shell(Box<Bash>),
    /// Its last command is a program that waits for input at a terminal.
    Program(Box<Program>),
}

impl StepProcess<'_> {
    /// Waits until the step has ended, or stops it. Returns an outcome for each command that was started,
    /// and what is left of the shell.
    ///
    /// # Errors
    /// When a system call fails.
    pub(super) fn run(self) -> io::Result<(Vec<Outcome>, Left)> {
        let is_terminal = self.program.connection.is_terminal();
        let (start, started_at) = self.start;
        let output_limit = OUTPUT_LIMIT / self.commands.len().max(1);
        let mut running = RunningStep {
            place: self.place,
            program: self.program,
            page_ids: self.page_ids,
            output_limit,
            recorder: Recorder::new(output_limit),
            outcomes: Vec::with_capacity(self.commands.len()),
            commands: self.commands,
            has_begun: self.commands.first().is_some_and(|first| !first.is_typed()),
            shell_command: None,
            is_pasted: self.is_pasted,
            answered: 0,
            asks_since: None,
            follow: self.follow,
            watch: None,
            trace: None,
            unwatched: None,
            start,
            started_at,
            last_output: start,
            settling: Duration::ZERO,
            has_exited: false,
        };
        if running.has_begun {
            running.shell_command = Some(0);
        }
        if let (Some(text), Some(typist)) = (self.stdin, &mut running.program.typist) {
            let is_read_by_programs = self.commands.iter().any(Planned::is_typed);
            typist.add_text(text, !is_read_by_programs);
        }
        running.follow_last_command();
        let end = running.until_end(start + self.timeout, self.canceller)?;
        if let StepEnd::Stopped(reason) = end {
            running.stop(reason)?;
        }
        if end == StepEnd::AtTurnstile {
            running.save()?;
        }
        let unread = running.program.typist.as_mut().map_or(0, Typist::drop_rest);
        if let Some(last) = running.outcomes.last_mut() {
            last.transcript.unread_lines = unread;
        }
        let RunningStep { program, mut outcomes, has_exited, .. } = running;
        if end == StepEnd::Open {
            return Ok((outcomes, Left::Program(Box::new(program))));
        }
        let Program { bash, connection, .. } = program;
        if is_terminal && end == StepEnd::AtTurnstile {
            // Before the terminal is closed: SIGHUP would make bash run its EXIT trap, which saves the state
            // a second time while it is being taken over.
            bash.quit();
            return Ok((outcomes, Left::Nothing));
        }
        connection.release();
        match end {
            StepEnd::AtTurnstile if !has_exited => {
                return Ok((outcomes, Left::Shell(Box::new(bash))));
            }
            StepEnd::AtTurnstile => drop(bash.exit_status()?),
            StepEnd::Stopped(_) => bash.kill()?,
            StepEnd::Exited | StepEnd::Open => {
                let status = bash.exit_status()?;
                let shell_command = outcomes.iter().rposition(|outcome| {
                    !matches!(outcome.ending, Ending::Typed | Ending::NotTyped | Ending::Stopped(_))
                });
                if let Some(index) = shell_command {
                    outcomes[index].ending = Ending::Exited(status);
                }
            }
        }
        Ok((outcomes, Left::Nothing))
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
    /// Its last command waits for input, and the step has nothing more to type.
    Open,
}

/// A step while it runs.
struct RunningStep<'a> {
    place: &'a dyn Place,
    program: Program,
    page_ids: &'a mut PageIds,
    output_limit: usize,
    /// Records the output of the current command.
    recorder: Recorder,
    /// The outcomes of the commands before it.
    outcomes: Vec<Outcome>,
    commands: &'a [Planned<'a>],
    /// Whether there is a current command: the program of an earlier step may still print something before
    /// the first one is typed.
    has_begun: bool,
    /// The index of the command that the shell runs.
    shell_command: Option<usize>,
    is_pasted: bool,
    /// How many of the lines below the current command are answered.
    answered: usize,
    /// Since when the step waits for an answer that there is not.
    asks_since: Option<Instant>,
    follow: Option<&'a Follow>,
    watch: Option<Watch<'a>>,
    /// The sign before the commands that the current command shows, if it does (`set -x`).
    trace: Option<char>,
    /// Why the shell does not watch what the current command consists of.
    unwatched: Option<Unwatched>,
    /// When the current command was started.
    start: Instant,
    /// The same, since 1970.
    started_at: Duration,
    /// When the step last printed something.
    last_output: Instant,
    /// How long it has waited for what its commands go on to do.
    settling: Duration,
    has_exited: bool,
}

impl RunningStep<'_> {
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Starts to follow the output if the current command is the last one: no command could run after a
    /// stream that does not end.
    fn follow_last_command(&mut self) {
        if self.outcomes.len() + 1 == self.commands.len().max(1) {
            self.watch = self.follow.map(|follow| Watch::new(follow, self.start));
        }
    }

    /// Ends the current command. Later output belongs to the next one.
    fn end_command(&mut self, ending: Ending, lost: Lost) {
        let duration = self.start.elapsed();
        let recorder = mem::replace(&mut self.recorder, Recorder::new(self.output_limit));
        let mut transcript = recorder.finish(self.elapsed_ms());
        if let Some(sign) = self.trace.take() {
            let is_terminal = self.program.connection.is_terminal();
            let stream = if is_terminal { Stream::Stdout } else { Stream::Stderr };
            trace::outdent(&mut transcript, stream, sign);
        }
        if mem::replace(&mut self.has_begun, true) {
            transcript.prompt = self.program.prompt_of_command.take();
            let started_at = self.started_at;
            if let Some(command) = self.commands.get(self.outcomes.len()) {
                self.page_ids.learn_container(&command.text, &transcript);
                self.page_ids.learn_from_command(&command.expected, &transcript);
            }
            self.outcomes.push(Outcome { ending, lost, transcript, started_at, duration });
        }
        self.answered = 0;
        self.start = Instant::now();
        self.started_at = now();
    }

    /// Ends the current command because the shell's command has ended, which has this status.
    fn end_shell_command(&mut self, status: i32, lost: Lost) {
        let current = self.outcomes.len();
        match self.shell_command.take() {
            Some(index) if index < current => {
                self.end_command(Ending::Typed, Lost::default());
                let ended_at = self.started_at;
                let outcome = &mut self.outcomes[index];
                outcome.ending = Ending::Exited(status);
                outcome.lost = lost;
                outcome.duration = ended_at.saturating_sub(outcome.started_at);
            }
            Some(_) => self.end_command(Ending::Exited(status), lost),
            // It was started in an earlier step.
            None => self.end_command(Ending::Exited(status), lost),
        }
    }

    /// Lets the shell run its next command. Returns whether there is one.
    fn run_next_command(&mut self) -> io::Result<bool> {
        // Lines for a program that has not started, or has ended too early, cannot be typed.
        let mut rest = self.commands.iter().enumerate().skip(self.outcomes.len());
        let next = rest.find_map(|(index, command)| match command.reader {
            CommandReader::Shell { opens } => Some((index, opens)),
            CommandReader::Program { .. } => None,
        });
        let Some((next, opens)) = next else { return Ok(false) };
        self.outcomes.resize_with(next, Outcome::not_typed);
        if opens && self.program.connection.is_terminal() {
            // It may leave a program open, while the next step runs in another shell.
            self.save()?;
        }
        self.shell_command = Some(next);
        self.program.prompt = None;
        self.follow_last_command();
        let index = self.commands[..next].iter().filter(|command| !command.is_typed()).count();
        let text = &*self.commands[next].text;
        match self.page_ids.actual(text) {
            Cow::Owned(actual) if actual != text => {
                self.program.bash.run_other_command(index, &actual)?;
            }
            _ => self.program.bash.run_command(index)?,
        }
        Ok(true)
    }

    /// Lets the shell pass the turnstile if it waits there. Returns whether the last command has ended.
    fn pass_turnstile(&mut self, canceller: &Canceller) -> io::Result<bool> {
        while let Some(message) = self.program.bash.turnstile.receive()? {
            match message {
                Message::InputOpened => self.program.connection.set_input_opened(),
                Message::Traced(sign) => self.trace = sign,
                Message::Unwatched(why) => self.unwatched = Some(why),
                Message::StateSaved => {}
                Message::CommandEnded(ended) => {
                    self.drain_outputs()?;
                    let unwatched = self.unwatched.take();
                    let lost = Lost { parts: ended.parts, failures: ended.failures, unwatched };
                    self.end_shell_command(ended.status, lost);
                    if ended.status == 0 {
                        self.settle(canceller);
                    }
                    if canceller.is_cancelled() {
                        return Ok(false);
                    }
                    if !self.run_next_command()? {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Waits for what the command that has just ended goes on to do. The next one has its time from then on.
    fn settle(&mut self, canceller: &Canceller) {
        let ended = self.outcomes.len().checked_sub(1).and_then(|last| self.commands.get(last));
        let Some(ended) = ended else { return };
        self.place.settle(&ended.text, canceller);
        self.settling += self.start.elapsed();
        self.start = Instant::now();
        self.started_at = now();
    }

    /// Lets the shell save its state, for another shell to take over if this one ends.
    fn save(&mut self) -> io::Result<()> {
        self.program.bash.save()?;
        let end = Instant::now() + SAVE_LIMIT;
        while !self.has_exited && Instant::now() < end {
            if self.program.bash.turnstile.receive()? == Some(Message::StateSaved) {
                break;
            }
            self.wait_and_read(end.saturating_duration_since(Instant::now()))?;
        }
        Ok(())
    }

    /// Reads until the last command has ended, the shell has exited, or the step must be stopped.
    fn until_end(&mut self, limit: Instant, canceller: &Canceller) -> io::Result<StepEnd> {
        loop {
            let now = Instant::now();
            let deadline = limit + self.settling;
            let wake = [
                Some(deadline),
                self.watch.as_ref().and_then(Watch::deadline),
                self.program.typist.as_ref().and_then(Typist::due),
                Some(now + CANCEL_INTERVAL),
            ];
            let wake = wake.into_iter().flatten().min().unwrap_or(deadline);
            self.wait_and_read(wake.saturating_duration_since(now))?;
            if self.pass_turnstile(canceller)? {
                return Ok(StepEnd::AtTurnstile);
            }
            if self.has_exited {
                self.drain_outputs()?;
                // The status is set when the shell has been waited for.
                let failures = self.program.bash.turnstile.take_failures()?;
                let unwatched = self.unwatched.take();
                self.end_shell_command(0, Lost { parts: Vec::new(), failures, unwatched });
                return Ok(StepEnd::Exited);
            }
            if self.watch.as_ref().is_some_and(Watch::is_satisfied) {
                return Ok(StepEnd::Stopped(Reason::Followed));
            }
            if canceller.is_cancelled() {
                return Ok(StepEnd::Stopped(Reason::Cancelled));
            }
            if Instant::now() >= limit + self.settling {
                return Ok(StepEnd::Stopped(Reason::TimedOut));
            }
            self.interrupt_when_shown();
            match self.type_when_awaited()? {
                Awaited::Nothing => {}
                Awaited::Command => return Ok(StepEnd::Open),
                Awaited::Answer => return Ok(StepEnd::Stopped(Reason::Unanswered)),
            }
        }
    }
}
