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
    Regex::new(r"(?:CONTAINER|IMAGE|NETWORK) ID|(?:CPU|MEM) %|ENGINE VERSION|\S+")
        .expect("it is a regex of our own")
});

/// IDs in tables: those of a swarm are shortened to 12 characters.
pub(super) static ID: Kind = Kind::of("ID", Nature::Identity);
static NUMBER: Kind = Kind::of("NUMBER", Nature::Number).only(Where::Expectations);
static VERSION: Kind = Kind::of("VERSION", Nature::Other).only(Where::Expectations);
/// Whether a process runs or sleeps at this moment. That it is stopped or a zombie is no chance.
static STATE: Kind =
    Kind::of("..", Nature::Other).with_regex("[RSD][<NLsl+]*").only(Where::Expectations);

/// The titles of columns and the kinds of their values: of Docker's tables, `docker top`, `docker stats` and `ps`.
static KINDS: &[(&[&str], &Kind)] = &[
    (&["ID", "CONTAINER ID", "IMAGE ID", "NETWORK ID"], &ID),
    (&["PID", "PPID", "PIDS", "C", "%CPU", "CPU %", "%MEM", "MEM %", "VSZ", "RSS"], &NUMBER),
    (&["ENGINE VERSION"], &VERSION),
    (&["STAT"], &STATE),
];

/// The columns of the last header.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<Column>);

#[derive(Debug)]
struct Column {
    title: Range<usize>,
    /// Where the next title begins.
    end: usize,
    kind: &'static Kind,
    /// Matches a whole cell.
    cell: Regex,
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
        // `[…]%` is what `docker stats` prints.
        let word = line[span.clone()].trim_end_matches('%');
        let is_value = self.cell.is_match(word);
        is_value.then(|| Volatile { span: span.start..span.start + word.len(), kind: self.kind })
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
        let is_known = |(titles, _): &&(&[&str], _)| titles.contains(&title.as_str());
        let (_, kind) = KINDS.iter().find(is_known)?;
        let cell = Regex::new(&format!(r"\A(?:{})\z", kind.regex())).ok()?;
        Some(Column { title: title.range(), end, kind, cell })
    });
    columns.collect()
}
