//! The parts of a fenced block, as ranges of the chapter's text.

use std::ops::Range;

/// The ranges of a fenced block's parts, in bytes of the chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// From the opening fence to the closing one, without trailing spaces; or to the end of the
    /// block if there is no closing fence.
    pub block: Range<usize>,
    /// The opening fence's backticks or tildes.
    pub marks: Range<usize>,
    /// The rest of the opening fence's line, without the spaces around it.
    pub info: Range<usize>,
    /// The lines between the fences, with their container prefixes and line endings.
    pub body: Range<usize>,
    /// The closing fence; `None` if the block is not closed.
    pub closing: Option<Closing>,
}

/// The closing fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The text before the fence on its line: the prefix of each line of its container.
    pub prefix: Range<usize>,
}

impl Fence {
    /// Returns the range of the opening fence with its info string.
    pub fn opening(&self) -> Range<usize> {
        self.marks.start..self.info.end.max(self.marks.end)
    }

    /// Returns the range of the language: the first word of the info string. `text` is the chapter's.
    pub(crate) fn language(&self, text: &str) -> Range<usize> {
        let info = &text[self.info.clone()];
        let end = info.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(info.len());
        self.info.start..self.info.start + end
    }
}
