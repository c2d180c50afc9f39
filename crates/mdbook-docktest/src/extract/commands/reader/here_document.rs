//! Here-documents: the lines below a command that are its input.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use super::Reader;
use super::token::Token;

/// A here-document whose body has not been read yet.
#[derive(Debug)]
pub(super) struct HereDocument {
    /// The line that ends it.
    delimiter: Vec<u8>,
    /// Whether a backslash at the end of a line joins it with the next one.
    joins_lines: bool,
    strips_tabs: bool,
    /// The word after `<<`.
    word: Range<usize>,
}

/// A here-document that is not ended before the text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unended {
    /// The word after `<<`.
    pub(crate) word: Range<usize>,
    /// The line that would end it.
    pub(crate) delimiter: String,
    /// The lines that it has taken for its own.
    pub(crate) body: Range<usize>,
}

/// Bodies that were read ahead of the end of the line above them. The text goes on in that line,
/// and then below the bodies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detour {
    /// The end of the line above the bodies.
    line_end: usize,
    /// The end of the bodies.
    end: usize,
    /// Whether one of them is not terminated.
    is_cut_off: bool,
}

impl HereDocument {
    /// Returns the here-document with the word at this range of `text` after `<<`.
    pub(super) fn new(text: &[u8], word: Range<usize>, strips_tabs: bool) -> Self {
        let mut delimiter = Vec::with_capacity(word.len());
        let mut quote = None;
        let mut is_quoted = false;
        let mut bytes = text[word.clone()].iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match (byte, quote) {
                (b'\\', None) => match bytes.next() {
                    Some(b'\n') => {}
                    next => {
                        is_quoted = true;
                        delimiter.extend(next);
                    }
                },
                (b'\\', Some(b'"')) => match bytes.peek() {
                    Some(b'\n') => drop(bytes.next()),
                    Some(b'"' | b'\\' | b'$' | b'`') => delimiter.extend(bytes.next()),
                    _ => delimiter.push(byte),
                },
                (b'\'' | b'"', None) => {
                    is_quoted = true;
                    quote = Some(byte);
                }
                (b'$', None) if matches!(bytes.peek(), Some(b'\'' | b'"')) => {}
                _ if quote == Some(byte) => quote = None,
                _ => delimiter.push(byte),
            }
        }
        Self { delimiter, joins_lines: !is_quoted, strips_tabs, word }
    }

    /// Returns the token for its body at this range.
    fn body(&self, range: Range<usize>) -> Token {
        let (place, strips_tabs) = (self.word.start, self.strips_tabs);
        Token::Body { place, range, is_literal: !self.joins_lines, strips_tabs }
    }
}

impl Reader<'_> {
    /// Reads the bodies of this list's here-documents from below the line that is being read.
    pub(super) fn read_bodies_below(&mut self) {
        if self.here_documents.len() == self.list.here_documents {
            return;
        }
        let below = self.detour.unwrap_or_else(|| {
            let line = self.at.max(self.reread);
            let rest = &self.text[line..];
            let line_end = line + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            Detour { line_end, end: self.text.len().min(line_end + 1), is_cut_off: false }
        });
        let at = mem::replace(&mut self.at, below.end);
        let is_cut_off = below.is_cut_off | !self.skip_here_documents();
        if self.text[self.at - 1] != b'\n' {
            self.skip_line();
        }
        // Where `((` is read a second time, so are these bodies.
        self.rereads = self.rereads.saturating_sub(self.at - below.end);
        self.detour = Some(Detour { end: self.at, is_cut_off, ..below });
        self.at = at;
    }

    /// Passes over bodies that have been read already, if the line above them has ended.
    pub(super) fn take_detour(&mut self) {
        let length = self.text.len();
        let is_below = |detour: &mut Detour| self.at > detour.line_end || self.at == length;
        if let Some(detour) = self.detour.take_if(is_below) {
            self.is_cut_off |= detour.is_cut_off;
            self.at = self.at.max(detour.end);
            self.end = self.at - usize::from(self.text[self.at - 1] == b'\n');
        }
    }

    /// Skips the bodies of the here-documents that were begun in this list. Returns whether all of
    /// them are terminated.
    pub(super) fn skip_here_documents(&mut self) -> bool {
        let documents = self.here_documents.split_off(self.list.here_documents);
        documents.iter().all(|document| self.skip_body(document))
    }

    /// Skips a here-document's body. Returns whether it is terminated.
    fn skip_body(&mut self, document: &HereDocument) -> bool {
        let first = self.at;
        'lines: while self.at < self.text.len() {
            let start = self.at;
            self.skip_line();
            while document.joins_lines && self.is_continued(start) {
                if self.at == self.text.len() {
                    break 'lines;
                }
                self.skip_line();
            }
            let whole = &self.text[start..self.at];
            let whole = if document.joins_lines { joined(whole) } else { Cow::from(whole) };
            let line = whole.strip_suffix(b"\n").unwrap_or(&whole);
            let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
            let line = if document.strips_tabs { &line[tabs..] } else { line };
            if line == document.delimiter {
                self.keep(document.body(first..start));
                self.end = self.at - usize::from(self.text[self.at - 1] == b'\n');
                return true;
            }
            // Within a substitution, its parenthesis may follow.
            if self.list.is_substituted
                && let Some(rest) = line.strip_prefix(&document.delimiter[..])
                && rest.contains(&b')')
            {
                self.keep(document.body(first..start));
                self.at -= rest.len() + usize::from(whole.ends_with(b"\n"));
                return true;
            }
        }
        self.keep(document.body(first..self.at));
        self.unended.get_or_insert_with(|| Unended {
            word: document.word.clone(),
            delimiter: String::from_utf8_lossy(&document.delimiter).into_owned(),
            body: first..self.at,
        });
        false
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        self.at += length;
        #[cfg(test)]
        {
            self.steps += length;
        }
    }

    /// Whether the text from `start` ends with an unquoted backslash and a line end.
    fn is_continued(&self, start: usize) -> bool {
        let line = &self.text[start..self.at];
        let Some(line) = line.strip_suffix(b"\n") else { return false };
        line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
    }
}

/// Returns the lines without their continued line ends.
fn joined(lines: &[u8]) -> Cow<'_, [u8]> {
    if !lines.windows(2).any(|pair| pair == b"\\\n") {
        return Cow::from(lines);
    }
    let mut joined = Vec::with_capacity(lines.len());
    let mut bytes = lines.iter().copied();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.clone().next()) {
            (b'\\', Some(b'\n')) => drop(bytes.next()),
            (b'\\', Some(next)) => {
                joined.extend([byte, next]);
                bytes.next();
            }
            _ => joined.push(byte),
        }
    }
    Cow::from(joined)
}
