//! Two named pipes through which a step's shell says that a command has ended, and hears that it
//! may go on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::io::ioctl_fionbio;

/// This program's side of the pipes.
pub(super) struct Turnstile {
    done: File,
    go: File,
}

impl Turnstile {
    /// Makes new pipes: in those of a step that was killed there can be something left.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        Ok(Self { done: pipe(&directory.join("done"))?, go: pipe(&directory.join("go"))? })
    }

    /// What is readable when a command has ended.
    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.done.as_fd()
    }

    /// The status of the command that has ended, if one has. The shell then waits for
    /// [`Self::open`].
    pub(super) fn ended(&mut self) -> io::Result<Option<i32>> {
        let mut line = [0; 16];
        match self.done.read(&mut line) {
            // It is far below what a pipe takes in one piece.
            Ok(length) => {
                let status = String::from_utf8_lossy(&line[..length]);
                status.trim().parse().map(Some).map_err(io::Error::other)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets the shell go on.
    pub(super) fn open(&mut self) -> io::Result<()> {
        self.go.write_all(b"\n")
    }
}

/// Makes a named pipe and opens both of its ends: so neither side waits for the other to open it,
/// and nothing is lost that is written before the other side reads.
fn pipe(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    ioctl_fionbio(&file, true)?;
    Ok(file)
}
