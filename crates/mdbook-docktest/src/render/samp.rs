//! Output as the content of a `<samp>`: text, with elements where it is styled.
//!
//! Class names are short, because every byte of markup counts. The style sheet defines them: `err` for
//! standard error, with `in` if it starts or ends within a line; `c0` to `c15` for colours, with `g` if
//! the colour is that of the background; `b`, `d`, `i`, `u` and `s` for bold, dim, italic, underlined
//! and struck-through text; `sym` for the symbol of an invisible character.

use std::fmt::Write;

use crate::model::stream::Stream;
use crate::terminal::{Piece, Style};

/// How much detail the markup of an output has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Streams, colours and timing.
    Full,
    /// Only streams.
    Streams,
}

/// The content of a `<samp>`.
#[derive(Debug, Default)]
pub(super) struct Samp {
    pub(super) html: String,
    /// The bytes of text in it.
    pub(super) text: usize,
}

impl Samp {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { html: String::with_capacity(bytes), text: 0 }
    }

    pub(super) fn new(pieces: &[Piece], detail: Detail) -> Self {
        let mut samp = Self::with_capacity(pieces.iter().map(|piece| piece.text.len()).sum());
        let mut is_at_line_start = true;
        let mut rest = pieces.len();
        for pieces in pieces.chunk_by(|a, b| a.stream == b.stream) {
            rest -= pieces.len();
            let ends_line = pieces.last().is_some_and(|last| last.text.ends_with('\n'));
            let is_in_line = !is_at_line_start || !(ends_line || rest == 0);
            is_at_line_start = ends_line;
            let (open, close) = match pieces[0].stream {
                Stream::Stdout => ("", ""),
                Stream::Stderr if is_in_line => ("<span class=\"err in\">", "</span>"),
                Stream::Stderr => ("<span class=\"err\">", "</span>"),
                Stream::Typed => ("<kbd>", "</kbd>"),
            };
            samp.html.push_str(open);
            for piece in pieces {
                match detail {
                    Detail::Full if piece.style != Style::default() => samp.styled(piece),
                    _ => samp.text(&piece.text),
                }
            }
            samp.html.push_str(close);
        }
        samp
    }

    /// Appends text, escaped.
    pub(super) fn text(&mut self, mut text: &str) {
        let before = self.html.len();
        self.html.reserve(text.len());
        let is_special = |byte: u8| matches!(byte, b'<' | b'>' | b'&');
        while let Some(at) = text.bytes().position(is_special) {
            self.html.push_str(&text[..at]);
            self.html.push_str(match text.as_bytes()[at] {
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => "&amp;",
            });
            text = &text[at + 1..];
        }
        self.html.push_str(text);
        self.text += self.html.len() - before;
    }

    fn styled(&mut self, piece: &Piece) {
        self.html.push_str("<span class=\"");
        let start = self.html.len();
        classes(piece.style, &mut self.html);
        debug_assert!(self.html.len() > start, "{piece:?} has a style");
        self.html.push_str("\">");
        self.text(&piece.text);
        self.html.push_str("</span>");
    }
}

/// Appends the classes of a style. Text is readable in any style: it has a colour of the theme on the
/// background of the block, or the colour of that background on a colour of the theme.
fn classes(style: Style, html: &mut String) {
    let Style { foreground, background, inverse, .. } = style;
    let has_background = inverse || background.is_some();
    let flags = [
        (style.symbol, "sym"),
        (has_background, "g"),
        (style.bold, "b"),
        (style.dim, "d"),
        (style.italic, "i"),
        (style.underline, "u"),
        (style.strikethrough, "s"),
    ];
    let mut separator = "";
    for (_, class) in flags.into_iter().filter(|(is_set, _)| *is_set) {
        html.push_str(separator);
        html.push_str(class);
        separator = " ";
    }
    let colour = if inverse { foreground } else { background.or(foreground) };
    if let Some(colour) = colour {
        // Writing to a string does not fail.
        let _ = write!(html, "{separator}c{}", colour.number());
    }
}

#[cfg(test)]
mod tests;
