//! Why a container is not ready.

use std::fmt;
use std::time::Duration;

use crate::error::Error;

/// Why a container is not ready; see [`WaitUntil`](crate::container::WaitUntil).
///
/// It is displayed on one line; `{:#}` adds the last lines that the container has printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotReady {
    /// The container, as it was named.
    pub container: String,
    /// What was waited for: `a line with \`ready\``.
    pub awaited: String,
    /// The limit that has passed; `None` if it was clear before that it would not become ready.
    pub limit: Option<Duration>,
    /// The exit status of its program, if it has ended.
    pub exit_code: Option<i64>,
    /// What was found instead: `the last one exited with 1: connection refused`. Empty if there are
    /// only [`lines`](Self::lines).
    pub found: String,
    /// The last lines that it has printed, on standard output and error.
    pub lines: Vec<String>,
}

impl NotReady {
    pub(crate) fn new(container: String, awaited: &str, lines: Vec<String>) -> Self {
        let awaited = awaited.to_owned();
        Self { container, awaited, limit: None, exit_code: None, found: String::new(), lines }
    }

    pub(crate) fn because(self, found: String) -> Self {
        Self { found, ..self }
    }

    pub(crate) fn after(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Its program has ended with this status, for a reason that can be empty.
    pub(crate) fn ended(self, exit_code: i64, reason: String) -> Self {
        Self { exit_code: Some(exit_code), found: reason, ..self }
    }
}

impl From<NotReady> for Error {
    fn from(reason: NotReady) -> Self {
        Self::NotReady(Box::new(reason))
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { container, awaited, limit, exit_code, found, lines } = self;
        write!(f, "container `{container}` ")?;
        match (exit_code, limit) {
            (Some(code), _) => write!(f, "ended with exit status {code}")?,
            (None, Some(limit)) => write!(f, "is not ready after {limit:?}")?,
            (None, None) => write!(f, "cannot become ready")?,
        }
        write!(f, ": waited for {awaited}, but ")?;
        match (found.as_str(), lines.last()) {
            ("", None) => write!(f, "it printed nothing")?,
            ("", Some(last)) => write!(f, "its last line was `{}`", last.trim_end())?,
            (found, _) => write!(f, "{}", found.lines().next().unwrap_or_default())?,
        }
        if f.alternate() {
            let more = found.lines().skip(1).chain(lines.iter().map(String::as_str));
            for line in more {
                write!(f, "\n  {line}")?;
            }
        }
        Ok(())
    }
}
