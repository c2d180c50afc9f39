//! One step as a process: what it prints is written down as it comes, and it ends: by itself, when
//! its stream has been followed long enough, or when its time is up.
//!
//! A step is a shell that runs one command after the other, and stops between them at a
//! [`Turnstile`] until all that the first printed has been read.
//!
//! Its end is the end of the process that was started, not of its pipes: what a step leaves in the
//! background inherits the pipes and may hold them open for ever. Whatever the step's own process
//! printed is in the pipes by the time it has ended, so reading what is there misses nothing. The
//! same is true of a terminal.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use docker_cli::Canceller;
use docker_sandbox::{ProcessGroup, Terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::connection::Connection;
use super::echo::Echo;
use super::follow::Watch;
use super::transcript::Recorder;
use super::turnstile::Turnstile;
use super::typist::Typist;
use super::witness::now;
use crate::recording::Transcript;
use crate::scenario::Follow;

/// How much of a step's output is kept, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a step that was interrupted may go on before it is killed, and how long that may take:
/// together within the second that stopping a step may last.
const GRACE: Duration = Duration::from_millis(500);
const KILL_LIMIT: Duration = Duration::from_millis(400);

/// How often processes are looked for that were born since the others were interrupted.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(10);

/// How often a cancelled run is noticed.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// A step that is about to run.
pub(super) struct StepProcess<'a> {
    /// The program and its arguments.
    pub(super) words: &'a [OsString],
    /// Where it stops between its commands.
    pub(super) turnstile: Turnstile,
    /// How many commands it has.
    pub(super) commands: usize,
    /// The group that all its processes are in.
    pub(super) group: &'a ProcessGroup,
    /// Where it runs, if not on pipes.
    pub(super) terminal: Option<Terminal>,
    /// What is typed, line by line, whenever it waits.
    pub(super) stdin: Option<&'a str>,
    /// When its last command's stream has been followed long enough.
    pub(super) follow: Option<&'a Follow>,
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
    /// Runs it to its end; returns what came of each command that was begun.
    ///
    /// # Errors
    /// When it cannot be started or watched.
    pub(super) fn run(self) -> io::Result<Vec<Outcome>> {
        let command = duct::cmd(&self.words[0], &self.words[1..])
            .unchecked()
            // Ctrl-C at the terminal is for this program, which then stops the step.
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            });
        let (command, mut connection) =
            Connection::new(&command, self.terminal, self.stdin.is_some())?;
        let is_terminal = connection.is_terminal();
        let keyboard = connection.take_keyboard();
        let interrupt_key =
            keyboard.as_ref().filter(|_| is_terminal).map(File::try_clone).transpose()?;
        let typist = self
            .stdin
            .zip(keyboard)
            .map(|(text, keyboard)| Typist::new(text, keyboard, is_terminal));
        let begin = now();
        let handle = command.start()?;
        // The expression holds the other ends.
        drop(command);

        let start = Instant::now();
        let mut watched = Watched {
            process: open_pidfd(&handle)?,
            turnstile: self.turnstile,
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
            has_exited: false,
        };
        watched.watch_last_command();
        let stopped = watched.until_end(start + self.timeout, self.canceller)?;
        if let Some(reason) = stopped {
            watched.interrupt(self.group, reason, interrupt_key)?;
            self.group.kill(KILL_LIMIT);
            // What entered the engine for the step is not in its group, and stops with it when that
            // is stopped (SIGSTOP).
            handle.kill()?;
        }
        let status = handle.wait()?.status;
        watched.end_command(match stopped {
            Some(reason) => Ending::Stopped(reason),
            None => Ending::Exited(exit_status(status)),
        });
        watched.connection.let_go();
        Ok(watched.outcomes)
    }
}

fn open_pidfd(handle: &duct::Handle) -> io::Result<OwnedFd> {
    let pid = handle.pids().first().and_then(|&pid| Pid::from_raw(i32::try_from(pid).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the step's process has no PID"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// The status as bash gives it in `$?`: 128 + n after signal n.
fn exit_status(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

/// A step's process while it runs.
struct Watched<'a> {
    process: OwnedFd,
    turnstile: Turnstile,
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

    /// Lets the shell through the turnstile, if it stands there.
    fn pass_turnstile(&mut self) -> io::Result<()> {
        let Some(status) = self.turnstile.ended()? else { return Ok(()) };
        self.read_all_that_is_there()?;
        self.end_command(Ending::Exited(status));
        self.watch_last_command();
        self.turnstile.open()
    }

    /// Reads until the process has exited, which gives `None`, or there is a reason to stop it.
    fn until_end(
        &mut self,
        deadline: Instant,
        canceller: &Canceller,
    ) -> io::Result<Option<Reason>> {
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
            self.pass_turnstile()?;
            if self.has_exited {
                self.read_all_that_is_there()?;
                return Ok(None);
            }
            if self.watch.as_ref().is_some_and(Watch::is_satisfied) {
                return Ok(Some(Reason::Followed));
            }
            if canceller.is_cancelled() {
                return Ok(Some(Reason::Cancelled));
            }
            if Instant::now() >= deadline {
                return Ok(Some(Reason::TimedOut));
            }
            if let Some(typed) = self.typist.as_mut().and_then(Typist::type_when_due) {
                let at_ms = self.elapsed_ms();
                if self.connection.is_terminal() {
                    self.recorder.await_echo(Echo::of_line(&typed), at_ms);
                } else {
                    self.recorder.typed(&typed, at_ms);
                }
            }
        }
    }

    /// Does what Ctrl-C does, and waits for the process to exit.
    ///
    /// At a terminal, the key comes first: who has made it a key like others (`docker run -it`)
    /// hears of it only so, others get their signal from the terminal. Signals for all follow,
    /// which those who handled the first one well do not see any more.
    fn interrupt(
        &mut self,
        group: &ProcessGroup,
        reason: Reason,
        key: Option<File>,
    ) -> io::Result<()> {
        let end = Instant::now() + GRACE;
        let is_shown = reason == Reason::Followed;
        if let Some(mut key) = key {
            self.recorder.await_echo(Echo::of_interrupt(), self.elapsed_ms());
            // Who has filled the terminal's input without reading it gets the signals alone.
            let _ = key.write_all(b"\x03");
            self.for_a_while(GRACE / 2)?;
        } else if is_shown {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        let mut told = HashSet::new();
        while !self.has_exited && Instant::now() < end {
            group.interrupt(&mut told);
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
            PollFd::new(&self.process, PollFlags::IN),
            PollFd::from_borrowed_fd(self.turnstile.as_fd(), PollFlags::IN),
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
