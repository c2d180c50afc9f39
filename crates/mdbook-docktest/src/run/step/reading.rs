//! Reading the output of a step.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::RunningStep;

impl RunningStep<'_> {
    /// Reads until the shell has exited, but not longer than `time`.
    pub(super) fn read_for(&mut self, time: Duration) -> io::Result<()> {
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

    /// Waits for output, a message of the shell or its exit, but not longer than `time`; then reads the
    /// output once.
    pub(super) fn wait_and_read(&mut self, time: Duration) -> io::Result<()> {
        let mut events = vec![
            PollFd::new(&self.program.bash.process, PollFlags::IN),
            PollFd::from_borrowed_fd(self.program.bash.turnstile.as_fd(), PollFlags::IN),
        ];
        let open = self.program.connection.open_outputs();
        events.extend(open.map(|output| PollFd::new(output, PollFlags::IN)));
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut events, Some(&time)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Before reading: so what the shell printed before it exited is read below.
        self.has_exited = !events[0].revents().is_empty();
        drop(events);
        self.read_outputs()?;
        Ok(())
    }

    /// Reads the rest of a command's output, which is in the pipes or the terminal when the command has
    /// ended. A program can change the capacity of a pipe, so this reads until nothing is left, but not
    /// without limit: a process in the background may go on printing.
    pub(super) fn drain_outputs(&mut self) -> io::Result<()> {
        const LIMIT: usize = 256;
        let mut reads = 0;
        while reads < LIMIT && self.read_outputs()? {
            reads += 1;
        }
        Ok(())
    }

    /// Reads once from each output. Returns whether there was anything to read.
    fn read_outputs(&mut self) -> io::Result<bool> {
        let mut any = false;
        for index in 0..self.program.connection.outputs() {
            any |= self.read_output(index)?;
        }
        Ok(any)
    }

    /// Reads once, at most the usual capacity of a pipe: a pipe that is filled as fast as it is emptied
    /// must not delay the checks of time limits.
    fn read_output(&mut self, index: usize) -> io::Result<bool> {
        let mut buffer = [0; 64 * 1024];
        let at_ms = self.elapsed_ms();
        let Some((stream, count)) = self.program.connection.read(index, &mut buffer)? else {
            return Ok(false);
        };
        self.last_output = Instant::now();
        let text = self.recorder.output(stream, &buffer[..count], at_ms);
        if let Some(watch) = &mut self.watch {
            watch.observe(stream, &text);
        }
        if let Some(typist) = &mut self.program.typist {
            typist.observe(&text);
        }
        Ok(true)
    }
}
