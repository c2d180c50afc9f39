//! Why an expectation that does not match is not rewritten, and what its author can do.

use std::fmt;

use crate::terminal::plain;

/// Why an expectation is not rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing was printed of what it shows, or the shell did not find a program.
    NothingLeft,
    ShellError,
    /// Its text is not once in the chapter's file.
    NotInFile,
    /// This line of the output would begin another command of its session.
    Prompt(String),
    /// With this line of the output, its block would not be read as it is printed.
    Line(String),
    /// A block ends with a line feed, and what is expected byte for byte does not.
    NoLineFeed,
    /// Its step has no place for it.
    NoPlace,
    /// A note of the author would be lost.
    Note(String),
    /// A table has another number of rows on the page than in the output.
    OtherRows {
        shown: usize,
        printed: usize,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingLeft => f.write_str(
                "nothing was printed of what it shows: what the command needs is missing; create it in an earlier step, or edit it \
                 by hand",
            ),
            Self::ShellError => f.write_str(
                "a program was not found: what the command needs is missing; install it in an earlier step, or edit it by hand",
            ),
            Self::NotInFile => f.write_str(
                "it comes from an included file, or its step is in the chapter several times; edit it by hand where it is",
            ),
            Self::Prompt(line) => write!(
                f,
                "the line `{}` of the output looks like a prompt, and would be a command of this block; show the output in an \
                 `output` block below a block of its command alone",
                plain(line.trim())
            ),
            Self::Line(line) => write!(
                f,
                "the block cannot contain the line `{}` of the output; edit it by hand",
                plain(line.trim())
            ),
            Self::NoLineFeed => f.write_str(
                "the output does not end with a line feed, and a block always does; remove `exact`",
            ),
            Self::NoPlace => f.write_str("its block has no end; close it first"),
            Self::Note(note) => write!(
                f,
                "the line `{}` would be lost; if it is a note, write it above or below the block, and if the command has printed \
                 it, remove it",
                plain(note.trim())
            ),
            Self::OtherRows { shown, printed } => write!(
                f,
                "rows of this table: {shown}, rows that were printed: {printed}; write `...` where rows may be left out, or use \
                 `--rows` to take those that were printed"
            ),
        }
    }
}
