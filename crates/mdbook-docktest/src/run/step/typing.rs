//! What is typed when a step waits for input: the text of `stdin`, the answers that the chapter shows, and
//! the commands for a program that waits at the terminal.

use std::io;
use std::time::{Duration, Instant};

use docker_sandbox::input::{self, Input, Reader};

use super::{CommandReader, Ending, LineEcho, Lost, Planned, RunningStep};
use crate::model::scenario::{INTERRUPTED_AFTER, shown_lines};
use crate::run::echo::Echo;
use crate::run::place::{Group, Place};
use crate::run::prompt::{is_alike, prompt_start};
use crate::run::transcript::Recorder;
use crate::run::typist::{Readers, Typist, is_end_of_input};
use crate::text::keys;
use crate::text::question;

/// How long a program may wait for an answer that there is not. It may go on without one (`read -t 5`).
const PATIENCE: Duration = Duration::from_secs(6);

/// How long after its last line a program can take to show its prompt again.
const PROMPT_DELAY: Duration = Duration::from_millis(50);

/// What a step waits for that is not typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    Nothing,
    /// A program waits for a later step.
    Command,
    /// A question has had no answer for too long.
    Answer,
}

/// Who reads the input of a step.
struct StepReaders<'a> {
    group: &'a dyn Group,
    input: Option<&'a Input>,
    place: &'a dyn Place,
}

impl Readers for StepReaders<'_> {
    fn direct(&self) -> Reader {
        self.input.map_or(Reader::None, |input| input::reader(&self.group.members(), input))
    }

    fn inner(&self) -> Option<bool> {
        self.place.inner_processes().map(|pids| input::is_any_reading(&pids))
    }
}

impl RunningStep<'_> {
    /// Types what comes next if the step waits for input. Returns what it waits for if that is not typed.
    pub(super) fn type_when_awaited(&mut self) -> io::Result<Awaited> {
        let program = &mut self.program;
        let Some(typist) = &mut program.typist else { return Ok(Awaited::Nothing) };
        let readers = StepReaders {
            group: &*program.bash.group,
            input: program.input.as_ref(),
            place: self.place,
        };
        if !typist.is_awaited(&readers) {
            return Ok(Awaited::Nothing);
        }
        // It may have printed its prompt since the last look.
        let last_output = self.last_output;
        self.drain_outputs()?;
        if self.last_output != last_output {
            return Ok(Awaited::Nothing);
        }
        if let Some(answer) = self.next_answer() {
            self.type_answer(&answer);
            return Ok(Awaited::Nothing);
        }
        let next = self.outcomes.len() + usize::from(self.has_begun);
        let commands = self.commands;
        match commands.get(next).map(|next| (&*next.text, next.reader)) {
            // The question is not for the next command.
            Some((_, CommandReader::Program { prompt })) if self.is_asked(prompt) => {
                return Ok(self.without_answer());
            }
            Some((text, CommandReader::Program { prompt })) => self.type_command(text, prompt),
            Some((text, CommandReader::Shell { .. })) if self.is_pasted && self.may_stay_open() => {
                self.type_command(text, "");
            }
            _ if self.may_stay_open() => {
                if !self.is_asked("") {
                    self.take_prompt(None);
                }
                let is_typed = self.shell_command != Some(self.outcomes.len());
                self.end_command(
                    if is_typed { Ending::Typed } else { Ending::Open },
                    Lost::default(),
                );
                return Ok(Awaited::Command);
            }
            _ if self.is_asked("") => return Ok(self.without_answer()),
            _ => {}
        }
        Ok(Awaited::Nothing)
    }

    /// Whether a question has had no answer for too long. A step that is followed is stopped anyway.
    fn without_answer(&mut self) -> Awaited {
        // A question that was asked later begins anew.
        let since = self.asks_since.filter(|since| *since >= self.last_output);
        let since = *self.asks_since.insert(since.unwrap_or_else(Instant::now));
        match self.watch.is_none() && since.elapsed() >= PATIENCE {
            true => Awaited::Answer,
            false => Awaited::Nothing,
        }
    }

    /// The next line for the current command: the answer that the chapter shows, else the next line of `stdin`.
    fn next_answer(&mut self) -> Option<String> {
        let shown = self.answer();
        let is_for_command = shown.is_none() && self.is_at_next_prompt();
        let typist = self.program.typist.as_mut()?;
        match shown {
            Some(answer) => {
                // The author can have written it in both places.
                typist.drop_line(&answer);
                Some(format!("{answer}\n"))
            }
            None if is_for_command => None,
            None => typist.next_line(),
        }
    }

    /// Whether the program seems to wait at its prompt for the next command that is typed, rather than for what
    /// `stdin` has.
    fn is_at_next_prompt(&self) -> bool {
        let next = self.outcomes.len() + usize::from(self.has_begun);
        let Some(CommandReader::Program { prompt }) =
            self.commands.get(next).map(|next| next.reader)
        else {
            return false;
        };
        let line = self.program.typist.as_ref().map(Typist::open_line).unwrap_or_default();
        !line.trim().is_empty() && !self.is_asked(prompt)
    }

    /// Presses Ctrl-C if that is what comes next and the current line has printed what the chapter shows: a
    /// program that runs until then does not wait for input.
    pub(super) fn interrupt_when_shown(&mut self) {
        let current = self.outcomes.len();
        // At a prompt, it is pressed when the program shows one.
        let is_next = |next: &Planned<'_>| {
            next.reader == (CommandReader::Program { prompt: "" }) && next.text == keys::INTERRUPT
        };
        if !self.has_begun || !self.commands.get(current + 1).is_some_and(is_next) {
            return;
        }
        let is_shown = match shown_lines(self.commands[current].expected.iter().copied()) {
            0 => self.start.elapsed() >= INTERRUPTED_AFTER,
            count => match self.recorder.line_feeds() {
                printed if printed == count => self.last_output.elapsed() >= PROMPT_DELAY,
                printed => printed > count,
            },
        };
        if is_shown {
            // It has ended by itself: this is no output of it.
            if self.is_at_last_prompt() {
                self.take_prompt(None);
            }
            self.begin_typing(keys::INTERRUPT, None);
        }
    }

    /// Whether what it has printed last is the prompt at which the current line was typed.
    fn is_at_last_prompt(&self) -> bool {
        let line = self.program.typist.as_ref().map(Typist::open_line).unwrap_or_default();
        let prompt = self.program.prompt.as_deref().unwrap_or_default().trim();
        !prompt.is_empty() && is_alike(&line, prompt)
    }

    /// Whether the step may end while a program waits for input.
    fn may_stay_open(&self) -> bool {
        let Some(index) = self.shell_command else { return true };
        self.program.connection.is_terminal()
            && self.commands.get(index).is_some_and(|command| {
                matches!(command.reader, CommandReader::Shell { opens: true })
            })
    }

    /// Whether the program asks a question, rather than for a command.
    fn is_asked(&self, prompt: &str) -> bool {
        let line = self.program.typist.as_ref().map(Typist::open_line).unwrap_or_default();
        question::is_open(&line) && !is_alike(&line, prompt)
    }

    /// The answer to the question that the current command asks: the rest of a line that the chapter shows
    /// below the command.
    fn answer(&mut self) -> Option<String> {
        let expected = &self.commands.get(self.outcomes.len()).filter(|_| self.has_begun)?.expected;
        let question = self.program.typist.as_ref()?.open_line();
        let question = question.trim();
        if question.is_empty() {
            return None;
        }
        let lines = expected.iter().enumerate().skip(self.answered);
        let answer = |(index, line): (usize, &&str)| {
            let rest = line.trim().strip_prefix(question)?.trim();
            // `Password: ********` does not show what was typed.
            let is_shown = rest.contains(|c| !matches!(c, '*' | '•'));
            is_shown.then(|| (index, rest.to_owned()))
        };
        let (index, answer) = lines.filter_map(answer).next()?;
        self.answered = index + 1;
        Some(answer)
    }

    /// Types a line of input of the current command.
    fn type_answer(&mut self, line: &str) {
        let at_ms = self.elapsed_ms();
        let is_terminal = self.program.connection.is_terminal();
        // Before the program has read it, and shows its input again.
        let is_hidden = self.program.input.as_ref().is_some_and(Input::hides_lines);
        let Some(typist) = &mut self.program.typist else { return };
        let asks_for_secret = question::is_for_secret(&typist.open_line());
        if !typist.type_text(line) || is_end_of_input(line) {
            return;
        }
        if !is_terminal {
            // At a terminal, a reader would not see it either.
            self.recorder.typed(if asks_for_secret { "\n" } else { line }, at_ms);
            return;
        }
        if is_hidden {
            return;
        }
        if keys::has_control(line) {
            // Programs echo them in different ways, or not at all.
            let shown = keys::shown(line.trim_end_matches('\n'));
            self.recorder.typed(&shown, at_ms);
            self.recorder.await_echo(Echo::of_recorded_keys(&shown), at_ms);
        } else {
            self.recorder.await_echo(Echo::for_line(line), at_ms);
        }
    }

    /// Types the next command into the program, and records it from now on.
    fn type_command(&mut self, text: &str, prompt: &str) {
        self.take_prompt(Some(prompt));
        // The key is pressed in the middle of what a program does, and not at its last prompt.
        let is_at_prompt = !(prompt.is_empty() && text == keys::INTERRUPT);
        let shown = self.program.prompt.clone().filter(|_| is_at_prompt);
        self.begin_typing(text, shown);
    }

    /// The same where all that the program has printed since is output. `prompt` is the program's.
    fn begin_typing(&mut self, text: &str, prompt: Option<String>) {
        let is_typed = self.shell_command != Some(self.outcomes.len());
        self.end_command(if is_typed { Ending::Typed } else { Ending::Open }, Lost::default());
        self.program.prompt_of_command = prompt;
        self.recorder = Recorder::new(self.output_limit).without_echo(LineEcho::new(text));
        self.follow_last_command();
        let keys = if keys::has_control(text) { text.to_owned() } else { format!("{text}\n") };
        if let Some(typist) = &mut self.program.typist {
            typist.type_text(&keys);
        }
    }

    /// Moves the prompt at the end of the output out of the transcript. `expected` is the chapter's.
    fn take_prompt(&mut self, expected: Option<&str>) {
        let at_ms = self.elapsed_ms();
        let line = crate::terminal::plain(&self.recorder.take_open_line(at_ms));
        if line.is_empty() {
            // It has printed nothing since the step before.
            return;
        }
        let start = prompt_start(&line, self.program.prompt.as_deref(), expected);
        let (output, prompt) = line.split_at(start);
        if !output.is_empty() {
            self.recorder.printed(output, at_ms);
        }
        self.program.prompt = Some(prompt.to_owned());
    }
}
