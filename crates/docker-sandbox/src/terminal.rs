//! Pseudo-terminals: a pair of files, of which the one is what a program takes for a terminal, and
//! the other is what a person would see and type.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A pseudo-terminal.
#[derive(Debug)]
pub struct Terminal {
    /// Screen and keyboard. Reading fails with `EIO` when no program has the terminal any more;
    /// when this is closed, programs that still have it are hung up.
    pub front: File,
    /// Standard input, output and error of the programs.
    pub back: File,
}

impl Terminal {
    /// A terminal of the file system that `multiplexer` is in. It does not become this process's
    /// own.
    pub(crate) fn new(multiplexer: &Path, columns: u16, rows: u16) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let front = open(multiplexer, flags, Mode::empty())?;
        unlockpt(&front)?;
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let back = ioctl_tiocgptpeer(&front, flags)?;
        tcsetwinsize(&back, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
        Ok(Self { front: front.into(), back: back.into() })
    }
}

/// The terminal that a process and its children belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// None; not the caller's either.
    WithoutTerminal,
    /// That on its standard input: it gets the signals for what is typed there (Ctrl-C), and has
    /// it as `/dev/tty`.
    AtTerminal,
}

impl Session {
    /// The words that start a command so.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let option = (self == Self::AtTerminal).then_some("--ctty");
        ["setsid"].into_iter().chain(option)
    }
}
