//! Pairs, which extend to a closing sign over any number of lines: quotes, `${…}`, `((…))`
//! (`parse_matched_pair`).

use super::Reader;
use super::grammar::{Expect, Opener};
use super::here_document::Detour;
use super::plain::is_plain;
use super::token::Token;

/// Quotes, or brackets of some kind.
#[derive(Debug)]
pub(super) struct Pair {
    kind: Kind,
    /// The number of its signs that are open.
    depth: usize,
    /// The preceding byte, if it gives the next one a meaning: `$`, `<` or `>`.
    before: Option<u8>,
    /// The offset of its sign.
    start: usize,
    /// The reader's detour at that offset.
    detour: Option<Detour>,
    /// The number of tokens that were kept before it.
    tokens: usize,
    /// The number of marks that were kept before it.
    marks: usize,
}

/// The kinds of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `'…'`
    Single,
    /// `$'…'`
    Ansi,
    /// `"…"`
    Double,
    /// `` `…` ``
    Backquotes,
    /// `${…}`
    Parameter,
    /// `$[…]`
    Brackets,
    /// The subscript of an array's element in an assignment.
    Subscript,
    /// `(…)` in a pattern.
    Parentheses,
    /// `$((…))`
    Arithmetic,
    /// `((…))`, which can turn out to be two subshells.
    ArithmeticCommand,
}

impl Kind {
    fn from_quote(quote: u8) -> Option<Self> {
        match quote {
            b'\'' => Some(Self::Single),
            b'"' => Some(Self::Double),
            b'`' => Some(Self::Backquotes),
            _ => None,
        }
    }

    /// Whether variables are expanded in it.
    fn expands(self) -> bool {
        !matches!(self, Self::Single | Self::Ansi)
    }

    fn signs(self) -> (u8, u8) {
        match self {
            Self::Single | Self::Ansi => (b'\'', b'\''),
            Self::Double => (b'"', b'"'),
            Self::Backquotes => (b'`', b'`'),
            Self::Parameter => (b'{', b'}'),
            Self::Brackets | Self::Subscript => (b'[', b']'),
            Self::Parentheses | Self::Arithmetic | Self::ArithmeticCommand => (b'(', b')'),
        }
    }

    /// Returns what a byte opens within this pair, given the byte `before` it that can give it a
    /// meaning.
    fn begun_by(self, byte: u8, before: Option<u8>) -> Option<Inner> {
        let takes_quotes = match self {
            Self::Single | Self::Ansi | Self::Backquotes => return None,
            Self::Double => byte == b'`',
            _ => true,
        };
        match Self::from_quote(byte).filter(|_| takes_quotes) {
            Some(Self::Single) if before == Some(b'$') => return Some(Inner::Pair(Self::Ansi)),
            Some(quote) => return Some(Inner::Pair(quote)),
            None => {}
        }
        let is_expanded = matches!(self, Self::Double | Self::Parameter | Self::Subscript);
        match (before?, byte) {
            // In these, parentheses are only counted.
            _ if self == Self::Parentheses => None,
            (b'$', b'(') => Some(Inner::Substitution),
            // In arithmetic, brackets and braces are only counted, if at all.
            _ if !is_expanded => None,
            (b'$', b'{') => Some(Inner::Pair(Self::Parameter)),
            (b'$', b'[') => Some(Inner::Pair(Self::Brackets)),
            (_, b'(') if self != Self::Double => Some(Inner::Substitution),
            _ => None,
        }
    }
}

/// What opens within a pair.
enum Inner {
    Pair(Kind),
    Substitution,
}

impl Reader<'_> {
    /// Opens a pair whose sign is `length` bytes long.
    pub(super) fn begin_pair(&mut self, kind: Kind, length: usize) {
        let tokens = self.tokens.as_ref().map_or(0, Vec::len);
        let marks = self.marks.as_ref().map_or(0, Vec::len);
        let (start, detour) = (self.at, self.detour);
        let pair = Pair { kind, depth: 1, before: None, start, detour, tokens, marks };
        self.at += length;
        self.list.pairs.push(pair);
    }

    /// Opens `((…))` at its second parenthesis.
    pub(super) fn begin_arithmetic(&mut self) {
        self.begin_pair(Kind::ArithmeticCommand, 1);
    }

    /// Opens the quote or expansion at this position of a word. Returns whether there is one.
    pub(super) fn begin_expansion(&mut self, byte: u8) -> bool {
        if let Some(kind) = Kind::from_quote(byte) {
            self.begin_pair(kind, 1);
            return true;
        }
        if !matches!(byte, b'$' | b'<' | b'>') {
            return false;
        }
        // Continued line ends can be in between.
        let mut ahead = 1;
        while self.peek(ahead) == Some(b'\\') && self.peek(ahead + 1) == Some(b'\n') {
            ahead += 2;
        }
        match (byte, self.peek(ahead)) {
            (_, Some(b'(')) => {
                self.at += ahead;
                self.begin_substitution();
            }
            (b'$', Some(b'{')) => self.begin_pair(Kind::Parameter, ahead + 1),
            (b'$', Some(b'[')) => self.begin_pair(Kind::Brackets, ahead + 1),
            (b'$', Some(b'\'')) => self.begin_pair(Kind::Ansi, ahead + 1),
            (b'$', Some(b'"')) => self.begin_pair(Kind::Double, ahead + 1),
            (b'$', Some(b'$')) => {
                self.mark_parameter();
                self.at += ahead + 1;
            }
            _ => return false,
        }
        true
    }

    /// Opens `$(…)` or `$((…))` at its first parenthesis.
    fn begin_substitution(&mut self) {
        let parenthesis = self.at;
        self.at += 1;
        if self.peek(0) == Some(b'(') {
            self.begin_pair(Kind::Arithmetic, 0);
        } else {
            self.open(Opener::Substitution, Expect::Command);
            self.begin_mark(parenthesis);
        }
    }

    /// Returns the offset of the first parenthesis of `((`, given that of the second.
    fn first_parenthesis(&self, second: usize) -> usize {
        let mut before = &self.text[..second];
        while let Some(joined) = before.strip_suffix(b"\\\n") {
            before = joined;
        }
        before.len().saturating_sub(1)
    }

    /// Reads a byte, or what it opens, in the innermost pair.
    pub(super) fn read_pair(&mut self, byte: u8) {
        let Some(pair) = self.list.pairs.last_mut() else { return };
        let (kind, before) = (pair.kind, pair.before.take());
        if is_plain(byte) || byte == b' ' {
            let is_skipped = |byte: &u8| is_plain(*byte) || *byte == b' ';
            self.at += self.text[self.at..].iter().take_while(|byte| is_skipped(byte)).count();
            return;
        }
        let (open, close) = kind.signs();
        if byte == b'\\' && kind != Kind::Single {
            self.at += 2.min(self.text.len() - self.at);
            return;
        }
        if let Some(inner) = kind.begun_by(byte, before) {
            match inner {
                Inner::Pair(kind) => self.begin_pair(kind, 1),
                Inner::Substitution => self.begin_substitution(),
            }
            return;
        }
        if byte == b'$' && before != Some(byte) && kind.expands() {
            self.mark_parameter();
        }
        self.at += 1;
        let Some(pair) = self.list.pairs.last_mut() else { return };
        if byte == close {
            pair.depth -= 1;
            if pair.depth == 0 {
                self.end_pair();
            }
            return;
        }
        if byte == open && kind != Kind::Parameter {
            pair.depth += 1;
        }
        // The second of two dollars opens nothing.
        let has_meaning = matches!(byte, b'$' | b'<' | b'>') && before != Some(byte);
        pair.before = has_meaning.then_some(byte);
    }

    /// Closes the innermost pair.
    fn end_pair(&mut self) {
        let Some(pair) = self.list.pairs.pop() else { return };
        if let Some(word) = &mut self.list.word {
            word.shaped = self.at;
        }
        if pair.kind != Kind::ArithmeticCommand {
            self.mark_pair(pair.kind, pair.start);
            return;
        }
        let is_loop = self.list.expect == Expect::ForName;
        if self.peek(0) == Some(b')') {
            self.at += 1;
        } else if !is_loop {
            // These are two subshells: bash reads the text a second time (`parse_dparen`).
            self.rereads = self.rereads.saturating_sub(self.at - pair.start);
            self.reread = self.reread.max(self.at);
            self.at = pair.start;
            self.detour = pair.detour;
            if let Some(tokens) = &mut self.tokens {
                tokens.truncate(pair.tokens);
            }
            if let Some(marks) = &mut self.marks {
                marks.truncate(pair.marks);
            }
            self.open(Opener::Subshell, Expect::Command);
            return;
        }
        self.end = self.at;
        self.keep(Token::Arithmetic(self.first_parenthesis(pair.start)..self.at));
        self.list.expect = if is_loop { Expect::ForDo } else { Expect::Compound };
    }
}
