//! What a command printed and what was typed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::stream::{Columns, Stream, Streams};

/// The output and the input of a command, in the order in which a terminal would have shown them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The pieces, in order.
    pub chunks: Vec<Chunk>,
    /// The number of bytes left out of the middle, because the step printed more than the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted_bytes: u64,
    /// The width of the command's terminal, if it had one. All output is then on one stream, with
    /// the line endings and control sequences that were sent to the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Columns>,
    /// The prompt at which the command was typed, if it was typed into a program, as that printed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// How many lines of its step's `stdin` were left when the step ended: nothing has read them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread_lines: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A piece of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The stream that the text belongs to.
    pub stream: Stream,
    /// The time since the start of the command, in milliseconds.
    pub at_ms: u64,
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl Transcript {
    /// Returns the text of both output streams in the order in which it was printed, without
    /// typed text.
    pub fn output(&self) -> String {
        self.output_of(Streams::Both)
    }

    /// Returns the text of the given streams in the order in which it was printed.
    pub fn output_of(&self, streams: Streams) -> String {
        self.chunks
            .iter()
            .filter(|chunk| streams.contains(chunk.stream))
            .map(|chunk| chunk.text.as_str())
            .collect()
    }

    /// Whether nothing was printed or typed.
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.text.is_empty())
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks.iter().try_for_each(|chunk| f.write_str(&chunk.text))
    }
}
