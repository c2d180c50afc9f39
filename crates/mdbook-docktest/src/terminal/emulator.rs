//! A terminal that nobody looks at, which draws what a program has sent to a real one.
//!
//! What is left is all that a reader could scroll back to at the end: lines that scrolled out, then
//! the screen. A line that is longer than the terminal is wide stays one line. An alternate screen,
//! as pagers use it, leaves nothing.
//!
//! Typed text is told apart from output by characters of its own: while it is drawn, each has a
//! stand-in from Unicode's last private plane, which programs do not print. So it can be moved,
//! wrapped and overwritten like all other text.

use avt::observer::Transcript;
use avt::parser::Function;
use avt::{Parser, ScreenKind, Terminal};

use super::{Piece, ROWS, push};
use crate::recording::{Chunk, Stream};
use crate::scenario::Columns;

/// Where the stand-ins begin.
const PRIVATE_PLANE: u32 = 0x10_0000;
/// How many there are; the plane's last two characters are none.
const STAND_INS: u32 = 0xfffe;

/// What these chunks leave on a terminal of this width. Empty pieces are left out.
pub(super) fn screen(chunks: &[Chunk], columns: Columns) -> Vec<Piece> {
    let size = (usize::from(columns.get()), usize::from(ROWS));
    let Ok(mut terminal) = Terminal::new(size.0, size.1) else { return Vec::new() };
    let mut parser = Parser::new();
    let mut transcript = Transcript::new();
    let mut lines = Vec::new();
    for chunk in chunks {
        let is_typed = chunk.stream == Stream::Typed;
        let drawn = chunk.text.chars().map(|c| if is_typed { stand_in(c) } else { printed(c) });
        let functions = drawn.filter_map(|c| parser.feed(c)).map(|function| match function {
            // A few bytes could ask for memory without measure.
            Function::Rep(count) => Function::Rep(count.min(columns.get())),
            function => function,
        });
        lines.extend(terminal.execute_with(functions, &mut transcript));
    }
    if terminal.active_screen_kind() == ScreenKind::Alternate {
        terminal.feed("\x1b[?1049l");
    }
    let is_at_line_start = terminal.cursor().col == 0;
    lines.extend(transcript.finish(&terminal));
    pieces(&lines, is_at_line_start)
}

fn stand_in(c: char) -> char {
    let code = u32::from(c);
    let has_stand_in = !c.is_control() && code < STAND_INS;
    char::from_u32(PRIVATE_PLANE + code).filter(|_| has_stand_in).unwrap_or(c)
}

/// The character that was typed, if this is its stand-in.
fn typed(c: char) -> Option<char> {
    u32::from(c).checked_sub(PRIVATE_PLANE).and_then(char::from_u32)
}

/// Nothing that a program prints is a stand-in.
fn printed(c: char) -> char {
    if typed(c).is_some() { char::REPLACEMENT_CHARACTER } else { c }
}

fn pieces(lines: &[String], is_at_line_start: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = lines.join("\n");
    if is_at_line_start && !text.is_empty() {
        text.push('\n');
    }
    let mut buffer = [0; 4];
    for c in text.chars().filter(|c| !c.is_control() || *c == '\n') {
        let (stream, c) = typed(c).map_or((Stream::Stdout, c), |c| (Stream::Typed, c));
        push(&mut pieces, stream, c.encode_utf8(&mut buffer));
    }
    pieces
}

#[cfg(test)]
mod tests;
