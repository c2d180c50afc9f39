//! A terminal emulator, which renders what a program wrote to its terminal.
//!
//! The result is everything that can be scrolled back to at the end: lines that have scrolled out, then
//! the screen. A wrapped line stays one line. An alternate screen, as pagers use it, leaves nothing.
//!
//! To distinguish typed text from output, each typed character is replaced by a stand-in from Unicode's
//! last private-use plane, which programs do not print. So it can be moved, wrapped and overwritten like
//! any other text.

use avt::observer::{Observation, Observer};
use avt::parser::Function;
use avt::{Line, Operation, Parser, ScreenKind, Terminal};

use super::symbol::{has_symbol, symbol};
use super::{Piece, ROWS, Style, push};
use crate::model::recording::Chunk;
use crate::model::stream::Columns;
use crate::model::stream::Stream;

/// The code point of the first stand-in.
const PRIVATE_PLANE: u32 = 0x10_0000;
/// The number of stand-ins; the last two code points of the plane are noncharacters.
const STAND_INS: u32 = 0xfffe;

/// What chunks leave on a terminal of this width. No piece is empty.
pub(super) fn screen(chunks: &[Chunk], columns: Columns) -> Vec<Piece> {
    let size = (usize::from(columns.get()), usize::from(ROWS));
    let Ok(mut terminal) = Terminal::new(size.0, size.1) else { return Vec::new() };
    let mut parser = Parser::new();
    let mut left = Left::default();
    for chunk in chunks {
        let is_typed = chunk.stream == Stream::Typed;
        let drawn = chunk.text.chars().map(|c| if is_typed { stand_in(c) } else { printed(c) });
        let functions = drawn.filter_map(|c| parser.feed(c)).map(|function| match function {
            // Limits the memory that a few bytes can ask for.
            Function::Rep(count) => Function::Rep(count.min(columns.get())),
            function => function,
        });
        terminal.execute_with(functions, &mut left);
    }
    if terminal.active_screen_kind() == ScreenKind::Alternate {
        terminal.feed("\x1b[?1049l");
    }
    let is_at_line_start = terminal.cursor().col == 0;
    left.take_screen(&terminal);
    pieces(&left.lines, is_at_line_start)
}

fn stand_in(c: char) -> char {
    let code = u32::from(c);
    let has_stand_in = !c.is_control() && code < STAND_INS;
    char::from_u32(PRIVATE_PLANE + code).filter(|_| has_stand_in).unwrap_or(c)
}

/// The typed character that this is the stand-in for, if it is one.
fn typed(c: char) -> Option<char> {
    u32::from(c).checked_sub(PRIVATE_PLANE).and_then(char::from_u32)
}

/// A printed character, replaced if it is a stand-in.
fn printed(c: char) -> char {
    if typed(c).is_some() { char::REPLACEMENT_CHARACTER } else { c }
}

/// The lines that have scrolled out, then those of the screen.
#[derive(Default)]
struct Left {
    lines: Vec<Vec<Drawn>>,
    /// The rows so far of a line that is wrapped.
    unfinished: Vec<Drawn>,
}

/// A character and how it is drawn.
type Drawn = (char, Style);

impl Left {
    fn take(&mut self, row: &Line) {
        // The second half of a wide character has no width.
        let cells = row.cells().iter().filter(|cell| cell.width() > 0);
        self.unfinished.extend(cells.map(|cell| (cell.char(), Style::from(cell.pen()))));
        if !row.is_wrapped() {
            let mut line = std::mem::take(&mut self.unfinished);
            let end = line.iter().rposition(|(c, _)| !c.is_whitespace());
            line.truncate(end.map_or(0, |last| last + 1));
            self.lines.push(line);
        }
    }

    /// Takes the lines of the screen, without empty lines at the end.
    fn take_screen(&mut self, terminal: &Terminal) {
        let start = self.lines.len();
        terminal.primary_screen().all_lines().for_each(|row| self.take(row));
        let lines = self.lines[start..].iter();
        let empty = lines.rev().take_while(|line| line.is_empty()).count();
        self.lines.truncate(self.lines.len() - empty);
    }
}

impl Observer for Left {
    type Output = ();

    fn before(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        if matches!(operation, Operation::Function(Function::Ris)) {
            self.take_screen(context.terminal());
        }
    }

    fn evicted(&mut self, _: &mut Observation<'_>, row: &Line) {
        self.take(row);
    }

    fn end(&mut self, _: &mut Observation<'_>) {}
}

fn pieces(lines: &[Vec<Drawn>], is_at_line_start: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut buffer = [0; 4];
    let mut last = Style::default();
    let is_blank = lines.len() < 2 && lines.iter().all(Vec::is_empty);
    for (index, line) in lines.iter().enumerate() {
        for &(c, style) in line.iter().filter(|(c, _)| !c.is_control()) {
            let (stream, c) = typed(c).map_or((Stream::Stdout, c), |c| (Stream::Typed, c));
            if has_symbol(c) {
                push(&mut pieces, stream, Style { symbol: true, ..style }, &symbol(c));
            } else {
                push(&mut pieces, stream, style, c.encode_utf8(&mut buffer));
            }
            last = style;
        }
        if index + 1 < lines.len() || (is_at_line_start && !is_blank) {
            push(&mut pieces, Stream::Stdout, last, "\n");
        }
    }
    pieces
}

#[cfg(test)]
mod tests;
