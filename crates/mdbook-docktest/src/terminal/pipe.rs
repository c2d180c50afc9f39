//! Output written to a pipe, as it would be left on a screen.
//!
//! Colours and attributes become styles; other sequences, such as cursor movements and titles, are
//! removed. A line redrawn after carriage returns, such as a progress bar, is left in its last state. All
//! other text is kept: a control character outside of a complete sequence is replaced by a [symbol].

use std::sync::LazyLock;

use regex::Regex;

use super::symbol::{has_symbols, symbol};
use super::{Piece, Style, push};
use crate::model::stream::Stream;

/// An ECMA-48 sequence, or a character that has a symbol.
///
/// A control string (`ESC ]`, `ESC P`…) must end on the same line, so that an unterminated one does not
/// remove the rest of the output.
static SPECIAL: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?x)
        \x1b \[ (?<sgr>[0-9;:]*) m
        | \x1b \[ [0-?]* [\x20-/]* [@-~]
        | \x1b [\]PX^_] [^\x07\x1b\n]* (?: \x07 | \x1b\\ )
        | \x1b [\x20-/]+ [0-~]
        | \x1b [0-OQ-WYZ\\`-~]
        | (?<single>[\p{Cc}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}--\n\t])";
    Regex::new(regex).expect("the regex is valid")
});

/// Appends text of a stream. `style` is the current style of the stream, which is updated.
pub(super) fn write(text: &str, stream: Stream, style: &mut Style, pieces: &mut Vec<Piece>) {
    let mut line = Line { stream, start: End::new(pieces), is_returned: false };
    if !has_symbols(text) {
        line.print(text, *style, pieces);
        return;
    }
    let mut written = 0;
    for special in SPECIAL.captures_iter(text) {
        let whole = special.get_match();
        line.print(&text[written..whole.start()], *style, pieces);
        written = whole.end();
        if let Some(parameters) = special.name("sgr") {
            *style = style.select(parameters.as_str());
        }
        match special.name("single").and_then(|single| single.as_str().chars().next()) {
            Some('\r') => line.is_returned = true,
            Some(c) => line.print(&symbol(c), Style { symbol: true, ..*style }, pieces),
            None => {}
        }
    }
    line.print(&text[written..], *style, pieces);
}

/// The line being written.
struct Line {
    stream: Stream,
    start: End,
    /// Whether the next text overwrites the line.
    is_returned: bool,
}

/// A position in the list of pieces.
struct End {
    pieces: usize,
    bytes_of_last: usize,
}

impl Line {
    fn print(&mut self, text: &str, style: Style, pieces: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        if self.is_returned && !text.starts_with('\n') {
            self.start.restore(pieces);
        }
        self.is_returned = false;
        push(pieces, self.stream, style, text);
        if let Some(feed) = text.rfind('\n') {
            self.start = End::new(pieces);
            self.start.bytes_of_last -= text.len() - (feed + 1);
        }
    }
}

impl End {
    fn new(pieces: &[Piece]) -> Self {
        let bytes_of_last = pieces.last().map_or(0, |piece| piece.text.len());
        Self { pieces: pieces.len(), bytes_of_last }
    }

    /// Removes everything after the position.
    fn restore(&self, pieces: &mut Vec<Piece>) {
        pieces.truncate(self.pieces);
        if let Some(last) = pieces.last_mut() {
            last.text.truncate(self.bytes_of_last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::symbol::has_symbol;

    #[test]
    fn the_regex_finds_all_characters_with_a_symbol() {
        let is_found = |c: char| {
            let text = c.to_string();
            let special = SPECIAL.captures(&text);
            special.is_some_and(|special| special.name("single").is_some())
        };
        for c in ('\0'..=char::MAX).filter(|c| *c < '\u{3000}' || has_symbol(*c)) {
            assert_eq!(is_found(c), has_symbol(c), "{c:?}");
        }
    }
}
