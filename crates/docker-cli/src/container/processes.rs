//! `docker container top`, `port`, `diff` and `wait`

use crate::define::command;
use crate::error::Error;
use crate::output::Output;
use crate::port::Publication;
use crate::read;

command! {
    /// `docker container top`
    Top = "container" "top" => Processes, processes;
}

impl Top {
    /// Sets the arguments of `ps` instead of `-ef`. `ps` runs on the daemon's machine.
    pub fn ps<I>(self, arguments: I) -> Self
    where
        I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
    {
        self.with_program(arguments)
    }
}

/// The processes of a container, as `ps` shows them on the daemon's machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Processes {
    /// The titles of the columns: `PID`, `CMD`, …
    pub titles: Vec<String>,
    /// A row for each process, with a cell for each title.
    pub rows: Vec<Vec<String>>,
}

impl Processes {
    /// The cells below a title, in the order of the rows; empty if there is no such title.
    pub fn column<'a>(&'a self, title: &str) -> impl Iterator<Item = &'a str> {
        let index = self.titles.iter().position(|other| other == title);
        let cells = move |row: &'a Vec<String>| row.get(index?).map(String::as_str);
        self.rows.iter().filter_map(cells)
    }
}

/// Parses a table. Only its last column can have spaces in a cell, as in `ps` itself.
#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
#[expect(clippy::unnecessary_wraps, reason = "the signature of all parsers")]
fn processes(output: Output) -> Result<Processes, Error> {
    let text = output.stdout_text();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let titles = lines.next().unwrap_or_default().split_whitespace().map(str::to_owned);
    let titles: Vec<String> = titles.collect();
    let rows = lines.map(|line| cells(line, titles.len())).collect();
    Ok(Processes { titles, rows })
}

fn cells(line: &str, count: usize) -> Vec<String> {
    let mut rest = line.trim();
    let mut cells = Vec::with_capacity(count);
    while cells.len() + 1 < count {
        let (cell, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        cells.push(cell.to_owned());
        rest = behind.trim_start();
    }
    cells.push(rest.to_owned());
    cells
}

command! {
    /// `docker container port`. It returns the ports that are published now, in docker's order.
    ListPorts = "container" "port" => Vec<Publication>, publications;
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn publications(output: Output) -> Result<Vec<Publication>, Error> {
    let parse = |line: &str| {
        Publication::from_line(line)
            .ok_or_else(|| read::unexpected(&output, "a published port", line))
    };
    output.stdout_text().lines().map(parse).collect()
}

command! {
    /// `docker container diff`. It returns what differs from the image.
    Diff = "container" "diff" => Vec<Difference>, differences;
}

/// A file or directory of a container that differs from its image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What happened to it.
    pub change: FileChange,
    /// Its path in the container.
    pub path: String,
}

/// What happened to a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileChange {
    /// The image does not have it.
    Added,
    /// Its content or its properties are others than in the image.
    Changed,
    /// The container does not have it.
    Deleted,
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn differences(output: Output) -> Result<Vec<Difference>, Error> {
    let parse = |line: &str| {
        let (change, path) = match line.split_once(' ') {
            Some(("A", path)) => (FileChange::Added, path),
            Some(("C", path)) => (FileChange::Changed, path),
            Some(("D", path)) => (FileChange::Deleted, path),
            _ => return Err(read::unexpected(&output, "a changed file", line)),
        };
        Ok(Difference { change, path: path.to_owned() })
    };
    output.stdout_text().lines().map(parse).collect()
}

command! {
    /// `docker container wait`. It returns the exit status of each container, in their order.
    Wait = "container" "wait" => Vec<i64>, statuses;
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn statuses(output: Output) -> Result<Vec<i64>, Error> {
    let parse = |line: &str| {
        line.trim().parse().map_err(|_| read::unexpected(&output, "an exit status", line))
    };
    output.stdout_text().lines().map(parse).collect()
}
