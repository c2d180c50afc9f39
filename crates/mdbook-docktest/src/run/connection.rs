//! The input and output of a step: two pipes, a third one for its input, or a terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::thread;

use docker_sandbox::Terminal;
use docker_sandbox::input::Input;
use rustix::io::{Errno, ioctl_fionbio};

use super::turnstile::pipe;
use crate::model::stream::Stream;

/// This program's ends.
pub(super) struct Connection {
    outputs: Vec<(Stream, Option<File>)>,
    keyboard: Option<File>,
    /// Keeps what is typed in the pipe until the step has opened its input.
    input: Option<File>,
    /// The other ends. While they are open, reading does not meet an end of file, even if the step has not
    /// opened its pipes yet, or has closed its terminal for a while.
    other_ends: Vec<File>,
    is_terminal: bool,
}

impl Connection {
    /// Connects a command to a terminal.
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

    /// Creates pipes that a running shell opens by their names: `stdout.NUMBER`, `stderr.NUMBER` and, for a
    /// step with input, `stdin.NUMBER`.
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
        Ok(Self { outputs, keyboard, input: None, other_ends, is_terminal })
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Returns the file to which input is written; `None` if there is none, or if it was taken before.
    pub(super) fn take_keyboard(&mut self) -> Option<File> {
        self.keyboard.take()
    }

    /// What the step reads its input from; `None` without input.
    pub(super) fn step_input(&self) -> io::Result<Option<Input>> {
        let file = if self.is_terminal { self.other_ends.first() } else { self.keyboard.as_ref() };
        file.map(Input::new).transpose()
    }

    /// Call this when the step has opened its input: from then on its input ends when the keyboard is
    /// closed.
    pub(super) fn set_input_opened(&mut self) {
        self.input = None;
    }

    /// The outputs that have not ended.
    pub(super) fn open_outputs(&self) -> impl Iterator<Item = &File> {
        self.outputs.iter().filter_map(|(_, output)| output.as_ref())
    }

    /// The number of outputs.
    pub(super) fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Reads once from an output, without blocking. Returns the stream and the number of bytes, which is 0
    /// if the call was interrupted; `None` if there is nothing to read.
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
            // No program has the terminal open any more.
            Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                *file = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Releases the connection of a step that has ended. A terminal is closed, which sends SIGHUP to the
    /// processes in its background. Pipes are read on: otherwise a process in the background would be
    /// killed when it prints, or would block. This ends with the last writer, at the latest with the
    /// engine.
    pub(super) fn release(self) {
        if self.is_terminal() {
            return;
        }
        for mut pipe in self.outputs.into_iter().filter_map(|(_, pipe)| pipe) {
            thread::spawn(move || {
                // If a pipe cannot be read, no writer can be helped.
                let _ = ioctl_fionbio(&pipe, false).map(|()| io::copy(&mut pipe, &mut io::sink()));
            });
        }
    }
}
