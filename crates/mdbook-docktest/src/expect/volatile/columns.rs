//! The columns of tables whose values are known by the header.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Nature, Volatile, Where};

/// A header: words in capitals, as Docker, `ps`, `top` and `df` print them.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^ *[A-Z%][A-Z0-9%/()._#-]*(?: +[A-Z%/][A-Z0-9%/()._#-]*)+ *$")
        .expect("it is a regex of our own")
});

/// A word of a header, or two that are one blank apart.
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:CONTAINER|IMAGE|NETWORK) ID|(?:CPU|MEM) %|\S+")
        .expect("it is a regex of our own")
});

/// IDs in tables: those of a swarm are shortened to 12 characters as well.
static ID: Kind = Kind::of("ID", Nature::Identity).only(Where::Everywhere);
static NUMBER: Kind = Kind::of("NUMBER", Nature::Measure).only(Where::Expectations);

/// The matching value of a cell.
static ID_CELL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(?:[0-9a-f]{64}|[0-9a-z]{25}|[0-9a-z]{12})\z").expect("it is a regex of our own")
});
static NUMBER_CELL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A[0-9]+(?:\.[0-9]+)?\z").expect("it is a regex of our own"));

/// The columns of the last header.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<Column>);

#[derive(Debug)]
struct Column {
    title: Range<usize>,
    /// Where the next title begins.
    end: usize,
    is_id: bool,
}

impl Columns {
    /// Returns the values in a line that are known by the header above it.
    pub(super) fn values(&mut self, line: &str) -> Vec<Volatile> {
        if line.trim().is_empty() {
            self.0.clear();
        } else if HEADER.is_match(line.trim_end()) {
            self.0 = read(line);
            return Vec::new();
        }
        self.0.iter().filter_map(|column| column.value(line)).collect()
    }
}

impl Column {
    /// The value is below the title or, in a column that is aligned to the right, before its end.
    fn value(&self, line: &str) -> Option<Volatile> {
        let overlaps = |word: &Range<usize>, end| word.start < end && self.title.start < word.end;
        let mut found = words(line).find(|word| overlaps(word, self.title.end));
        if found.is_none() {
            found = words(line).find(|word| overlaps(word, self.end));
        }
        let span = found?;
        let word = &line[span.clone()];
        let kind: &'static Kind = if self.is_id { &ID } else { &NUMBER };
        let cell = if self.is_id { &ID_CELL } else { &NUMBER_CELL };
        // `[…]%` is what `docker stats` prints.
        let number = word.strip_suffix('%').unwrap_or(word);
        cell.is_match(number)
            .then(|| Volatile { span: span.start..span.start + number.len(), kind })
    }
}

fn words(line: &str) -> impl Iterator<Item = Range<usize>> {
    let start = line.as_ptr() as usize;
    line.split_whitespace().map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

fn read(header: &str) -> Vec<Column> {
    let titles: Vec<_> = TITLE.find_iter(header).collect();
    let ends = titles.iter().skip(1).map(regex::Match::start).chain([usize::MAX]);
    let columns = titles.iter().zip(ends).filter_map(|(title, end)| {
        let is_id = match title.as_str() {
            "ID" | "CONTAINER ID" | "IMAGE ID" | "NETWORK ID" => true,
            // `docker top`, `ps`, `docker stats`.
            "PID" | "PPID" | "PIDS" | "C" | "%CPU" | "CPU %" | "%MEM" | "MEM %" | "VSZ" | "RSS" => {
                false
            }
            _ => return None,
        };
        Some(Column { title: title.range(), end, is_id })
    });
    columns.collect()
}
