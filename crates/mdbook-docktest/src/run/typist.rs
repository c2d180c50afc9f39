//! Answers prompts, a line at a time, when the step waits for one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::terminal;

/// A process waits for input when it has said nothing for this long after a line without an end…
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// … or only this long, if somebody is seen to read: that may be a `docker run -i`, which reads from
/// its start and passes on the prompt of another program, perhaps in pieces…
const READER_QUIET: Duration = Duration::from_millis(10);
/// … or nothing at all for this long.
const SILENT_PROMPT: Duration = Duration::from_millis(500);
/// At a terminal it gets more time: what is typed before a program like `docker run -it` has set up
/// the terminal is echoed twice, by the terminal and by the program.
const SILENT_TERMINAL: Duration = Duration::from_secs(2);

/// What ends the input that comes from a terminal, if it stands at the beginning of a line (Ctrl-D).
const END_OF_INPUT: &str = "\x04";

/// Types the author's answers. Typing each where it is asked for puts it at the right place of the
/// transcript; a program that does not ask gets it all the same.
pub(super) struct Typist {
    lines: VecDeque<String>,
    keyboard: Option<File>,
    is_terminal: bool,
    last_sign_of_life: Instant,
    prompt_is_open: bool,
    /// When to look next whether somebody reads.
    next_look: Instant,
}

impl Typist {
    /// One who types at a terminal, or into a pipe.
    pub(super) fn new(text: &str, keyboard: File, is_terminal: bool) -> Self {
        let mut lines: VecDeque<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        if is_terminal {
            // Within a line it only hands over what there is of it.
            let within_line = lines.back().is_some_and(|line| !line.ends_with('\n'));
            lines.extend(vec![END_OF_INPUT.to_owned(); if within_line { 2 } else { 1 }]);
        }
        Self {
            lines,
            keyboard: Some(keyboard),
            is_terminal,
            last_sign_of_life: Instant::now(),
            prompt_is_open: false,
            next_look: Instant::now(),
        }
    }

    /// Takes note of what the step printed.
    pub(super) fn hear(&mut self, output: &str) {
        if output.is_empty() {
            return;
        }
        self.last_sign_of_life = Instant::now();
        self.next_look = self.last_sign_of_life + READER_QUIET;
        // Colours are switched off behind the end of a line.
        let visible = terminal::without_escapes(output);
        if !visible.is_empty() {
            self.prompt_is_open = !visible.ends_with('\n');
        }
    }

    /// When the next line could be typed unless the step goes on; `None` when all is typed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.keyboard.as_ref()?;
        let end = self.end_of_quiet();
        Some(if self.prompt_is_open && !self.is_terminal { end.min(self.next_look) } else { end })
    }

    /// When there is no doubt any more that the step waits.
    fn end_of_quiet(&self) -> Instant {
        let quiet = match (self.prompt_is_open, self.is_terminal) {
            (true, _) => PROMPT_QUIET,
            (false, false) => SILENT_PROMPT,
            (false, true) => SILENT_TERMINAL,
        };
        self.last_sign_of_life + quiet
    }

    /// Types the next line, if it is time; returns it. `is_read` says whether somebody waits for what
    /// is written to the keyboard. After the last line, input is at its end.
    pub(super) fn type_when_due(&mut self, is_read: impl Fn(&File) -> bool) -> Option<String> {
        let now = Instant::now();
        if self.due()? > now {
            return None;
        }
        if now < self.end_of_quiet() && !self.keyboard.as_ref().is_some_and(is_read) {
            self.next_look = now + READER_QUIET;
            return None;
        }
        let line = self.lines.pop_front();
        let typed = match (&line, &mut self.keyboard) {
            (Some(line), Some(keyboard)) => {
                // The key that ends a line sends a carriage return, which the terminal turns into a
                // line feed unless the program wants it as it is.
                let keys = if self.is_terminal { line.replace('\n', "\r") } else { line.clone() };
                keyboard.write_all(keys.as_bytes()).is_ok()
            }
            _ => false,
        };
        // Who has closed its input will not read the rest either.
        if !typed || self.lines.is_empty() {
            self.keyboard = None;
        }
        self.last_sign_of_life = Instant::now();
        self.prompt_is_open = false;
        line.filter(|line| typed && line != END_OF_INPUT)
    }
}
