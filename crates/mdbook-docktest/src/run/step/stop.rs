//! Stopping a step.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use docker_sandbox::{ProcessStat, processes};
use rustix::process::Pid;

use super::{Ending, Lost, Reason, RunningStep};
use crate::run::echo::Echo;

/// How long a step may go on after it was interrupted, and how long killing it may take. Together they
/// stay below one second. Tests on a busy machine are about what happens, not about how long it takes.
const GRACE: Duration = Duration::from_millis(if cfg!(test) { 20_000 } else { 500 });
const KILL_LIMIT: Duration = Duration::from_millis(400);

/// How often processes are interrupted that were forked since the last time.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(10);

/// At how many of these looks in a row an interrupted step may print nothing while all of its processes wait: a
/// program that handles the interruption exits at once, or prints what it is doing. One that only waits for a
/// processor is handling it.
const QUIET_LOOKS: u32 = 4;

impl RunningStep<'_> {
    /// Interrupts the step, then kills the processes that are left.
    pub(super) fn stop(&mut self, reason: Reason) -> io::Result<()> {
        if reason == Reason::Unanswered {
            // The question is what it has printed last, whatever it does when it is interrupted.
            self.end_command(Ending::Stopped(reason), Lost::default());
        }
        self.interrupt(reason)?;
        self.program.bash.group.kill(KILL_LIMIT);
        if reason != Reason::Unanswered {
            self.end_command(Ending::Stopped(reason), Lost::default());
        }
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
            let mut quiet = 0;
            while self.may_be_ending(quiet, end - GRACE / 2) {
                self.read_and_look(&mut quiet)?;
            }
        } else if is_recorded {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        let mut interrupted = HashSet::new();
        let mut quiet = 0;
        while self.may_be_ending(quiet, end) {
            processes::interrupt(&self.program.bash.group.members(), &mut interrupted);
            self.read_and_look(&mut quiet)?;
        }
        if self.program.connection.is_terminal() {
            self.drain_outputs()?;
        }
        if is_recorded && self.recorder.awaits_echo() {
            self.recorder.typed("^C", self.elapsed_ms());
        }
        Ok(())
    }

    /// Whether a step that was interrupted may still exit by itself before `end`. `quiet` is at how many looks in
    /// a row it has been quiet.
    fn may_be_ending(&self, quiet: u32, end: Instant) -> bool {
        !self.has_exited && Instant::now() < end && quiet < QUIET_LOOKS
    }

    /// Reads for a while, then looks whether the step is quiet.
    fn read_and_look(&mut self, quiet: &mut u32) -> io::Result<()> {
        let last_output = self.last_output;
        self.read_for(INTERRUPT_INTERVAL)?;
        let is_busy = |pid: &Pid| {
            let stat = u32::try_from(pid.as_raw_nonzero().get()).ok().and_then(ProcessStat::read);
            stat.is_some_and(|stat| matches!(stat.state, 'R' | 'D'))
        };
        let is_quiet = self.last_output == last_output
            && !self.program.bash.group.members().iter().any(is_busy);
        *quiet = if is_quiet { *quiet + 1 } else { 0 };
        Ok(())
    }
}
