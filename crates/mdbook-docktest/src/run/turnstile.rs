//! Two named pipes: on one, a shell reports that a command has ended; on the other, it gets what to do
//! next. See `between.bash`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::num::ParseIntError;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use rustix::io::ioctl_fionbio;

use super::lists::write_command;
use crate::extract::commands::Syntax;
use crate::model::recording::{Failure, Unwatched};

/// How many failures of a command are kept.
const MOST_FAILURES: usize = 10;

/// This program's ends of the pipes.
pub(super) struct Turnstile {
    done: File,
    go: File,
    /// Text that was read and not yet returned.
    received: String,
    /// Where the shell writes what has failed in its command. Each command has a file of its own: a process in the
    /// background can be late.
    failures: Option<PathBuf>,
    directory: PathBuf,
}

impl Turnstile {
    /// Creates new pipes: those of a shell that was killed can contain unread text.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        let (done, go) = (pipe(&directory.join("done"))?, pipe(&directory.join("go"))?);
        let (received, directory) = (String::new(), directory.to_owned());
        Ok(Self { done, go, received, failures: None, directory })
    }

    /// The descriptor that is readable when the shell has sent a message.
    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.done.as_fd()
    }

    /// The shell's next message; `None` if there is none yet.
    pub(super) fn receive(&mut self) -> io::Result<Option<Message>> {
        if !self.received.contains('\n') {
            let mut buffer = [0; 512];
            match self.done.read(&mut buffer) {
                Ok(length) => self.received.push_str(&String::from_utf8_lossy(&buffer[..length])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let Some(end) = self.received.find('\n') else { return Ok(None) };
        let line: String = self.received.drain(..=end).collect();
        let line = line.trim_end_matches('\n');
        let message = match line.split_once(' ').unwrap_or((line, "")) {
            ("saved", _) => Message::StateSaved,
            ("opened", _) => Message::InputOpened,
            ("watched", file) => {
                self.failures = Some(self.directory.join(file));
                return self.receive();
            }
            ("unwatched", why) => Message::Unwatched(unwatched(why).map_err(io::Error::other)?),
            ("traced", sign) => Message::Traced(sign.chars().next()),
            ("ended", numbers) => {
                let ended = Ended::parse(numbers).map_err(io::Error::other)?;
                Message::CommandEnded(Ended { failures: self.take_failures()?, ..ended })
            }
            _ => return Err(io::Error::other(format!("unexpected message from bash: {line}"))),
        };
        Ok(Some(message))
    }

    /// Takes what has failed in the last command, and how many times.
    pub(super) fn take_failures(&mut self) -> io::Result<Vec<(Failure, usize)>> {
        let Some(file) = self.failures.take() else { return Ok(Vec::new()) };
        // The author's commands need not be UTF-8.
        match fs::read(&file) {
            Ok(text) => {
                fs::remove_file(&file)?;
                Ok(parse_failures(&String::from_utf8_lossy(&text)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the text of a command that the shell has not run yet.
    pub(super) fn replace_command(&self, command: usize, text: &str) -> io::Result<()> {
        write_command(&self.directory, command, &Syntax::of(text))
    }

    /// Sends instructions to the shell, one per line.
    pub(super) fn send(&mut self, lines: &[&str]) -> io::Result<()> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.go.write_all(text.as_bytes())
    }
}

/// How a command has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ended {
    /// `$?`
    pub(super) status: i32,
    /// PIPESTATUS: the statuses of the last pipeline's parts.
    pub(super) parts: Vec<i32>,
    /// What has failed in it.
    pub(super) failures: Vec<(Failure, usize)>,
}

impl Ended {
    /// Reads `STATUS PART…`.
    fn parse(numbers: &str) -> Result<Self, ParseIntError> {
        let mut numbers = numbers.split_whitespace().map(str::parse);
        let status = numbers.next().unwrap_or_else(|| "".parse())?;
        let parts = numbers.collect::<Result<_, _>>()?;
        Ok(Self { status, parts, failures: Vec::new() })
    }
}

/// Reads the failures that `watch.bash` writes. Of a loop, there can be the same one many times.
fn parse_failures(text: &str) -> Vec<(Failure, usize)> {
    let mut failures: Vec<(Failure, usize)> = Vec::new();
    for record in text.split_terminator('\0') {
        let mut lines = record.splitn(3, '\n');
        let mut next = || lines.next().unwrap_or_default();
        let (statuses, functions, command) = (next(), next(), next());
        let statuses: Vec<i32> =
            statuses.split_whitespace().filter_map(|status| status.parse().ok()).collect();
        let command = command.to_owned();
        let failure = Failure { command, statuses, in_function: !functions.trim().is_empty() };
        if let Some((_, count)) = failures.iter_mut().find(|(known, _)| *known == failure) {
            *count += 1;
        } else if failures.len() < MOST_FAILURES {
            failures.push((failure, 1));
        }
    }
    failures
}

/// Reads why a command is not watched.
fn unwatched(word: &str) -> Result<Unwatched, String> {
    match word {
        "own" => Ok(Unwatched::OwnMatters),
        "traps" => Ok(Unwatched::Traps),
        "builtins" => Ok(Unwatched::Builtins),
        _ => Err(format!("unexpected word from bash: {word}")),
    }
}

/// A message of a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// It has opened its input, and continues.
    InputOpened,
    /// Its command has shown or will show what it runs (`set -x`), in lines that begin with this sign.
    Traced(Option<char>),
    /// What its command consists of is not watched, or was not to its end.
    Unwatched(Unwatched),
    /// Its command has ended; it waits for instructions.
    CommandEnded(Ended),
    /// It has saved its state; it waits for instructions.
    StateSaved,
}

/// Creates a named pipe and opens it for both reading and writing: so neither side waits until the other
/// has opened it, and what is written before the other side reads is kept.
pub(super) fn pipe(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    ioctl_fionbio(&file, true)?;
    Ok(file)
}
