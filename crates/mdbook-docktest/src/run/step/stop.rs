//! Stopping a step.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use docker_sandbox::processes;

use super::{Ending, Lost, Reason, RunningStep};
use crate::run::echo::Echo;

/// How long a step may go on after it was interrupted, and how long killing it may take. Together they
/// stay below one second.
const GRACE: Duration = Duration::from_millis(500);
const KILL_LIMIT: Duration = Duration::from_millis(400);

/// How long an interrupted step may go on without output: a program that handles the interruption exits
/// at once, or prints what it is doing.
const QUIET: Duration = Duration::from_millis(40);

/// How often processes are interrupted that were forked since the last time.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(10);

impl RunningStep<'_> {
    /// Interrupts the step, then kills the processes that are left.
    pub(super) fn stop(&mut self, reason: Reason) -> io::Result<()> {
        self.interrupt(reason)?;
        self.program.bash.group.kill(KILL_LIMIT);
        self.end_command(Ending::Stopped(reason), Lost::default());
        Ok(())
    }

    /// Interrupts the step as Ctrl-C does, and gives it time to exit.
    ///
    /// At a terminal, the key comes first: a program that reads it as an ordinary key (`docker run -it`)
    /// gets it only in this way, and others get the signal from the terminal. Then all processes that
    /// are left get the signal.
    fn interrupt(&mut self, reason: Reason) -> io::Result<()> {
        let end = Instant::now() + GRACE;
        let is_recorded = reason == Reason::Followed;
        if let Some(mut key) = self.program.interrupt_key.take() {
            self.recorder.await_echo(Echo::for_interrupt(), self.elapsed_ms());
            // Fails if the terminal's input is full. Then the processes get only the signal.
            let _ = key.write_all(b"\x03");
            let pressed = Instant::now();
            while self.may_be_ending(pressed, end - GRACE / 2) {
                self.read_for(INTERRUPT_INTERVAL)?;
            }
        } else if is_recorded {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        let mut interrupted = HashSet::new();
        let interrupted_at = Instant::now();
        while self.may_be_ending(interrupted_at, end) {
            processes::interrupt(&self.program.bash.group.members(), &mut interrupted);
            self.read_for(INTERRUPT_INTERVAL)?;
        }
        if self.program.connection.is_terminal() {
            self.drain_outputs()?;
        }
        if is_recorded && self.recorder.awaits_echo() {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        Ok(())
    }

    /// Whether a step that was interrupted at `since` may still exit by itself before `end`.
    fn may_be_ending(&self, since: Instant, end: Instant) -> bool {
        let last_activity = self.last_output.max(since);
        !self.has_exited && Instant::now() < end && last_activity.elapsed() < QUIET
    }
}
