//! Standard streams, and the terminal that can replace them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stream of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Typed text: standard input, or `^C`; at a terminal, only what was echoed.
    Typed,
}

/// The streams that an expectation applies to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Streams {
    /// Standard output and standard error, in the order in which they were printed.
    #[default]
    Both,
    /// Standard output alone.
    Stdout,
    /// Standard error alone.
    Stderr,
}

impl Streams {
    /// Whether a stream is one of these; typed text never is.
    pub fn contains(self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self != Self::Stderr,
            Stream::Stderr => self != Self::Stdout,
            Stream::Typed => false,
        }
    }

    /// Whether a stream is among both these and the others.
    pub(crate) fn overlaps(self, others: Self) -> bool {
        self == Self::Both || others == Self::Both || self == others
    }
}

impl fmt::Display for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "both streams",
            Self::Stdout => "standard output",
            Self::Stderr => "standard error",
        })
    }
}

/// The width of a terminal, in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Columns(u16);

impl Columns {
    /// The smallest width: programs that draw, e.g. progress bars, fail below it.
    pub const MIN: u16 = 20;
    /// The largest width: wider than any screen.
    pub const MAX: u16 = 500;

    /// Returns the width, or `None` if it is not between [`Self::MIN`] and [`Self::MAX`].
    pub fn new(columns: u16) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&columns).then_some(Self(columns))
    }

    /// Returns the number of columns.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for Columns {
    /// 80 columns, as the VT100 had.
    fn default() -> Self {
        Self(80)
    }
}

impl From<Columns> for u16 {
    fn from(columns: Columns) -> Self {
        columns.0
    }
}

impl TryFrom<u16> for Columns {
    type Error = String;

    fn try_from(columns: u16) -> Result<Self, String> {
        Self::new(columns).ok_or_else(|| {
            let (min, max) = (Self::MIN, Self::MAX);
            format!("invalid terminal width `{columns}`: use {min} to {max} columns")
        })
    }
}
