//! Blocks that are written to files.

use std::borrow::Cow;
use std::ops::Range;

use super::{Substitution, substituted};
use crate::model::fence::Fence;

/// A fenced block that is written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterFile {
    /// The path: relative to the shell's current directory, absolute, or below `~/`.
    pub name: String,
    /// The place of the name in the chapter's text.
    pub name_span: Range<usize>,
    /// The text of the block, with a line feed at its end.
    pub text: String,
    /// The placeholders in the text for which book.toml has a value, in order.
    pub substitutions: Vec<Substitution>,
    /// The permissions that are set, in octal; those of any new file without.
    pub mode: Option<String>,
    /// Whether the text is added to an existing file.
    pub appends: bool,
    /// Whether the block is not shown.
    pub hidden: bool,
    /// The first word of the info string; empty if there is none.
    pub language: String,
    /// The index of the first step after it.
    pub before_step: usize,
    /// The place of the block in the chapter's text.
    pub fence: Fence,
}

impl ChapterFile {
    /// Returns what is written: the text with values in the place of placeholders.
    pub fn contents(&self) -> Cow<'_, str> {
        substituted(&self.text, &self.substitutions)
    }
}
