//! Types at a terminal or into a pipe, whenever a step waits for input.
//!
//! A step waits when a process is blocked reading its input. Of a docker client that passes its input on to
//! a container, it is the program in the container that counts. Time alone is not a sign: what is typed while
//! nobody reads is echoed in the wrong place, and twice by a program that sets its terminal up later.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use docker_sandbox::input::Reader;

use crate::terminal;
use crate::text::keys;

/// How long a step must have been silent before it is checked who reads: output can arrive in pieces.
const QUIET: Duration = Duration::from_millis(3);
/// The same if the line on which was typed last has not ended: its echo may be incomplete.
const ECHO_QUIET: Duration = Duration::from_millis(100);
/// The same without an unfinished line. Most programs that read print a prompt first.
const SILENT_QUIET: Duration = Duration::from_millis(200);
/// The same if the program that reads is in a container: its output takes a longer way.
const RELAY_QUIET: Duration = Duration::from_millis(50);
const SILENT_RELAY_QUIET: Duration = Duration::from_secs(1);

/// How long a step must have been silent where the kernel does not say who reads: after an unfinished line,
/// and otherwise.
const BLIND_PROMPT: Duration = Duration::from_secs(2);
const BLIND_SILENCE: Duration = Duration::from_secs(10);

/// How often it is checked whether a process reads, at first and later.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);
const LATER_INTERVAL: Duration = Duration::from_millis(50);

/// How much of an unfinished line is kept, in bytes. A line may never end.
const LINE_LIMIT: usize = 4096;

/// The key that ends the input at a terminal, if it is pressed at the beginning of a line (Ctrl-D).
const END_OF_INPUT: &str = "\x04";

/// What types, and what it knows about the step that reads.
pub(super) struct Typist {
    /// The rest of the text of `stdin`.
    lines: VecDeque<String>,
    /// Whether the input ends with the last line.
    ends_input: bool,
    keyboard: Option<File>,
    is_terminal: bool,
    last_activity: Instant,
    /// Since when a process has been seen to read without a pause.
    reads_since: Option<Instant>,
    /// The line that the step has not ended, as it was printed.
    open_line: String,
    /// Whether a line has ended since the last typing.
    has_ended_line: bool,
    /// When to check next whether a process reads.
    next_check: Instant,
    checks: u32,
}

/// Who reads, inside and outside of containers.
pub(super) trait Readers {
    /// Who of the step's processes waits for its input.
    fn direct(&self) -> Reader;

    /// Whether a program in a container waits for its input; `None` if that cannot be seen.
    fn inner(&self) -> Option<bool>;
}

impl Typist {
    /// A typist at a terminal or a pipe.
    pub(super) fn new(keyboard: File, is_terminal: bool) -> Self {
        let now = Instant::now();
        Self {
            lines: VecDeque::new(),
            ends_input: false,
            keyboard: Some(keyboard),
            is_terminal,
            last_activity: now,
            reads_since: None,
            open_line: String::new(),
            has_ended_line: true,
            next_check: now,
            checks: 0,
        }
    }

    /// Adds this text, line by line. The input ends after it if `ends_input`.
    pub(super) fn add_text(&mut self, text: &str, ends_input: bool) {
        let lines = text.split_inclusive('\n').map(str::to_owned);
        self.lines.extend(lines);
        self.ends_input = ends_input;
        if self.is_terminal && ends_input {
            // Within a line, the key only passes on the unfinished line.
            let within_line = self.lines.back().is_some_and(|line| !line.ends_with('\n'));
            let times = if within_line { 2 } else { 1 };
            self.lines.extend(vec![END_OF_INPUT.to_owned(); times]);
        }
    }

    /// The next line of the added text.
    pub(super) fn next_line(&mut self) -> Option<String> {
        self.lines.pop_front()
    }

    /// Drops the rest of the added text. Returns its number of lines.
    pub(super) fn drop_rest(&mut self) -> u64 {
        self.lines.drain(..).filter(|line| !is_end_of_input(line)).map(|_| 1).sum()
    }

    /// Drops the next line of the added text if it is this one.
    pub(super) fn drop_line(&mut self, line: &str) {
        if self.lines.front().is_some_and(|next| next.trim_end_matches('\n') == line) {
            self.lines.pop_front();
        }
    }

    /// The line that the step has not ended, as a reader sees it.
    pub(super) fn open_line(&self) -> String {
        terminal::plain(&self.open_line)
    }

    /// Observes what the step has printed.
    pub(super) fn observe(&mut self, output: &str) {
        if output.is_empty() {
            return;
        }
        self.last_activity = Instant::now();
        self.reads_since = None;
        self.next_check = self.last_activity + QUIET;
        self.checks = 0;
        match output.rsplit_once('\n') {
            Some((_, rest)) => {
                self.has_ended_line = true;
                self.open_line = rest.to_owned();
            }
            None => self.open_line.push_str(output),
        }
        let surplus = self.open_line.len().saturating_sub(LINE_LIMIT);
        self.open_line.drain(..self.open_line.ceil_char_boundary(surplus));
    }

    /// When to check next whether the step waits for input, unless it prints something first; `None` if
    /// nothing can be typed any more.
    pub(super) fn due(&self) -> Option<Instant> {
        self.keyboard.as_ref().map(|_| self.next_check)
    }

    /// Whether the step waits for input now.
    pub(super) fn is_awaited(&mut self, readers: &impl Readers) -> bool {
        let now = Instant::now();
        if self.keyboard.is_none() || now < self.next_check {
            return false;
        }
        self.checks = self.checks.saturating_add(1);
        let interval = if self.checks < 20 { CHECK_INTERVAL } else { LATER_INTERVAL };
        self.next_check = now + interval;
        let has_prompt = !self.open_line().trim().is_empty();
        let inner = |is_reading: bool, has_prompt: bool| match (is_reading, has_prompt) {
            (false, _) => None,
            (true, true) => Some(RELAY_QUIET),
            (true, false) => Some(SILENT_RELAY_QUIET),
        };
        let blind = if has_prompt { BLIND_PROMPT } else { BLIND_SILENCE };
        let quiet = match readers.direct() {
            Reader::None => None,
            Reader::Direct if has_prompt => Some(QUIET),
            Reader::Direct => Some(SILENT_QUIET),
            // From a pipe, the client reads as soon as it is started, and may itself ask the question.
            Reader::Relay if has_prompt && !self.is_terminal => Some(RELAY_QUIET),
            Reader::Relay => match readers.inner() {
                Some(is_reading) => inner(is_reading, has_prompt),
                None => Some(blind),
            },
            Reader::Unknown => Some(blind),
        };
        let Some(quiet) = quiet else {
            self.reads_since = None;
            return false;
        };
        let reads_since = *self.reads_since.get_or_insert(now);
        let quiet = if self.has_ended_line { quiet } else { quiet.max(ECHO_QUIET) };
        // What a program prints before it reads may still be on its way.
        now >= self.last_activity + quiet && (has_prompt || now >= reads_since + quiet)
    }

    /// Types this text. Returns whether the step can still read.
    pub(super) fn type_text(&mut self, text: &str) -> bool {
        let typed = self.keyboard.as_mut().is_some_and(|keyboard| {
            let text = if self.is_terminal { keys::pressed(text) } else { text.to_owned() };
            keyboard.write_all(text.as_bytes()).is_ok()
        });
        // A step that has closed its input does not read the rest either.
        if !typed || (self.ends_input && self.lines.is_empty()) {
            self.keyboard = None;
        }
        self.last_activity = Instant::now();
        self.next_check = self.last_activity + QUIET;
        self.checks = 0;
        self.reads_since = None;
        self.open_line.clear();
        self.has_ended_line = !self.is_terminal;
        typed
    }
}

/// Whether typing this only ends the input, so that there is nothing to show.
pub(super) fn is_end_of_input(text: &str) -> bool {
    text == END_OF_INPUT
}
