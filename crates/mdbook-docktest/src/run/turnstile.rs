//! Two named pipes through which a shell says that a command has ended, and hears what to do next:
//! see `between.bash`.

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
    /// Makes new pipes: in those of a shell that was killed there can be something left.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        Ok(Self { done: pipe(&directory.join("done"))?, go: pipe(&directory.join("go"))? })
    }

    /// What is readable when the shell says something.
    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.done.as_fd()
    }

    /// What the shell says, if it says something. It then waits to be told.
    pub(super) fn heard(&mut self) -> io::Result<Option<Word>> {
        let mut line = [0; 16];
        match self.done.read(&mut line) {
            // It is far below what a pipe takes in one piece.
            Ok(length) => match String::from_utf8_lossy(&line[..length]).trim() {
                "saved" => Ok(Some(Word::Saved)),
                status => {
                    status.parse().map(|status| Some(Word::Ended(status))).map_err(io::Error::other)
                }
            },
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells the shell what to do, a line each.
    pub(super) fn tell(&mut self, lines: &[&str]) -> io::Result<()> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.go.write_all(text.as_bytes())
    }
}

/// What a shell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Its command has ended with this status.
    Ended(i32),
    /// It has written down its state.
    Saved,
}

/// Makes a named pipe and opens both of its ends: so neither side waits for the other to open it,
/// and nothing is lost that is written before the other side reads.
pub(super) fn pipe(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    ioctl_fionbio(&file, true)?;
    Ok(file)
}
