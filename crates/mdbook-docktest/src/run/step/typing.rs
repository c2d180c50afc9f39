//! What is typed when a step waits for input: the text of `stdin`, the answers that the chapter shows, and
//! the commands for a program that waits at the terminal.

use std::io;

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
    /// Types what comes next if the step waits for input. Returns whether it waits although there is nothing
    /// more to type, and may stay open.
    pub(super) fn type_when_awaited(&mut self) -> io::Result<bool> {
        let program = &mut self.program;
        let Some(typist) = &mut program.typist else { return Ok(false) };
        let readers = StepReaders {
            group: &*program.bash.group,
            input: program.input.as_ref(),
            place: self.place,
        };
        if !typist.is_awaited(&readers) {
            return Ok(false);
        }
        // It may have printed its prompt since the last look.
        let last_output = self.last_output;
        self.drain_outputs()?;
        let Some(typist) = &mut self.program.typist else { return Ok(false) };
        if self.last_output != last_output {
            return Ok(false);
        }
        if let Some(line) = typist.next_line() {
            self.type_answer(&line);
            return Ok(false);
        }
        if let Some(answer) = self.answer() {
            self.type_answer(&format!("{answer}\n"));
            return Ok(false);
        }
        let next = self.outcomes.len() + usize::from(self.has_begun);
        let commands = self.commands;
        match commands.get(next).map(|next| (&*next.text, next.reader)) {
            // The question is not for the next command.
            Some((_, CommandReader::Program { prompt })) if self.is_asked(prompt) => Ok(false),
            Some((text, CommandReader::Program { prompt })) => {
                self.type_command(text, prompt);
                Ok(false)
            }
            Some((text, CommandReader::Shell { .. })) if self.is_pasted && self.may_stay_open() => {
                self.type_command(text, "");
                Ok(false)
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
                Ok(true)
            }
            _ => Ok(false),
        }
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
            count => self.recorder.line_feeds() >= count,
        };
        if is_shown {
            self.begin_typing(keys::INTERRUPT, None);
        }
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
            (!rest.is_empty()).then(|| (index, rest.to_owned()))
        };
        let (index, answer) = lines.filter_map(answer).next()?;
        self.answered = index + 1;
        Some(answer)
    }

    /// Types a line of input of the current command.
    fn type_answer(&mut self, line: &str) {
        let at_ms = self.elapsed_ms();
        let Some(typist) = &mut self.program.typist else { return };
        if !typist.type_text(line) || is_end_of_input(line) {
            return;
        }
        if !self.program.connection.is_terminal() {
            self.recorder.typed(line, at_ms);
        } else if keys::has_control(line) {
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
