//! The parts of a fenced block, as ranges of the chapter's text.

use std::ops::Range;

/// Where the parts of a fenced block are, in bytes of the chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// From the opening fence to the closing one, without the spaces after it; or to where the
    /// block ends without one.
    pub block: Range<usize>,
    /// The opening fence's backticks or tildes.
    pub marks: Range<usize>,
    /// What follows them on their line, without the spaces around it.
    pub info: Range<usize>,
    /// The lines between the fences, with their container prefixes and line endings.
    pub body: Range<usize>,
    /// The closing fence, if there is one.
    pub closing: Option<Closing>,
}

/// The closing fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// What stands before it on its line: the prefix of every line that continues its container.
    pub prefix: Range<usize>,
}

impl Fence {
    /// The opening fence with its info string.
    pub fn opening(&self) -> Range<usize> {
        self.marks.start..self.info.end.max(self.marks.end)
    }
}
