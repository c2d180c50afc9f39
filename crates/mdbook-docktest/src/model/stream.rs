//! What a step reads from and writes to: its streams, or a terminal.

use serde::{Deserialize, Serialize};

/// A stream of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// What was typed: standard input, or `^C`; at a terminal, as far as it was echoed.
    Typed,
}

/// The streams that an expectation is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Streams {
    /// Standard output and standard error, in the order in which they came.
    #[default]
    Both,
    /// Standard output alone.
    Stdout,
    /// Standard error alone.
    Stderr,
}

impl Streams {
    /// Whether a stream is one of these. What was typed never is.
    pub fn contains(self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self != Self::Stderr,
            Stream::Stderr => self != Self::Stdout,
            Stream::Typed => false,
        }
    }
}

/// The width of a terminal, in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Columns(u16);

impl Columns {
    /// Programs that draw, as progress bars do, fail on less.
    pub const MIN: u16 = 20;
    /// More than any screen has.
    pub const MAX: u16 = 500;

    /// A width from [`Self::MIN`] to [`Self::MAX`].
    pub fn new(columns: u16) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&columns).then_some(Self(columns))
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for Columns {
    /// What terminals have had since the VT100.
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
        Self::new(columns).ok_or_else(|| format!("a terminal does not have {columns} columns"))
    }
}
