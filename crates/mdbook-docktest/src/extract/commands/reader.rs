//! Reads a script as bash's parser does (`parse.y` of version 5.2), as far as needed to find where
//! commands end.
//!
//! It does not validate: it accepts much that bash refuses. Where bash accepts a script, each
//! command must end where bash ends it.
//!
//! Scripts are untrusted: nesting is kept on an explicit stack rather than by recursion, and no
//! byte is read more than a few times.

use std::mem;
use std::ops::Range;

use grammar::{Expect, Opener, Target};
use here_document::{Detour, HereDocument, Unended};
use list::List;
use mark::Mark;
use token::Token;

pub(super) mod grammar;
pub(super) mod here_document;
mod list;
pub(super) mod mark;
mod operator;
mod pair;
mod plain;
pub(super) mod token;
mod word;

#[cfg(test)]
thread_local! {
    /// The number of texts that a test has read.
    pub(crate) static READERS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A command of a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) range: Range<usize>,
    /// Whether nothing in it is left open where the script ends.
    pub(super) is_complete: bool,
}

/// Reads a script command by command.
pub(super) struct Reader<'a> {
    text: &'a [u8],
    pub(super) at: usize,
    /// The list of commands that is being read.
    list: List,
    /// The lists around it, outermost first.
    outer: Vec<List>,
    /// The here-documents whose bodies begin below this line.
    here_documents: Vec<HereDocument>,
    /// The bodies below this line that were read ahead of its end.
    detour: Option<Detour>,
    /// The end of the last token.
    end: usize,
    /// Whether a here-document or a continued line lacks its end.
    pub(super) is_cut_off: bool,
    /// The first here-document that lacks its end.
    pub(super) unended: Option<Unended>,
    /// The number of bytes that may still be read a second time.
    rereads: usize,
    /// The end of the text that is read a second time. Bash takes the bodies of its here-documents
    /// from below the line on which it ends.
    reread: usize,
    /// What was read, if it is kept.
    pub(super) tokens: Option<Vec<Token>>,
    /// The quotes, expansions and comments that were read, if they are kept.
    pub(super) marks: Option<Vec<Mark>>,
    /// Where each of the open substitutions begins.
    substitutions: Vec<usize>,
    /// The number of tokens, parts of words, and bytes of pairs and of here-documents that were
    /// read.
    #[cfg(test)]
    pub(super) steps: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        #[cfg(test)]
        READERS.set(READERS.get() + 1);
        Self {
            text: text.as_bytes(),
            at: 0,
            list: List::script(),
            outer: Vec::new(),
            here_documents: Vec::new(),
            detour: None,
            end: 0,
            is_cut_off: false,
            unended: None,
            rereads: 16 * text.len(),
            reread: 0,
            tokens: None,
            marks: None,
            substitutions: Vec::new(),
            #[cfg(test)]
            steps: 0,
        }
    }

    /// Adds to the tokens, if they are kept.
    fn keep(&mut self, token: Token) {
        if let Some(tokens) = &mut self.tokens {
            tokens.push(token);
        }
    }

    /// Returns the next command, or `None` at the end of the script.
    pub(super) fn next_command(&mut self) -> Option<Command> {
        self.list = List::script();
        self.skip_blanks();
        while self.peek(0) == Some(b'\n') {
            self.at += 1;
            self.skip_blanks();
        }
        let start = self.at;
        self.peek(0)?;
        let is_over = self.read_to_end_of_command() && !self.is_cut_off;
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
        let end = match self.text.iter().rposition(|byte| !is_blank(byte)) {
            Some(last) if !is_over => last + 1,
            _ => self.end,
        };
        Some(Command { range: start..end, is_complete: is_over })
    }

    /// Returns whether the command ends before the script does, or with it.
    fn read_to_end_of_command(&mut self) -> bool {
        while let Some(byte) = self.peek(0) {
            #[cfg(test)]
            {
                self.steps += 1;
            }
            if self.read(byte) {
                return true;
            }
            self.take_detour();
        }
        if !self.list.pairs.is_empty() {
            return false;
        }
        // The end of the script also ends its last word and line.
        self.end_word();
        self.outer.is_empty() && self.end_line()
    }

    /// Returns the byte at this offset from the current position.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// Skips a backslash that joins a line with the next.
    fn skip_line_end(&mut self) {
        self.at += 2;
        self.take_detour();
        self.is_cut_off |= self.at == self.text.len();
    }

    /// Skips blanks, continued line ends and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.peek(1) == Some(b'\n') => self.skip_line_end(),
                Some(b'#') => {
                    let start = self.at;
                    while self.peek(0).is_some_and(|byte| byte != b'\n') {
                        self.at += 1;
                    }
                    self.mark_comment(start);
                }
                _ => break,
            }
        }
    }

    /// Opens a list within this one.
    fn open(&mut self, opener: Opener, expect: Expect) {
        let inner = self.list.inner(opener, expect, self.here_documents.len());
        self.outer.push(mem::replace(&mut self.list, inner));
        self.keep(Token::Open(opener));
    }

    /// Closes this list and returns to the one around it.
    fn close(&mut self) {
        if self.list.opener == Opener::Substitution {
            // Bash reads the bodies that the substitution still lacks here, with a warning
            // (`parse_comsub`).
            self.read_bodies_below();
            self.mark_substitution();
        }
        if let Some(outer) = self.outer.pop() {
            self.list = outer;
            self.keep(Token::Close);
        }
    }

    /// Closes this list, which is a compound command.
    fn close_compound(&mut self) {
        self.close();
        self.list.expect = Expect::Compound;
    }

    /// Reads a token or a part of a word. Returns whether that ended a command of the script.
    fn read(&mut self, byte: u8) -> bool {
        if !self.list.pairs.is_empty() {
            self.read_pair(byte);
            return false;
        }
        if let Some(word) = self.list.word {
            self.read_word(byte, word);
            return false;
        }
        match byte {
            b' ' | b'\t' | b'#' => self.skip_blanks(),
            b'\\' if self.peek(1) == Some(b'\n') => self.skip_blanks(),
            b'\n' => return self.end_line(),
            _ if self.list.expect == Expect::Regex => self.begin_word(),
            b'<' | b'>' if self.joined_bytes()[1].0 == Some(b'(') => self.begin_word(),
            b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => self.operator(byte),
            _ => self.begin_word(),
        }
        false
    }

    /// Reads the end of a line. Returns whether that ended a command of the script.
    fn end_line(&mut self) -> bool {
        let line_end = self.at..self.text.len().min(self.at + 1);
        self.at = line_end.end;
        if !self.list.expect.is_on_another_line() {
            self.keep(Token::End(line_end));
        }
        self.take_detour();
        let is_script = self.list.opener == Opener::Script;
        let is_over = is_script && !self.list.expect.is_on_another_line();
        if is_over {
            // A quote in a comment within `((` can make bash read further than the subshells go.
            // The commands there stand for themselves: bash refuses the first, which lacks its
            // quote.
            self.reread = 0;
            self.detour = None;
        }
        if self.at > self.reread {
            self.is_cut_off |= !self.skip_here_documents();
        } else {
            self.read_bodies_below();
        }
        self.list.target = None;
        if !is_script {
            self.list.expect = self.list.expect.after_line();
        }
        is_over
    }

    /// Interprets a word that has been read, by its position. `text` is the word's text if it has
    /// neither quotes nor expansions.
    fn word(&mut self, range: Range<usize>, text: Option<&str>, is_assignment: bool) {
        match self.list.target {
            Some(Target::File) => {
                self.keep(Token::Target(range));
                return self.end_target();
            }
            Some(Target::HereDocument { strips_tabs }) => {
                self.keep(Token::Target(range.clone()));
                let document = HereDocument::new(self.text, range, strips_tabs);
                self.here_documents.push(document);
                return self.end_target();
            }
            None => {}
        }
        if self.list.expect.takes_reserved_word()
            && text.is_some_and(|text| self.reserved_word(text))
        {
            return;
        }
        if let Some(token) = Token::word(self.list.expect, range, text, is_assignment) {
            self.keep(token);
        }
        self.list.expect = match (self.list.expect, text) {
            (Expect::ForIn, Some("in")) => Expect::ForWords,
            (Expect::ForIn | Expect::ForDo, Some("do")) => Expect::Command,
            // Bash also accepts braces, in place of `do` and `done`.
            (Expect::ForIn | Expect::ForDo, Some("{")) => {
                self.list.opener = Opener::Brace;
                Expect::Command
            }
            (Expect::CaseIn, Some("in")) => Expect::Pattern,
            (Expect::Pattern, Some("esac")) => return self.close_compound(),
            (Expect::Operand, Some("]]")) => return self.close_compound(),
            (Expect::Operand, Some("==" | "=" | "!=")) => Expect::ExtendedPattern,
            (Expect::Operand, Some("=~")) => Expect::Regex,
            (expect, _) => expect.after_word(is_assignment),
        };
    }

    /// Interprets a word in a position that allows a reserved word. Returns whether it is one.
    fn reserved_word(&mut self, text: &str) -> bool {
        let opener = self.list.opener;
        match (text, opener) {
            ("if", _) => self.open(Opener::If, Expect::Command),
            ("while" | "until", _) => self.open(Opener::Loop, Expect::Command),
            ("for" | "select", _) => self.open(Opener::Loop, Expect::ForName),
            ("case", _) => self.open(Opener::Case, Expect::CaseWord),
            ("{", _) => self.open(Opener::Brace, Expect::Command),
            ("[[", _) => self.open(Opener::Condition, Expect::Operand),
            ("elif", Opener::If) => {
                self.keep(Token::Condition);
                self.list.expect = Expect::Command;
            }
            ("then" | "else", Opener::If) | ("do", Opener::Loop) => {
                self.keep(Token::Then);
                self.list.expect = Expect::Command;
            }
            ("fi", Opener::If)
            | ("done", Opener::Loop)
            | ("esac", Opener::Case)
            | ("}", Opener::Brace) => self.close_compound(),
            ("!", _) => {
                self.keep(Token::Not);
                self.list.expect = Expect::Command;
            }
            ("time", _) if !matches!(self.list.expect, Expect::Piped | Expect::Coprocess) => {
                self.list.expect = Expect::Timed;
            }
            ("-p" | "--", _) if self.list.expect == Expect::Timed => {}
            ("function", _) => {
                self.keep(Token::Function);
                self.list.expect = Expect::FunctionName;
            }
            ("coproc", _) => self.list.expect = Expect::Coprocess,
            _ => return false,
        }
        true
    }
}
