//! The standard input of a command.

use std::fmt;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
use rustix::{
    fs::{MemfdFlags, memfd_create},
    io::Errno,
};

use crate::error::Error;
use crate::feed::{Feed, Feeding};

/// The standard input of a command; empty by default.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Stdin {
    /// No input: the command reads end-of-file.
    #[default]
    Null,
    /// The content of a file, which is opened when the command starts.
    File(PathBuf),
    /// These bytes. They stay in memory and are never written to a disk, except where the system
    /// has no anonymous memory files (`memfd_create`).
    Bytes(Vec<u8>),
    /// An open file, such as the reading end of a [`pipe`](Self::pipe). Commands that share it read
    /// from the same place in it.
    Open(Arc<File>),
    /// What a reader returns; see [`from_reader`](Self::from_reader).
    Reader(Feed),
}

impl Stdin {
    /// Returns a standard input that reads what this process writes while the command runs, and the
    /// writer. Drop the writer to end the input.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), docker_cli::Error> {
    /// use std::io::Write;
    /// use docker_cli::{Docker, DockerCommand, Stdin};
    ///
    /// let (stdin, mut input) = Stdin::pipe()?;
    /// let docker = Docker::new();
    /// let mut lines = docker.container().exec("db", ["psql", "shop"]).stdin(stdin).stream()?;
    /// writeln!(input, "select 1;").expect("psql runs");
    /// println!("{}", lines.next().expect("psql answers")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A pipe holds 64 KiB on Linux. A write blocks while it is full, so write more than that from
    /// another thread than the one that reads the command's output.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system has no more files to open.
    pub fn pipe() -> Result<(Self, PipeWriter), Error> {
        let (reader, writer) = io::pipe().map_err(Error::io("create a pipe"))?;
        Ok((reader.into(), writer))
    }

    /// Returns a standard input that reads what `reader` returns: an archive of any size, which is
    /// never in memory as a whole. Only the first command that is started with it can read it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), docker_cli::Error> {
    /// use docker_cli::{Docker, DockerCommand, Stdin};
    ///
    /// let docker = Docker::new();
    /// let archive = docker.container().copy_out("old", "/data").reader()?;
    /// docker.container().copy_in(Stdin::from_reader(archive), "new", "/").call()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A thread copies the content. If the reader fails, the command is killed, so that it does not
    /// take the beginning for the whole, and ends with [`Error::Io`]. If the command ends first, the
    /// reader is dropped once a read has returned; nothing waits for that. Files and pipes need no
    /// thread: pass them as they are.
    #[must_use]
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self::Reader(Feed::new(reader))
    }

    /// The file to start the command with, `None` for no input, and what to do then.
    ///
    /// Bytes are passed in an anonymous file: unlike a pipe it needs no thread that writes, cannot
    /// break, and cannot be held open by a process that outlives the command.
    pub(crate) fn open(&self) -> Result<(Option<File>, Option<Feeding>), Error> {
        let file = match self {
            Self::Reader(feed) => {
                let (pipe, writer) = io::pipe().map_err(Error::io("create a pipe"))?;
                let feeding = feed.clone().into_pipe(writer)?;
                return Ok((Some(OwnedFd::from(pipe).into()), Some(feeding)));
            }
            Self::Null => return Ok((None, None)),
            Self::File(path) => File::open(path)
                .map_err(Error::io(format!("open standard input {}", path.display()))),
            Self::Bytes(bytes) => {
                let write = || {
                    let mut file = anonymous_file()?;
                    file.write_all(bytes)?;
                    file.rewind()?;
                    Ok(file)
                };
                write().map_err(Error::io("prepare standard input"))
            }
            Self::Open(file) => file.try_clone().map_err(Error::io("duplicate standard input")),
        };
        Ok((Some(file?), None))
    }
}

/// A file in memory: input may be a password, which must not be left on a disk.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn anonymous_file() -> io::Result<File> {
    match memfd_create("docker-cli standard input", MemfdFlags::CLOEXEC) {
        Ok(file) => Ok(file.into()),
        // Before Linux 3.17, and under sandboxes that do not know it.
        Err(Errno::NOSYS) => tempfile::tempfile(),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn anonymous_file() -> io::Result<File> {
    tempfile::tempfile()
}

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            // They may be a password.
            Self::Bytes(bytes) => write!(f, "Bytes([redacted]; {})", bytes.len()),
            Self::Open(file) => f.debug_tuple("Open").field(file).finish(),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

impl From<Vec<u8>> for Stdin {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Stdin {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Stdin {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<File> for Stdin {
    fn from(file: File) -> Self {
        Self::Open(Arc::new(file))
    }
}

impl From<PipeReader> for Stdin {
    fn from(pipe: PipeReader) -> Self {
        File::from(OwnedFd::from(pipe)).into()
    }
}

impl From<PathBuf> for Stdin {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for Stdin {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Stdin {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_pipe_is_read_until_its_writer_ends() {
        let (stdin, mut writer) = Stdin::pipe().unwrap();
        let mut file = stdin.open().unwrap().0.unwrap();
        drop(stdin);
        let mut read = [0; 3];
        for text in [b"one", b"two"] {
            writer.write_all(text).unwrap();
            file.read_exact(&mut read).unwrap();
            assert_eq!(&read, text);
        }
        drop(writer);
        assert_eq!(file.read(&mut read).unwrap(), 0);
    }
}
