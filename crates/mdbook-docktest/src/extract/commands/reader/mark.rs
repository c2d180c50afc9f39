//! Marks: the parts of a script that bash quotes, expands or skips, for those who show it.

use std::cmp::Reverse;
use std::ops::Range;

use super::Reader;
use super::pair::Kind;
use super::token::Token;

/// A part of a script. Ranges are in bytes of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    pub(crate) range: Range<usize>,
}

/// What bash does with a part of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Nothing in it is expanded: `'…'`, or the lines of a here-document with a quoted delimiter.
    Literal,
    /// It is one word, in which expansions are marked on their own: `"…"`, or the lines of another
    /// here-document.
    Quoted,
    /// Its value takes its place: `$(…)`, `` `…` ``, `$((…))`, `${…}`, `$NAME`, `<(…)`.
    Expansion,
    /// An argument that begins with a dash, up to its `=`.
    Option,
    /// `#` and the rest of the line.
    Comment,
}

/// The longest line of a here-document in which expansions are looked for.
const LONGEST_LINE: usize = 1_000;

/// Returns the marks of a script, each before those within it.
pub(crate) fn marks(script: &str) -> Vec<Mark> {
    let mut reader = Reader::new(script);
    reader.tokens = Some(Vec::new());
    reader.marks = Some(Vec::new());
    while reader.next_command().is_some() {}
    let mut marks = reader.marks.unwrap_or_default();
    for token in reader.tokens.unwrap_or_default() {
        match token {
            Token::Word(range) => marks.extend(option(script, range)),
            Token::Body { range, is_literal, .. } => {
                let kind = if is_literal { MarkKind::Literal } else { MarkKind::Quoted };
                if !is_literal {
                    expansions_in_body(script, range.clone(), &mut marks);
                }
                marks.push(Mark { kind, range });
            }
            _ => {}
        }
    }
    marks.sort_by_key(|mark| (mark.range.start, Reverse(mark.range.end)));
    marks
}

/// The mark of a word that is an option.
fn option(script: &str, word: Range<usize>) -> Option<Mark> {
    let text = script.get(word.clone())?;
    let name = text.trim_start_matches('-');
    if name.len() == text.len() || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    Some(Mark { kind: MarkKind::Option, range: word.start..word.start + length })
}

/// Adds the expansions in the lines of a here-document, in which quotes mean nothing.
fn expansions_in_body(script: &str, body: Range<usize>, marks: &mut Vec<Mark>) {
    let mut start = body.start;
    for line in script[body].split_inclusive('\n') {
        let mut at = 0;
        while let Some(found) =
            line[at..].find(['$', '`', '\\']).filter(|_| line.len() <= LONGEST_LINE)
        {
            at += found;
            if line[at..].starts_with('\\') {
                // What is behind it means itself.
                at += 1 + line[at + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            // The same reader, as if the expansion were a command.
            let mut reader = Reader::new(&line[at..]);
            reader.marks = Some(Vec::new());
            reader.next_command();
            let mut read = reader.marks.unwrap_or_default().into_iter();
            let first = read.find(|mark| mark.range.start == 0 && mark.kind == MarkKind::Expansion);
            let length = first.map_or(0, |mark| mark.range.end);
            if length > 0 {
                let range = start + at..start + at + length;
                marks.push(Mark { kind: MarkKind::Expansion, range });
            }
            at += length.max(1);
        }
        start += line.len();
    }
}

impl Reader<'_> {
    fn mark(&mut self, kind: MarkKind, range: Range<usize>) {
        if let Some(marks) = &mut self.marks {
            marks.push(Mark { kind, range });
        }
    }

    /// Marks the comment that ends here.
    pub(super) fn mark_comment(&mut self, start: usize) {
        self.mark(MarkKind::Comment, start..self.at);
    }

    /// Marks the variable whose `$` is the next byte, if that is one.
    pub(super) fn mark_parameter(&mut self) {
        let name = &self.text[self.at + 1..];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = match name.first() {
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'!' | b'$' | b'-') => 1,
            _ => name.iter().take_while(|byte| is_name(byte)).count(),
        };
        if length > 0 {
            self.mark(MarkKind::Expansion, self.at..self.at + 1 + length);
        }
    }

    /// Records where a substitution begins, of which this is the parenthesis.
    pub(super) fn begin_mark(&mut self, parenthesis: usize) {
        let start = self.sign_before(parenthesis);
        self.substitutions.push(start);
    }

    /// Marks the substitution that ends here.
    pub(super) fn mark_substitution(&mut self) {
        if let Some(start) = self.substitutions.pop() {
            self.mark(MarkKind::Expansion, start..self.at);
        }
    }

    /// Marks the quotes or the expansion that end here.
    pub(super) fn mark_pair(&mut self, kind: Kind, start: usize) {
        match kind {
            Kind::Single | Kind::Ansi => self.mark(MarkKind::Literal, start..self.at),
            Kind::Double => self.mark(MarkKind::Quoted, start..self.at),
            Kind::Backquotes => self.mark(MarkKind::Expansion, start..self.at),
            Kind::Parameter | Kind::Brackets => {
                let start = self.sign_before(start);
                self.mark(MarkKind::Expansion, start..self.at);
            }
            // It was opened at its second parenthesis.
            Kind::Arithmetic => {
                let start = self.sign_before(start.saturating_sub(1));
                self.mark(MarkKind::Expansion, start..self.at);
            }
            Kind::Subscript | Kind::Parentheses | Kind::ArithmeticCommand => {}
        }
    }

    /// Returns the offset of the sign in front of a bracket; that of the bracket if there is none.
    fn sign_before(&self, bracket: usize) -> usize {
        let mut before = &self.text[..bracket];
        while let Some(joined) = before.strip_suffix(b"\\\n") {
            before = joined;
        }
        match before.last() {
            Some(b'$' | b'<' | b'>') if self.text.get(bracket) != Some(&b'$') => before.len() - 1,
            _ => bracket,
        }
    }
}
