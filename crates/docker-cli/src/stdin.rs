//! The standard input of a command.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where the standard input of a command comes from. Unless one is given, it is empty.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Stdin {
    /// Nothing: the command reads end-of-file at once.
    #[default]
    Null,
    /// The content of a file, opened when the command starts.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Stdin {
    /// The file to start the command with; `None` for no input.
    ///
    /// Bytes pass through an unnamed temporary file: unlike a pipe it needs no thread that writes,
    /// cannot break, and cannot be held open by a process that outlives the command.
    pub(crate) fn open(&self) -> Result<Option<File>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::File(path) => File::open(path)
                .map(Some)
                .map_err(Error::io(format!("open standard input {}", path.display()))),
            Self::Bytes(bytes) => {
                let write = || {
                    let mut file = tempfile::tempfile()?;
                    file.write_all(bytes)?;
                    file.rewind()?;
                    Ok(file)
                };
                write().map(Some).map_err(Error::io("write standard input to a temporary file"))
            }
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
