//! Types a step's input, one line whenever the step waits for one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::terminal;

/// How long a process must be silent to be considered waiting for input: after an unfinished line, this
/// long…
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// … or only this long, if a process is seen to read. That is not taken as proof at once: it can be a
/// `docker run -i`, which reads from its start, and prints the prompt of another program, possibly in
/// pieces…
const READER_QUIET: Duration = Duration::from_millis(10);
/// … and otherwise this long.
const SILENT_PROMPT: Duration = Duration::from_millis(500);
/// The same at a terminal, where what is typed before a program like `docker run -it` has set up the
/// terminal is echoed twice: by the terminal and by the program.
const SILENT_TERMINAL: Duration = Duration::from_secs(2);

/// The key that ends the input at a terminal, if it is pressed at the beginning of a line (Ctrl-D).
const END_OF_INPUT: &str = "\x04";

/// Types the author's answers. Typing each one where it is asked for puts it in the right place of the
/// transcript. A program that does not ask gets it as well.
pub(super) struct Typist {
    lines: VecDeque<String>,
    keyboard: Option<File>,
    is_terminal: bool,
    last_activity: Instant,
    prompt_is_open: bool,
    /// When to check next whether a process reads.
    next_check: Instant,
}

impl Typist {
    /// A typist for this text, at a terminal or into a pipe.
    pub(super) fn new(text: &str, keyboard: File, is_terminal: bool) -> Self {
        let mut lines: VecDeque<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        if is_terminal {
            // Within a line, the key only passes on the unfinished line.
            let within_line = lines.back().is_some_and(|line| !line.ends_with('\n'));
            lines.extend(vec![END_OF_INPUT.to_owned(); if within_line { 2 } else { 1 }]);
        }
        Self {
            lines,
            keyboard: Some(keyboard),
            is_terminal,
            last_activity: Instant::now(),
            prompt_is_open: false,
            next_check: Instant::now(),
        }
    }

    /// Observes what the step has printed.
    pub(super) fn observe(&mut self, output: &str) {
        if output.is_empty() {
            return;
        }
        self.last_activity = Instant::now();
        self.next_check = self.last_activity + READER_QUIET;
        // Escape sequences can follow the end of a line, to switch colours off.
        let visible = terminal::without_escapes(output);
        if !visible.is_empty() {
            self.prompt_is_open = !visible.ends_with('\n');
        }
    }

    /// When the next line may be due, unless the step prints something first; `None` when all is typed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.keyboard.as_ref()?;
        let end = self.silent_until();
        Some(if self.prompt_is_open && !self.is_terminal { end.min(self.next_check) } else { end })
    }

    /// When the step has been silent for long enough, whether a process is seen to read or not.
    fn silent_until(&self) -> Instant {
        let quiet = match (self.prompt_is_open, self.is_terminal) {
            (true, _) => PROMPT_QUIET,
            (false, false) => SILENT_PROMPT,
            (false, true) => SILENT_TERMINAL,
        };
        self.last_activity + quiet
    }

    /// Types the next line if the step waits for it, and returns the line. `is_read` returns whether a
    /// process waits for what is written to the keyboard. After the last line, the input ends.
    pub(super) fn type_when_due(&mut self, is_read: impl Fn(&File) -> bool) -> Option<String> {
        let now = Instant::now();
        if self.due()? > now {
            return None;
        }
        if now < self.silent_until() && !self.keyboard.as_ref().is_some_and(is_read) {
            self.next_check = now + READER_QUIET;
            return None;
        }
        let line = self.lines.pop_front();
        let typed = match (&line, &mut self.keyboard) {
            (Some(line), Some(keyboard)) => {
                // The Enter key sends a carriage return, which the terminal turns into a line feed unless
                // the program has switched that off.
                let keys = if self.is_terminal { line.replace('\n', "\r") } else { line.clone() };
                keyboard.write_all(keys.as_bytes()).is_ok()
            }
            _ => false,
        };
        // A step that has closed its input does not read the rest either.
        if !typed || self.lines.is_empty() {
            self.keyboard = None;
        }
        self.last_activity = Instant::now();
        self.prompt_is_open = false;
        line.filter(|line| typed && line != END_OF_INPUT)
    }
}
