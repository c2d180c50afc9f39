//! What a command printed and what was typed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::stream::{Columns, Stream, Streams};

/// What a terminal would have shown, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The pieces, in order.
    pub chunks: Vec<Chunk>,
    /// How many bytes were left out of the middle, because the step printed more than the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted_bytes: u64,
    /// The width of the terminal that the command ran at, if it did: all output is then on one
    /// stream, with the line endings and control sequences that the terminal was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Columns>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A piece of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Which stream it belongs to.
    pub stream: Stream,
    /// When it came, in milliseconds after the command's start.
    pub at_ms: u64,
    /// The text; bytes that are no UTF-8 are replaced.
    pub text: String,
}

impl Transcript {
    /// The text of both output streams in the order in which it came, without what was typed.
    pub fn output(&self) -> String {
        self.output_of(Streams::Both)
    }

    /// The text of these streams in the order in which it came.
    pub fn output_of(&self, streams: Streams) -> String {
        self.chunks
            .iter()
            .filter(|chunk| streams.contains(chunk.stream))
            .map(|chunk| chunk.text.as_str())
            .collect()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.text.is_empty())
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks.iter().try_for_each(|chunk| f.write_str(&chunk.text))
    }
}
