//! Operators: the signs that separate words and commands.

use super::Reader;
use super::grammar::{Expect, Opener, Target};
use super::token::Token;

impl Reader<'_> {
    /// Reads the operator that begins with this byte.
    pub(super) fn operator(&mut self, byte: u8) {
        let ahead = self.joined_bytes();
        let [_, next, third] = ahead.map(|(byte, _)| byte);
        let is_condition = self.list.opener == Opener::Condition;
        let expect = self.list.expect;
        let length = match (byte, next) {
            (b'(' | b')', _) => 1,
            (b'<', Some(b'<')) => match third {
                Some(b'<' | b'-') => 3,
                _ => 2,
            },
            (b'&', Some(b'>')) if third == Some(b'>') => 3,
            (b';', Some(b';')) if third == Some(b'&') => 3,
            (b'&' | b'|' | b';' | b'>', Some(next)) if next == byte => 2,
            (b'<', Some(b'&' | b'>')) | (b'>', Some(b'&' | b'|')) => 2,
            (b'&', Some(b'>')) | (b'|', Some(b'&')) | (b';', Some(b'&')) => 2,
            _ => 1,
        };
        let sign = [Some(byte), next, third].map(Option::unwrap_or_default);
        let start = self.at;
        self.at = ahead[length - 1].1;
        self.end = self.at;
        let is_pattern = matches!(expect, Expect::Pattern | Expect::PatternRest);
        if !is_condition
            && !is_pattern
            && let Some(token) = Token::operator(&sign[..length], start..self.at)
        {
            self.keep(token);
        }
        match &sign[..length] {
            b"(" => {
                if next == Some(b'(') {
                    self.at = ahead[1].1 - 1;
                }
                self.open_parenthesis();
            }
            b")" => self.close_parenthesis(),
            _ if is_condition => self.list.expect = Expect::Operand,
            b"<<" | b"<<-" => {
                self.list.target = Some(Target::HereDocument { strips_tabs: length == 3 });
            }
            b"|" if matches!(expect, Expect::Pattern | Expect::PatternRest) => {
                self.list.expect = Expect::PatternRest;
            }
            b"|" | b"|&" => self.list.expect = Expect::Piped,
            b"&&" | b"||" => self.list.expect = Expect::Needed,
            b";;" | b";&" | b";;&" if self.list.opener == Opener::Case => {
                self.list.expect = Expect::Pattern;
            }
            [b';', ..] | b"&" => self.list.expect = expect.after_separator(),
            [.., b'&'] => {
                self.list.target = Some(Target::File);
                self.skip_blanks();
                // `>&-` closes a descriptor: a word that follows is not its target.
                if self.peek(0) == Some(b'-') {
                    self.at += 1;
                    self.end = self.at;
                    self.end_target();
                }
            }
            _ => self.list.target = Some(Target::File),
        }
    }

    /// Returns the next three bytes without continued line ends between them, each with the offset
    /// after it.
    pub(super) fn joined_bytes(&self) -> [(Option<u8>, usize); 3] {
        let mut at = self.at;
        [(); 3].map(|()| {
            while self.text.get(at..).is_some_and(|rest| rest.starts_with(b"\\\n")) {
                at += 2;
            }
            at += 1;
            (self.text.get(at - 1).copied(), at)
        })
    }

    /// Interprets `(`, which has been read.
    fn open_parenthesis(&mut self) {
        let expect = self.list.expect;
        match expect {
            Expect::Pattern => self.list.expect = Expect::PatternRest,
            Expect::ForName if self.peek(0) == Some(b'(') => self.begin_arithmetic(),
            // Here, bash accepts only the parentheses of a function.
            Expect::Argument | Expect::Prefix | Expect::Redirected => {
                self.skip_empty_parentheses();
            }
            Expect::FunctionBody if self.skip_empty_parentheses() => {}
            _ if expect.takes_reserved_word() => {
                if self.peek(0) == Some(b'(') && self.rereads > 0 {
                    self.begin_arithmetic();
                } else {
                    self.open(Opener::Subshell, Expect::Command);
                }
            }
            _ => {}
        }
    }

    /// Skips `)` after `(`, which makes the word before it a function's name. Returns whether it is
    /// there.
    fn skip_empty_parentheses(&mut self) -> bool {
        let at = self.at;
        self.skip_blanks();
        if self.peek(0) != Some(b')') {
            self.at = at;
            return false;
        }
        self.at += 1;
        self.end = self.at;
        self.keep(Token::Function);
        self.list.expect = Expect::Needed;
        true
    }

    /// Interprets `)`, which has been read.
    fn close_parenthesis(&mut self) {
        match self.list.opener {
            Opener::Case if matches!(self.list.expect, Expect::Pattern | Expect::PatternRest) => {
                self.list.expect = Expect::Command;
            }
            Opener::Subshell => self.close_compound(),
            Opener::Substitution | Opener::Array => self.close(),
            _ => {}
        }
    }

    /// Ends a redirection after its target.
    pub(super) fn end_target(&mut self) {
        self.list.target = None;
        self.list.expect = self.list.expect.after_redirection();
    }
}
