//! Removes the echo of a line that was typed into a program, up to and including its end.
//!
//! Line editors draw the line as they like: with colours, in pieces, and wrapped at the edge of the screen.
//! So its characters are searched for in order, whatever blanks and control sequences are between.

use crate::text::keys;

/// Searches for one echo, at the start of the output after a line was typed.
#[derive(Debug)]
pub(super) struct LineEcho {
    /// What the echo shows, without blanks.
    awaited: String,
    /// The output so far.
    held: String,
}

/// What is found at the start of some output.
enum Found {
    /// The echo, which ends here.
    Echo { end: usize },
    /// All or a part of the echo, without the end of its line.
    Beginning { is_whole: bool },
    /// Something else.
    Other,
}

impl LineEcho {
    /// The echo of this text, without its line feed.
    pub(super) fn new(typed: &str) -> Self {
        let awaited = keys::shown(typed).chars().filter(|c| !c.is_whitespace()).collect();
        Self { awaited, held: String::new() }
    }

    /// Adds output. Returns what comes after the echo once that is over, and all output if there is none.
    pub(super) fn strip(&mut self, output: &str) -> Option<String> {
        self.held.push_str(output);
        match self.find() {
            Found::Echo { end } => Some(self.held.split_off(end)),
            Found::Beginning { .. } => None,
            Found::Other => Some(std::mem::take(&mut self.held)),
        }
    }

    /// Returns the output so far, unless it is the echo.
    pub(super) fn give_up(self) -> String {
        match self.find() {
            Found::Beginning { is_whole: true } => String::new(),
            _ => self.held,
        }
    }

    fn find(&self) -> Found {
        let mut awaited = self.awaited.chars().peekable();
        let mut output = self.held.char_indices();
        while let Some((at, c)) = output.next() {
            match c {
                '\x1b' => {
                    if !skip_sequence(&mut output) {
                        break;
                    }
                }
                '\n' if awaited.peek().is_none() => return Found::Echo { end: at + 1 },
                c if awaited.peek() == Some(&c) => {
                    awaited.next();
                }
                c if c.is_whitespace() || c.is_control() => {}
                _ => return Found::Other,
            }
        }
        Found::Beginning { is_whole: awaited.peek().is_none() }
    }
}

/// Skips the rest of an escape sequence. Returns whether it is complete.
fn skip_sequence(output: &mut impl Iterator<Item = (usize, char)>) -> bool {
    match output.next().map(|(_, c)| c) {
        // CSI, up to its final byte (ECMA-48, 5.4).
        Some('[') => output.any(|(_, c)| matches!(c, '\x40'..='\x7e')),
        // OSC, up to BEL or ST.
        Some(']') => output.any(|(_, c)| matches!(c, '\x07' | '\\')),
        Some('(' | ')') => output.next().is_some(),
        other => other.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(typed: &str, pieces: &[&str]) -> String {
        let mut echo = Some(LineEcho::new(typed));
        let mut all = String::new();
        for piece in pieces {
            match echo.as_mut().map(|echo| echo.strip(piece)) {
                Some(Some(output)) => {
                    all += &output;
                    echo = None;
                }
                Some(None) => {}
                None => all += piece,
            }
        }
        all + &echo.map(LineEcho::give_up).unwrap_or_default()
    }

    #[test]
    fn the_echo_of_a_line_is_removed_however_it_is_drawn() {
        assert_eq!(stripped("echo hi", &["echo hi\r\nhi\r\n"]), "hi\r\n");
        assert_eq!(stripped("ls -l", &["l", "s -", "l\r", "\nx\r\n"]), "x\r\n");
        assert_eq!(stripped("", &["\r\nnext"]), "next");
        // As busybox and readline wrap it, and as Python colours it.
        assert_eq!(stripped("abcdef", &["abc\r\ndef\r\nx"]), "x");
        assert_eq!(stripped("abcdef", &["abcd \r\x1b[Kef\r\n\x1b[?2004l\rx"]), "\x1b[?2004l\rx");
        assert_eq!(stripped("x=1", &["\x1b[1mx\x1b[0m\x1b[3", "2m=\x1b]0;t\x071\r\nz"]), "z");
        assert_eq!(stripped("\x03", &["^C\r\n# "]), "# ");
    }

    #[test]
    fn what_is_not_an_echo_stays() {
        assert_eq!(stripped("secret", &["\r\nLogin Succeeded\r\n"]), "\r\nLogin Succeeded\r\n");
        assert_eq!(stripped("abc", &["ab", "x\r\n"]), "abx\r\n");
        assert_eq!(stripped("abc", &["ab"]), "ab");
        assert_eq!(stripped("exit", &["exit"]), "");
    }
}
