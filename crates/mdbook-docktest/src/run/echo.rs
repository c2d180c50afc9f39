//! Finds the echo of what was typed in the output of a terminal.
//!
//! A terminal shows what is typed because the program, or the terminal itself, sends it back. So what was
//! typed is recorded where its echo appears, not when it is typed: otherwise it would be shown twice. A
//! password is not echoed, and is not shown to readers either.

use std::mem;

/// Searches for one echo.
#[derive(Debug, Default)]
pub(super) struct Echo {
    awaited: Option<Awaited>,
    /// The end of the output, if it can be the beginning of the echo.
    held: String,
    /// Whether what was typed is in the transcript without its echo.
    is_recorded: bool,
}

#[derive(Debug)]
struct Awaited {
    text: String,
    /// Whether the echo can only be on the line on which the text was typed.
    on_this_line: bool,
}

/// Output, split at the echo.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) before: String,
    pub(super) echo: String,
    pub(super) after: String,
}

impl Echo {
    /// The echo of a line that was typed at a prompt.
    pub(super) fn for_line(line: &str) -> Self {
        Self::for_text(line.trim_end_matches('\n'), true)
    }

    /// The echo of keys that have been recorded already: it is removed.
    pub(super) fn of_recorded_keys(shown: &str) -> Self {
        Self { is_recorded: true, ..Self::for_text(shown, true) }
    }

    /// What a terminal shows for Ctrl-C, on any line.
    pub(super) fn for_interrupt() -> Self {
        Self::for_text("^C", false)
    }

    fn for_text(text: &str, on_this_line: bool) -> Self {
        let awaited = (!text.is_empty()).then(|| Awaited { text: text.to_owned(), on_this_line });
        Self { awaited, ..Self::default() }
    }

    /// Whether the echo has neither appeared nor been given up.
    pub(super) fn is_awaited(&self) -> bool {
        self.awaited.is_some()
    }

    /// Splits output at the echo. A possible beginning of the echo is held back until more output comes.
    pub(super) fn split(&mut self, text: &str) -> Parts {
        let Some(awaited) = &self.awaited else {
            return Parts { before: text.to_owned(), ..Parts::default() };
        };
        let mut text = mem::take(&mut self.held) + text;
        let line = text.find('\n').filter(|_| awaited.on_this_line);
        if let Some(start) = text[..line.unwrap_or(text.len())].find(&awaited.text) {
            let after = text.split_off(start + awaited.text.len());
            let echo = text.split_off(start);
            let echo = if self.is_recorded { String::new() } else { echo };
            self.awaited = None;
            return Parts { before: text, echo, after };
        }
        if line.is_some() {
            self.awaited = None;
        } else {
            let held = longest_overlap(&awaited.text, &text);
            self.held = text.split_off(text.len() - held);
        }
        Parts { before: text, ..Parts::default() }
    }

    /// Stops searching. Returns the text that was held back.
    pub(super) fn give_up(&mut self) -> String {
        self.awaited = None;
        mem::take(&mut self.held)
    }
}

/// The length in bytes of the longest suffix of `text` that is a proper prefix of `awaited`.
fn longest_overlap(awaited: &str, text: &str) -> usize {
    awaited
        .char_indices()
        .map(|(index, _)| index)
        .rev()
        .find(|&length| text.ends_with(&awaited[..length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns all output, with the echo in brackets.
    fn marked(mut echo: Echo, pieces: &[&str]) -> String {
        let mut all = String::new();
        for piece in pieces {
            let Parts { before, echo, after } = echo.split(piece);
            all += &before;
            if !echo.is_empty() {
                all += &format!("[{echo}]");
            }
            all += &after;
        }
        all + &echo.give_up()
    }

    #[test]
    fn an_echo_is_found_in_any_number_of_pieces() {
        let line = || Echo::for_line("yes\n");
        assert_eq!(marked(line(), &["yes\r\ndone\r\n"]), "[yes]\r\ndone\r\n");
        assert_eq!(marked(line(), &["y", "e", "s", "\r\n", "yes"]), "[yes]\r\nyes");
        assert_eq!(marked(line(), &["\x1b[1m", "yyes\r\n"]), "\x1b[1my[yes]\r\n");
    }

    #[test]
    fn an_echo_is_not_searched_for_on_later_lines() {
        assert_eq!(marked(Echo::for_line("yes\n"), &["\r\nyes\r\n"]), "\r\nyes\r\n");
        assert_eq!(marked(Echo::for_line("yes\n"), &["y", "e", "\n", "s"]), "ye\ns");
        assert_eq!(marked(Echo::for_line("yes\n"), &["ye"]), "ye");
        assert_eq!(marked(Echo::for_line("\n"), &["\r\nnext"]), "\r\nnext");
    }

    #[test]
    fn the_echo_of_an_interrupt_is_found_after_earlier_output() {
        let pieces = ["tick 4\r\n", "^", "Ctick 5\r\n^C"];
        assert_eq!(marked(Echo::for_interrupt(), &pieces), "tick 4\r\n[^C]tick 5\r\n^C");
    }
}
