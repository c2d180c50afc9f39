//! `docker compose logs`

use std::ffi::OsStr;

use crate::cancel::Canceller;
use crate::command::{Builder, DockerCommand};
use crate::define::command;
use crate::error::Error;
use crate::output::Output;
use crate::process::Source;
use crate::stream::Stream;

command! {
    /// `docker compose logs`. [`call`](crate::DockerCommand::call) returns the output of all
    /// services as one text; [`lines`](Self::lines) says which container each line is from.
    Logs = "compose" "logs" => Output, Ok, origin: Logs;
    /// Continues until the containers end.
    follow: switch "--follow";
    /// Prints only this many lines at the end of each container's output, or `all`.
    tail: value "--tail";
    /// Starts at this time: RFC 3339, a UNIX time, or a duration before now (`10m`).
    since: value "--since";
    /// Stops at this time, in the same formats.
    until: value "--until";
    /// Puts the time in front of each line (RFC 3339, with nanoseconds).
    timestamps: switch "--timestamps";
}

impl Logs {
    /// Adds an argument `SERVICE`: only the output of these; can be repeated.
    pub fn service(mut self, service: impl AsRef<OsStr>) -> Self {
        self.0.positional(service);
        self
    }

    /// Returns the lines as they arrive, each with its container, in no other colours than those of the
    /// program that printed it.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. How it fails later is the last item.
    pub fn lines(mut self) -> Result<LogLines, Error> {
        let flags = self.invocation_mut();
        // The last one counts.
        flags.flag("--no-log-prefix=false");
        // Else `compose --ansi=always` and COMPOSE_ANSI colour the container's name.
        flags.flag("--no-color=true");
        Ok(LogLines(self.stream()?))
    }
}

/// The output of services while they run; returned by [`Logs::lines`]. Dropping it ends docker.
#[derive(Debug)]
pub struct LogLines(Stream);

impl LogLines {
    /// Returns what stops this stream from any thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.0.canceller()
    }
}

impl Iterator for LogLines {
    type Item = Result<LogLine, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.0.next()? {
                // Messages of compose itself become the error at the end.
                Ok(line) if line.source == Source::Stderr => {}
                Ok(line) => return Some(Ok(LogLine::parse(&line.text()))),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A line of a service's output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The container without the name of its project: `web-1`. Empty if compose printed the line
    /// itself.
    pub container: String,
    /// What the program printed.
    pub text: String,
}

impl LogLine {
    /// Parses `web-1  | text`: compose aligns the bars. It also clears the terminal's line first,
    /// even if there is none (compose 2.26).
    fn parse(line: &str) -> Self {
        let line = line.trim_start_matches(['\r', '\u{1b}']);
        let line = line.strip_prefix("[2K").unwrap_or(line);
        let (container, text) = line
            .split_once(" | ")
            .or_else(|| {
                // Of an empty line.
                line.strip_suffix(" |").map(|container| (container, ""))
            })
            .unwrap_or(("", line));
        Self { container: container.trim().to_owned(), text: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_container() {
        for (line, container, text) in [
            ("web-1  | ready", "web-1", "ready"),
            ("\u{1b}[2Kweb-1  |  a | b", "web-1", " a | b"),
            ("db-10  | ", "db-10", ""),
            ("db-10  |", "db-10", ""),
            ("no such service", "", "no such service"),
        ] {
            let expected = LogLine { container: container.to_owned(), text: text.to_owned() };
            assert_eq!(LogLine::parse(line), expected, "{line:?}");
        }
    }
}
