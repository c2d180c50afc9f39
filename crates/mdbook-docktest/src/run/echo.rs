//! Finds in a terminal's output what was typed there.
//!
//! A terminal shows what is typed because the program, or the terminal itself, sends it back. So
//! what was typed is not written down when it is typed, which would show it twice, but where it
//! comes back. A password does not, and is not shown to readers either.

use std::mem;

/// Waits for one echo.
#[derive(Debug, Default)]
pub(super) struct Echo {
    awaited: Option<Awaited>,
    /// The end of the output, if it may be the beginning of the echo.
    held: String,
}

#[derive(Debug)]
struct Awaited {
    text: String,
    /// Whether the echo is on the line on which it was typed, or nowhere.
    on_this_line: bool,
}

/// Output, told apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) before: String,
    pub(super) echo: String,
    pub(super) after: String,
}

impl Echo {
    /// Waits for a line that was typed at a prompt; no longer for what was typed before.
    pub(super) fn of_line(line: &str) -> Self {
        Self::of(line.trim_end_matches('\n'), true)
    }

    /// Waits for what a terminal shows for Ctrl-C, wherever it comes.
    pub(super) fn of_interrupt() -> Self {
        Self::of("^C", false)
    }

    fn of(text: &str, on_this_line: bool) -> Self {
        let awaited = (!text.is_empty()).then(|| Awaited { text: text.to_owned(), on_this_line });
        Self { awaited, held: String::new() }
    }

    /// Whether it is still waited for.
    pub(super) fn is_awaited(&self) -> bool {
        self.awaited.is_some()
    }

    /// Tells apart what came. A beginning of the echo is held back until more comes.
    pub(super) fn split(&mut self, text: &str) -> Parts {
        let Some(awaited) = &self.awaited else {
            return Parts { before: text.to_owned(), ..Parts::default() };
        };
        let mut text = mem::take(&mut self.held) + text;
        let line = text.find('\n').filter(|_| awaited.on_this_line);
        if let Some(start) = text[..line.unwrap_or(text.len())].find(&awaited.text) {
            let after = text.split_off(start + awaited.text.len());
            let echo = text.split_off(start);
            self.awaited = None;
            return Parts { before: text, echo, after };
        }
        if line.is_some() {
            self.awaited = None;
        } else {
            let held = longest_beginning(&awaited.text, &text);
            self.held = text.split_off(text.len() - held);
        }
        Parts { before: text, ..Parts::default() }
    }

    /// Waits no longer; gives what was held back.
    pub(super) fn give_up(&mut self) -> String {
        self.awaited = None;
        mem::take(&mut self.held)
    }
}

/// How many bytes at the end of `text` are a beginning of `awaited`.
fn longest_beginning(awaited: &str, text: &str) -> usize {
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

    /// Feeds the pieces; the echo is in brackets in what is returned.
    fn told_apart(mut echo: Echo, pieces: &[&str]) -> String {
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
    fn an_echo_is_found_in_however_many_pieces_it_comes() {
        let line = || Echo::of_line("yes\n");
        assert_eq!(told_apart(line(), &["yes\r\ndone\r\n"]), "[yes]\r\ndone\r\n");
        assert_eq!(told_apart(line(), &["y", "e", "s", "\r\n", "yes"]), "[yes]\r\nyes");
        assert_eq!(told_apart(line(), &["\x1b[1m", "yyes\r\n"]), "\x1b[1my[yes]\r\n");
    }

    #[test]
    fn what_is_not_echoed_is_not_looked_for_on_later_lines() {
        assert_eq!(told_apart(Echo::of_line("yes\n"), &["\r\nyes\r\n"]), "\r\nyes\r\n");
        assert_eq!(told_apart(Echo::of_line("yes\n"), &["y", "e", "\n", "s"]), "ye\ns");
        assert_eq!(told_apart(Echo::of_line("yes\n"), &["ye"]), "ye");
        assert_eq!(told_apart(Echo::of_line("\n"), &["\r\nnext"]), "\r\nnext");
    }

    #[test]
    fn an_interrupt_is_found_behind_what_came_before_it() {
        let pieces = ["tick 4\r\n", "^", "Ctick 5\r\n^C"];
        assert_eq!(told_apart(Echo::of_interrupt(), &pieces), "tick 4\r\n[^C]tick 5\r\n^C");
    }
}
