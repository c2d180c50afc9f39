//! The commands of a script: the lines that a reader types until the shell runs them.
//!
//! Where a command ends is decided as bash decides it (`commands/reader.rs`); the tests compare it
//! with bash itself. Commands that share a line count as one: a terminal runs them at one press of
//! Enter, and shows their output as one.
//!
//! Each command is judged by its status, so two of them must never be taken for one. A syntax error
//! therefore ends with its line, like any other command: bash reports it there. A command that is
//! still open at the end of the script, as with an unclosed quote, extends to that end: bash
//! reports that, too.

use std::ops::Range;

pub(crate) use insides::Insides;
pub(crate) use lists::{ListPart, unseen_parts, uses_status};
pub(crate) use negated::negated;
pub(crate) use pipelines::{Pipeline, part_of_pipeline, part_text, pipelines};
pub(crate) use questions::is_grep;
#[cfg(test)]
pub(crate) use reader::READERS;
use reader::Reader;
pub(crate) use reader::grammar::Opener;
pub(crate) use reader::here_document::Unended;
pub(crate) use reader::mark::{Mark, MarkKind};
pub(crate) use reader::token::{Redirection, Token};
pub(crate) use syntax::Syntax;

mod insides;
mod lists;
mod negated;
mod pipelines;
mod questions;
mod reader;
mod syntax;

/// Returns the byte ranges of a script's commands, in order, without the comments and blank lines
/// between them.
pub(crate) fn commands(script: &str) -> Vec<Range<usize>> {
    let mut reader = Reader::new(script);
    std::iter::from_fn(|| reader.next_command()).map(|command| command.range).collect()
}

/// Returns what bash reads in a script, in order.
pub(crate) fn tokens(script: &str) -> Vec<Token> {
    Syntax::of(script).tokens
}

/// Returns the quotes, expansions, options and comments of a script, each before those within it.
pub(crate) fn marks(script: &str) -> Vec<Mark> {
    reader::mark::marks(script)
}

/// Returns the first here-document of a command that is not ended. Bash would only warn of it, and take
/// all further lines for its text.
pub(crate) fn unended_here_document(command: &str) -> Option<Unended> {
    let mut reader = Reader::new(command);
    while reader.next_command().is_some() {}
    // One that an empty line ends may have lost that line at the end of the command.
    reader.unended.filter(|unended| !unended.delimiter.is_empty())
}

/// Whether bash would run this text at once, as nothing in it is left open.
pub(crate) fn is_complete(text: &str) -> bool {
    Syntax::of(text).is_complete
}

/// Returns the number of lines that bash reads from a text until it has a command to run, a blank
/// line or a comment; `None` if the text ends before that.
pub(crate) fn lines_until_complete(text: &str) -> Option<usize> {
    let mut reader = Reader::new(text);
    reader.skip_blanks();
    if reader.peek(0).is_some_and(|byte| byte != b'\n') {
        reader.next_command().filter(|command| command.is_complete)?;
    }
    let read = &text[..reader.at];
    (!reader.is_cut_off).then(|| read.strip_suffix('\n').unwrap_or(read).split('\n').count())
}

#[cfg(test)]
pub(crate) mod tests;
