//! Pseudo-terminals: a pair of files. A program uses one of them as its terminal; the other gives
//! what a person would see, and takes what a person would type.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::unlockpt;
use rustix::termios::{Winsize, tcsetwinsize};

use crate::system;

/// A pseudo-terminal.
#[derive(Debug)]
pub struct Terminal {
    /// Screen and keyboard. Reading fails with `EIO` once no program has the terminal open; when this
    /// is closed, programs that have the terminal open get SIGHUP.
    pub front: File,
    /// The terminal: the programs' standard input, output and error.
    pub back: File,
}

impl Terminal {
    /// Creates a terminal in the file system of `multiplexer`. It does not become the controlling
    /// terminal of this process.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn new(multiplexer: &Path, columns: u16, rows: u16) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let front = open(multiplexer, flags, Mode::empty())?;
        unlockpt(&front)?;
        let back = system::open_terminal(front.as_fd())?;
        tcsetwinsize(&back, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
        Ok(Self { front: front.into(), back: back.into() })
    }
}

/// The controlling terminal of a process and its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// None, not even the caller's.
    WithoutTerminal,
    /// The terminal on standard input: the process gets the signals of its keys (Ctrl-C), and can
    /// open it as `/dev/tty`.
    AtTerminal,
}

impl Session {
    /// The words to put in front of a command to start it in such a session.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let option = (self == Self::AtTerminal).then_some("--ctty");
        ["setsid"].into_iter().chain(option)
    }
}
