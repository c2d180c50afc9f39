//! Stopping a step.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use docker_sandbox::processes;

use super::{Ending, Reason, Watched};
use crate::run::echo::Echo;

/// How long a step that was interrupted may go on before it is killed, and how long that may take:
/// together within the second that stopping a step may last.
const GRACE: Duration = Duration::from_millis(500);
const KILL_LIMIT: Duration = Duration::from_millis(400);

/// How long one that says nothing any more may go on: who heeds an interruption at all does so at
/// once, or says what it is doing.
const QUIET: Duration = Duration::from_millis(40);

/// How often processes are looked for that were born since the others were interrupted.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(10);

impl Watched<'_> {
    /// Interrupts it, then kills what is left of it.
    pub(super) fn stop(&mut self, reason: Reason, key: Option<File>) -> io::Result<()> {
        self.interrupt(reason, key)?;
        self.bash.group.kill(KILL_LIMIT);
        self.end_command(Ending::Stopped(reason));
        Ok(())
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
            processes::interrupt(&self.bash.group.members(), &mut told);
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
}
