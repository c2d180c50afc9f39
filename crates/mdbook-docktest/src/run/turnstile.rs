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
    /// What was heard and not yet taken.
    said: String,
}

impl Turnstile {
    /// Makes new pipes: in those of a shell that was killed there can be something left.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        let (done, go) = (pipe(&directory.join("done"))?, pipe(&directory.join("go"))?);
        Ok(Self { done, go, said: String::new() })
    }

    /// What is readable when the shell says something.
    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.done.as_fd()
    }

    /// What the shell says, if it says something: one word after the other.
    pub(super) fn heard(&mut self) -> io::Result<Option<Word>> {
        if self.said.is_empty() {
            let mut words = [0; 64];
            match self.done.read(&mut words) {
                // They are far below what a pipe takes in one piece.
                Ok(length) => self.said.push_str(&String::from_utf8_lossy(&words[..length])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let Some(end) = self.said.find('\n') else { return Ok(None) };
        let line: String = self.said.drain(..=end).collect();
        match line.trim() {
            "saved" => Ok(Some(Word::Saved)),
            "opened" => Ok(Some(Word::Opened)),
            status => {
                status.parse().map(|status| Some(Word::Ended(status))).map_err(io::Error::other)
            }
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
    /// It has opened its input, and goes on.
    Opened,
    /// Its command has ended with this status; it waits to be told.
    Ended(i32),
    /// It has written down its state; it waits to be told.
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
