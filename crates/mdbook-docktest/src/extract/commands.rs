//! The commands of a script: what a reader types, line by line, until the shell runs it.
//!
//! Where a command ends is decided as bash decides it (`commands/reader.rs`); the tests compare it
//! with bash itself. Commands that share a line are one: a terminal runs them at one press of Enter,
//! and their output comes as one.
//!
//! Each command is judged by its status, so two of them must never pass for one. A syntax error
//! therefore ends with its line, like anything else: bash reports it there. What is still open at the
//! end of the script, such as a quote, is one command up to there: bash reports that, too.

use std::ops::Range;

use reader::Reader;

mod reader;

/// The byte ranges of a script's commands, in order, without comments and blank lines between them.
pub(crate) fn commands(script: &str) -> Vec<Range<usize>> {
    let mut reader = Reader::new(script);
    std::iter::from_fn(|| reader.next_command()).map(|command| command.range).collect()
}

/// Whether bash would run this text at once: nothing that was begun waits for its end.
#[cfg(test)]
pub(crate) fn is_complete(text: &str) -> bool {
    let mut reader = Reader::new(text);
    std::iter::from_fn(|| reader.next_command()).all(|command| command.is_complete)
        && !reader.is_cut_off
}

/// How many of a text's lines bash reads until it has something to run, or a blank line or a comment;
/// `None` if these are not enough.
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
mod tests;
