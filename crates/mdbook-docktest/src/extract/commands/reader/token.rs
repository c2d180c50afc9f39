//! Tokens: what the reader saw, for those who want more than where commands end.

use std::ops::Range;

use super::grammar::{Expect, Opener};

/// How many tokens most commands have at most.
pub(crate) const TOKENS: usize = 32;

/// A part of a script. Ranges are in bytes of its text.
///
/// The tokens of a substitution are before that of the word it is in. Words that are not listed, such
/// as those of conditions and of arrays, have no token. Arithmetic has one as a whole, in front of which are those of the
/// substitutions in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word of a simple command.
    Word(Range<usize>),
    /// An assignment before the words of a simple command.
    Assignment(Range<usize>),
    /// The descriptor of the redirection that follows.
    Descriptor(Range<usize>),
    /// A redirection, up to its target.
    Redirection(Redirection),
    /// The target of a redirection: a file, a text or a here-document's delimiter.
    Target(Range<usize>),
    /// The lines of a here-document.
    Body {
        /// The start of its delimiter after `<<`.
        place: usize,
        range: Range<usize>,
        /// Whether nothing in it is expanded.
        is_literal: bool,
        strips_tabs: bool,
    },
    /// `|` or `|&`
    Pipe(Range<usize>),
    /// The end of a simple command by another operator, or of a line.
    End(Range<usize>),
    /// `()` after the name of a function, or `function` before it.
    Function,
    /// `((…))`, a command or what a `for` counts with
    Arithmetic(Range<usize>),
    /// The name of a loop's variable.
    LoopName(Range<usize>),
    /// A word for a loop's variable.
    LoopWord(Range<usize>),
    /// The beginning of the body of a loop with a variable.
    Do,
    /// The end of a condition, and so the beginning of what depends on it: `then`, `else`, or `do` of another loop.
    Then,
    /// The beginning of another condition: `elif`.
    Condition,
    /// `!`
    Not,
    /// The beginning of a list within the current one.
    Open(Opener),
    /// The end of the innermost list.
    Close,
}

/// The kinds of redirections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirection {
    /// `<`
    Input,
    /// `<<` or `<<-`
    HereDocument,
    /// `<<<`
    HereString,
    /// `>`, `>|` or `&>`
    Output,
    /// `>>` or `&>>`
    Append,
    /// One of descriptors, or `<>`
    Other,
}

impl Token {
    /// Returns the token of a word that is neither a target nor a reserved word.
    pub(super) fn word(
        expect: Expect,
        range: Range<usize>,
        text: Option<&str>,
        is_assignment: bool,
    ) -> Option<Self> {
        match (expect, text) {
            (Expect::ForName, _) => Some(Self::LoopName(range)),
            (Expect::ForWords, _) => Some(Self::LoopWord(range)),
            (Expect::ForIn | Expect::ForDo, Some("do" | "{")) => Some(Self::Do),
            (
                Expect::FunctionName
                | Expect::ForIn
                | Expect::ForDo
                | Expect::CaseWord
                | Expect::CaseIn
                | Expect::Pattern
                | Expect::PatternRest
                | Expect::Operand
                | Expect::ExtendedPattern
                | Expect::Regex
                | Expect::Element,
                _,
            ) => None,
            _ if is_assignment && expect.takes_assignment() => Some(Self::Assignment(range)),
            _ => Some(Self::Word(range)),
        }
    }

    /// Returns the token of an operator at this range; `None` for parentheses.
    pub(super) fn operator(sign: &[u8], range: Range<usize>) -> Option<Self> {
        Some(match sign {
            b"(" | b")" => return None,
            b"|" | b"|&" => Self::Pipe(range),
            b"<" => Self::Redirection(Redirection::Input),
            b"<<" | b"<<-" => Self::Redirection(Redirection::HereDocument),
            b"<<<" => Self::Redirection(Redirection::HereString),
            b">" | b">|" | b"&>" => Self::Redirection(Redirection::Output),
            b">>" | b"&>>" => Self::Redirection(Redirection::Append),
            [.., b'<' | b'>'] | [b'<' | b'>', ..] => Self::Redirection(Redirection::Other),
            _ => Self::End(range),
        })
    }
}
