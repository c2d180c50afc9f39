//! Here-documents: the lines below a command that are its input.

use std::borrow::Cow;

use super::Reader;
use super::grammar::Opener;

/// A here-document whose body is still to come.
#[derive(Debug)]
pub(super) struct HereDocument {
    /// The line that ends it.
    delimiter: Vec<u8>,
    /// Whether a backslash at the end of a line joins it with the next.
    joins_lines: bool,
    strips_tabs: bool,
}

impl HereDocument {
    /// One with this word behind `<<`.
    pub(super) fn new(word: &[u8], strips_tabs: bool) -> Self {
        let mut delimiter = Vec::with_capacity(word.len());
        let mut quote = None;
        let mut is_quoted = false;
        let mut bytes = word.iter().copied().peekable();
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
        Self { delimiter, joins_lines: !is_quoted, strips_tabs }
    }
}

impl Reader<'_> {
    /// Skips the bodies of the here-documents that were begun in this list.
    pub(super) fn skip_here_documents(&mut self) {
        for document in self.here_documents.split_off(self.list.here_documents) {
            self.is_cut_off |= !self.skip_body(&document);
        }
    }

    /// Skips a here-document's body. Says whether it has an end.
    fn skip_body(&mut self, document: &HereDocument) -> bool {
        while self.at < self.text.len() {
            let start = self.at;
            self.skip_line();
            while document.joins_lines && self.is_continued(start) {
                if self.at == self.text.len() {
                    return false;
                }
                self.skip_line();
            }
            let whole = &self.text[start..self.at];
            let whole = if document.joins_lines { joined(whole) } else { Cow::from(whole) };
            let line = whole.strip_suffix(b"\n").unwrap_or(&whole);
            let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
            let line = if document.strips_tabs { &line[tabs..] } else { line };
            if line == document.delimiter {
                self.end = self.at - usize::from(self.text[self.at - 1] == b'\n');
                return true;
            }
            // Within a substitution, its parenthesis may follow.
            if self.list.opener == Opener::Substitution
                && let Some(rest) = line.strip_prefix(&document.delimiter[..])
                && rest.contains(&b')')
            {
                self.at -= rest.len() + usize::from(whole.ends_with(b"\n"));
                return true;
            }
        }
        false
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    }

    /// Whether what was read ends with a backslash that is not quoted itself, and the end of its line.
    fn is_continued(&self, start: usize) -> bool {
        let line = &self.text[start..self.at];
        let Some(line) = line.strip_suffix(b"\n") else { return false };
        line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
    }
}

/// Lines without the ends of those that are continued.
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
