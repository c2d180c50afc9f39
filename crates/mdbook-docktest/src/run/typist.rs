//! Answers prompts, a line at a time, when the step waits for one.

use std::collections::VecDeque;
use std::io::{PipeWriter, Write};
use std::time::{Duration, Instant};

/// A process waits for input when it has said nothing for this long after a line without an end…
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// … or nothing at all for this long.
const SILENT_PROMPT: Duration = Duration::from_millis(500);

/// Types the author's answers. Typing each where it is asked for puts it at the right place of the
/// transcript; a program that does not ask gets it all the same.
pub(super) struct Typist {
    lines: VecDeque<String>,
    keyboard: Option<PipeWriter>,
    last_sign_of_life: Instant,
    prompt_is_open: bool,
}

impl Typist {
    pub(super) fn new(text: &str, keyboard: PipeWriter) -> Self {
        Self {
            lines: text.split_inclusive('\n').map(str::to_owned).collect(),
            keyboard: Some(keyboard),
            last_sign_of_life: Instant::now(),
            prompt_is_open: false,
        }
    }

    /// Takes note of what the step printed.
    pub(super) fn hear(&mut self, output: &str) {
        if !output.is_empty() {
            self.prompt_is_open = !output.ends_with('\n');
            self.last_sign_of_life = Instant::now();
        }
    }

    /// When the next line is typed unless the step goes on; `None` when all is typed.
    pub(super) fn due(&self) -> Option<Instant> {
        let quiet = if self.prompt_is_open { PROMPT_QUIET } else { SILENT_PROMPT };
        self.keyboard.as_ref().map(|_| self.last_sign_of_life + quiet)
    }

    /// Types the next line, if it is time; returns it. After the last one, input is at its end.
    pub(super) fn type_when_due(&mut self) -> Option<String> {
        if self.due()? > Instant::now() {
            return None;
        }
        let line = self.lines.pop_front();
        let typed = match (&line, &mut self.keyboard) {
            (Some(line), Some(keyboard)) => keyboard.write_all(line.as_bytes()).is_ok(),
            _ => false,
        };
        // Who has closed its input will not read the rest either.
        if !typed || self.lines.is_empty() {
            self.keyboard = None;
        }
        self.last_sign_of_life = Instant::now();
        self.prompt_is_open = false;
        line.filter(|_| typed)
    }
}
