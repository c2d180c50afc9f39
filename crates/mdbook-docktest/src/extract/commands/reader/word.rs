//! Words, which extend up to a blank or an operator (`read_token_word`).

use std::borrow::Cow;

use super::Reader;
use super::grammar::{Expect, Opener};
use super::pair::Kind;
use super::plain::is_plain;
use super::token::Token;

/// A word that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    start: usize,
    /// Whether it has neither quotes nor expansions so far.
    is_literal: bool,
    /// The shape up to the offset `shaped`. What follows is looked at where the shape matters.
    shape: Shape,
    pub(super) shaped: usize,
}

/// How much of an assignment a word is so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// No byte yet.
    Empty,
    /// A variable's name.
    Name,
    /// A variable's name with a subscript.
    Element,
    /// A name or an element with `+`.
    Addition,
    /// A name, an element or an addition with `=`.
    Assignment,
    Other,
}

impl Shape {
    /// Returns the shape with another byte, neither quoted nor part of an expansion.
    fn with(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Assignment, _) => self,
            (Self::Name | Self::Element | Self::Addition, b'=') => Self::Assignment,
            (Self::Name | Self::Element, b'+') => Self::Addition,
            (Self::Empty | Self::Name, b'_') => Self::Name,
            (Self::Empty, _) if byte.is_ascii_alphabetic() => Self::Name,
            (Self::Name, _) if byte.is_ascii_alphanumeric() => Self::Name,
            _ => Self::Other,
        }
    }
}

impl Reader<'_> {
    pub(super) fn begin_word(&mut self) {
        let (start, shape) = (self.at, Shape::Empty);
        let word = Word { start, is_literal: true, shape, shaped: start };
        self.list.word = Some(word);
    }

    /// Reads a byte, or what it opens, in a word.
    pub(super) fn read_word(&mut self, byte: u8, word: Word) {
        let next = self.peek(1);
        let is_regex = self.list.expect == Expect::Regex;
        match byte {
            b'\\' if next == Some(b'\n') => {
                let shape = self.shape(word);
                self.skip_line_end();
                self.list.word = Some(Word { shape, shaped: self.at, ..word });
            }
            b'\\' => {
                self.is_cut_off |= next.is_none();
                self.add_other();
                self.at += 2.min(self.text.len() - self.at);
            }
            b'(' if is_regex => {
                self.add_other();
                self.begin_pair(Kind::Parentheses, 1);
            }
            b'|' if is_regex => self.add(),
            b'?' | b'*' | b'+' | b'@' | b'!'
                if next == Some(b'(') && self.is_extended_pattern(byte, word) =>
            {
                self.add_other();
                self.begin_pair(Kind::Parentheses, 2);
            }
            b'[' if self.is_subscript(word) => {
                self.list.word = Some(Word { is_literal: false, shape: Shape::Element, ..word });
                self.begin_pair(Kind::Subscript, 1);
            }
            b'=' if next == Some(b'(') && self.is_array(word) => {
                self.list.word = Some(Word { is_literal: false, shape: Shape::Assignment, ..word });
                self.at += 2;
                self.open(Opener::Array, Expect::Element);
            }
            b'\'' | b'"' | b'`' | b'$' | b'<' | b'>' => {
                self.add_other();
                match self.begin_expansion(byte) {
                    true => {}
                    false if byte == b'$' => {
                        self.mark_parameter();
                        self.at += 1;
                    }
                    false => {
                        self.list.word = Some(word);
                        self.end_word();
                    }
                }
            }
            b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' => self.end_word(),
            _ => self.add(),
        }
    }

    /// Adds a literal byte to the word, and the plain ones after it.
    fn add(&mut self) {
        let rest = &self.text[self.at + 1..];
        let plain = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
        self.at += 1 + plain;
    }

    /// Records that a quote or an expansion is part of the word.
    fn add_other(&mut self) {
        if let Some(word) = self.list.word {
            let shape = self.shape(word).with(b'"');
            self.list.word = Some(Word { is_literal: false, shape, shaped: self.at, ..word });
        }
    }

    /// The shape of a word up to here.
    fn shape(&self, word: Word) -> Shape {
        let mut bytes = self.text[word.shaped..self.at].iter();
        let mut shape = word.shape;
        // These stay as they are.
        while !matches!(shape, Shape::Assignment | Shape::Other)
            && let Some(byte) = bytes.next()
        {
            shape = shape.with(*byte);
        }
        shape
    }

    /// Whether parentheses after this byte belong to a pattern. Outside conditions they do only
    /// with `extglob`; without it, bash refuses them except where this returns false.
    fn is_extended_pattern(&self, byte: u8, word: Word) -> bool {
        let expect = self.list.expect;
        if self.list.opener == Opener::Condition {
            return expect == Expect::ExtendedPattern;
        }
        let is_negation =
            byte == b'!' && self.shape(word) == Shape::Empty && expect.takes_reserved_word();
        // Empty parentheses can be those of a function.
        !is_negation && self.peek(2) != Some(b')')
    }

    /// Whether `[` after this part of a word opens a subscript.
    fn is_subscript(&self, word: Word) -> bool {
        match self.list.expect {
            Expect::Element => self.shape(word) == Shape::Empty,
            expect => {
                self.list.target.is_none()
                    && expect.takes_assignment()
                    && self.shape(word) == Shape::Name
            }
        }
    }

    /// Whether `=` after this part of a word assigns an array.
    fn is_array(&self, word: Word) -> bool {
        let shape = self.shape(word);
        !matches!(self.list.opener, Opener::Condition | Opener::Array)
            && shape != Shape::Assignment
            && shape.with(b'=') == Shape::Assignment
    }

    /// Ends the word that is being read, if any.
    pub(super) fn end_word(&mut self) {
        let Some(word) = self.list.word.take() else { return };
        let range = word.start..self.at;
        self.end = self.at;
        let text = self.text;
        let is_redirected = matches!(self.peek(0), Some(b'<' | b'>'));
        // An argument means the same whatever it is.
        let matters = is_redirected || self.list.expect != Expect::Argument;
        let literal = (word.is_literal && matters).then(|| joined(&text[range.clone()]));
        if is_redirected
            && self.list.target.is_none()
            && literal.as_deref().is_some_and(is_descriptor)
        {
            self.keep(Token::Descriptor(range));
            return;
        }
        let is_assignment =
            self.list.expect.takes_assignment() && self.shape(word) == Shape::Assignment;
        self.word(range, literal.as_deref(), is_assignment);
    }
}

/// Whether a word before `<` or `>` belongs to that redirection: `2` or `{name}`.
fn is_descriptor(word: &str) -> bool {
    let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
    match name {
        Some(name) => name.bytes().fold(Shape::Empty, Shape::with) == Shape::Name,
        None => !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// Returns a word's text without its continued line ends.
fn joined(word: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(word);
    let is_continued = word.contains(&b'\\');
    if is_continued { Cow::Owned(text.replace("\\\n", "")) } else { text }
}
