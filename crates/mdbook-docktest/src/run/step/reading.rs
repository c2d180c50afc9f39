//! Reading what a step prints.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Watched;

impl Watched<'_> {
    /// Reads until the process has exited or the time is over.
    pub(super) fn for_a_while(&mut self, time: Duration) -> io::Result<()> {
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
    pub(super) fn wait_and_read(&mut self, time: Duration) -> io::Result<()> {
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
    pub(super) fn read_all_that_is_there(&mut self) -> io::Result<()> {
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
