//! A command that has been read once, for all who want to know something about it.

use super::Token;
use super::reader::Reader;
use super::reader::token::TOKENS;

/// What bash reads in a command.
#[derive(Debug, Clone)]
pub(crate) struct Syntax<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    /// Whether bash would run it at once, as nothing in it is left open.
    pub(crate) is_complete: bool,
}

impl<'a> Syntax<'a> {
    /// Reads a command.
    pub(crate) fn of(text: &'a str) -> Self {
        let mut reader = Reader::new(text);
        reader.tokens = Some(Vec::with_capacity(TOKENS));
        let mut is_complete = true;
        while let Some(command) = reader.next_command() {
            is_complete &= command.is_complete;
        }
        is_complete &= !reader.is_cut_off;
        Self { text, tokens: reader.tokens.unwrap_or_default(), is_complete }
    }
}
