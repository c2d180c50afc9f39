//! What a step's process is connected with: two pipes, a third one for its input, or a terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::thread;

use docker_sandbox::Terminal;
use rustix::io::{Errno, ioctl_fionbio};

use super::turnstile::pipe;
use crate::model::stream::Stream;

/// Our ends.
pub(super) struct Connection {
    outputs: Vec<(Stream, Option<File>)>,
    keyboard: Option<File>,
    /// Keeps what is typed until the step has opened its input.
    input: Option<File>,
    /// The other ends of what the step opens by itself: while we hold them, there is an end to what
    /// can be read from ours only when the step has ended, even if it has not opened its pipes yet,
    /// or turns away from its terminal for a while.
    _other_ends: Vec<File>,
    is_terminal: bool,
}

impl Connection {
    /// Connects a command with a terminal.
    pub(super) fn with_terminal(
        command: &duct::Expression,
        Terminal { front, back }: Terminal,
    ) -> io::Result<(duct::Expression, Self)> {
        let command = command
            .stdin_file(back.try_clone()?)
            .stdout_file(back.try_clone()?)
            .stderr_file(back.try_clone()?);
        let keyboard = Some(front.try_clone()?);
        let outputs = vec![(Stream::Stdout, Some(front))];
        Ok((command, Self::new(outputs, keyboard, vec![back], true)?))
    }

    /// Makes pipes that a shell which already runs opens by their names: `stdout.NUMBER`,
    /// `stderr.NUMBER` and, if it is to have input, `stdin.NUMBER`.
    pub(super) fn with_pipes(directory: &Path, number: usize, has_input: bool) -> io::Result<Self> {
        let path = |name: &str| directory.join(format!("{name}.{number}"));
        let make = |name: &str| -> io::Result<_> {
            let other_end = pipe(&path(name))?;
            let end = OpenOptions::new().read(true).open(path(name))?;
            Ok((end, other_end))
        };
        let (stdout, stdout_end) = make("stdout")?;
        let (stderr, stderr_end) = make("stderr")?;
        let outputs = vec![(Stream::Stdout, Some(stdout)), (Stream::Stderr, Some(stderr))];
        let mut connection = Self::new(outputs, None, vec![stdout_end, stderr_end], false)?;
        if has_input {
            connection.input = Some(pipe(&path("stdin"))?);
            connection.keyboard = Some(OpenOptions::new().write(true).open(path("stdin"))?);
        }
        Ok(connection)
    }

    fn new(
        outputs: Vec<(Stream, Option<File>)>,
        keyboard: Option<File>,
        other_ends: Vec<File>,
        is_terminal: bool,
    ) -> io::Result<Self> {
        for output in outputs.iter().filter_map(|(_, output)| output.as_ref()) {
            ioctl_fionbio(output, true)?;
        }
        Ok(Self { outputs, keyboard, input: None, _other_ends: other_ends, is_terminal })
    }

    /// Whether it is a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// What input is written to; the second time, nothing.
    pub(super) fn take_keyboard(&mut self) -> Option<File> {
        self.keyboard.take()
    }

    /// Takes note that the step has opened its input: it is at its end when nobody types any more.
    pub(super) fn input_is_open(&mut self) {
        self.input = None;
    }

    /// The outputs that are not at their end.
    pub(super) fn open_outputs(&self) -> impl Iterator<Item = &File> {
        self.outputs.iter().filter_map(|(_, output)| output.as_ref())
    }

    /// How many outputs there are.
    pub(super) fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Reads from an output what is there, at most a buffer full. Gives nothing if nothing is there,
    /// and a count of 0 if that can change at once.
    pub(super) fn read(
        &mut self,
        output: usize,
        buffer: &mut [u8],
    ) -> io::Result<Option<(Stream, usize)>> {
        let (stream, file) = &mut self.outputs[output];
        let Some(reader) = file else { return Ok(None) };
        match reader.read(buffer) {
            Ok(0) => {
                *file = None;
                Ok(None)
            }
            Ok(count) => Ok(Some((*stream, count))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Some((*stream, 0))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            // How a terminal says that nobody has it any more.
            Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                *file = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Lets go of a step that has ended. Who is left in the background of a terminal was hung up
    /// with it. Pipes are emptied further: their writer would be killed by its next output if nobody
    /// could read it, and stand still if nobody did. This ends with the last writer, with the engine
    /// at the latest.
    pub(super) fn let_go(self) {
        if self.is_terminal() {
            return;
        }
        for mut pipe in self.outputs.into_iter().filter_map(|(_, pipe)| pipe) {
            thread::spawn(move || {
                // A pipe that cannot be read has nobody to wait for.
                let _ = ioctl_fionbio(&pipe, false).map(|()| io::copy(&mut pipe, &mut io::sink()));
            });
        }
    }
}
