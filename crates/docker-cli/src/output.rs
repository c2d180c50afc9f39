//! What a finished command printed, and the command line that it was.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitStatus;

/// A command line, word by word; displayed quoted, so that it can be pasted into a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine(Vec<OsString>);

impl CommandLine {
    pub(crate) fn new(words: Vec<OsString>) -> Self {
        Self(words)
    }

    /// The words, the program first.
    #[must_use]
    pub fn words(&self) -> &[OsString] {
        &self.0
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&quoted(word))?;
        }
        Ok(())
    }
}

fn quoted(word: &OsStr) -> Cow<'_, str> {
    match shlex::bytes::try_quote(word.as_bytes()) {
        Ok(Cow::Borrowed(bytes)) => String::from_utf8_lossy(bytes),
        Ok(Cow::Owned(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
        // A NUL byte cannot be quoted, nor can a program be started with it.
        Err(_) => word.to_string_lossy(),
    }
}

/// What a command that ended by itself printed, whatever its status.
///
/// Docker does not keep the order between the two streams of a container that has no terminal, so
/// they are kept apart. To get them in order, redirect inside the container (`2>&1`).
#[derive(Clone)]
pub struct Output {
    /// What was run.
    pub command: CommandLine,
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Its standard error, byte for byte.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Standard error as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("command", &self.command.to_string())
            .field("status", &self.status)
            .field("stdout", &self.stdout_text())
            .field("stderr", &self.stderr_text())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        let words = ["docker", "run", "alpine", "echo", "it's fine", ""];
        let line = CommandLine::new(words.iter().map(OsString::from).collect()).to_string();
        assert_eq!(line, r#"docker run alpine echo "it's fine" ''"#);
        assert_eq!(shlex::split(&line).unwrap(), words);
    }
}
