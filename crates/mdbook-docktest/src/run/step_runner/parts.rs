//! A step in parts: what the shell runs, and what is typed into a program that an earlier step has left
//! open.

use std::borrow::Cow;
use std::mem;
use std::time::{Duration, Instant};

use super::{OpenProgram, Outcome, Planned, Program, StepRunner};
use crate::extract::interactive::needs_terminal;
use crate::model::scenario::{ChapterFile, Command, CommandKind, Step};
use crate::run::RunError;
use crate::run::page_ids::PageIds;
use crate::run::prompt::is_alike;
use crate::run::shell::StepIo;
use crate::run::step::{CommandReader, Left, StepProcess};
use crate::run::witness::now;
use crate::terminal;
use crate::text::keys;

/// When a step was started, and the same since 1970.
type Start = (Instant, Duration);

impl<'a> StepRunner<'a> {
    /// Runs a step. Returns the outcomes of the commands that were started.
    pub(super) fn run_parts(
        &mut self,
        step: &Step,
        mut files: &[&ChapterFile],
        timeout: Duration,
    ) -> Result<Vec<Outcome>, RunError> {
        let plan = plan(step, &self.page_ids);
        let begin = Instant::now();
        if !files.is_empty() && plan.first().is_some_and(Planned::is_typed) {
            // Only a shell writes files.
            let start = (Instant::now(), now());
            self.run_in_shell(&[nothing()], (step, None), mem::take(&mut files), start, timeout)?;
        }
        let mut outcomes: Vec<Outcome> = Vec::new();
        // Each part has what is left of the input.
        let mut stdin = step.attributes.stdin.as_deref();
        loop {
            let rest = &plan[outcomes.len()..];
            let start = (Instant::now(), now());
            let timeout = timeout.saturating_sub(begin.elapsed());
            let (more, can_go_on) = if rest.first().is_some_and(Planned::is_typed) {
                self.run_in_program(rest, (step, stdin), start, timeout)?
            } else {
                self.run_in_shell(rest, (step, stdin), mem::take(&mut files), start, timeout)?
            };
            outcomes.extend(more);
            if let Some(last) = outcomes.last() {
                stdin = stdin.map(|text| last_lines(text, last.transcript.unread_lines));
            }
            let next = plan.get(outcomes.len());
            if !can_go_on || next.is_none_or(Planned::is_typed) {
                return Ok(outcomes);
            }
            if let Some(last) = outcomes.last_mut() {
                last.transcript.unread_lines = 0;
            }
        }
    }

    /// Runs commands in the chapter's shell, up to one that stays open while another command of the shell
    /// follows. Returns the outcomes, and whether the commands after them can run.
    fn run_in_shell(
        &mut self,
        plan: &[Planned<'_>],
        (step, stdin): (&Step, Option<&str>),
        files: &[&ChapterFile],
        start: Start,
        timeout: Duration,
    ) -> Result<(Vec<Outcome>, bool), RunError> {
        if let Some(open) = self.open.last_mut().filter(|open| open.shell.is_none()) {
            let beside = self.shell.beside().map_err(RunError::io("creating a shell"))?;
            open.shell = Some(mem::replace(&mut self.shell, beside));
        }
        let commands: Vec<&str> = plan
            .iter()
            .filter(|command| !command.is_typed())
            .map(|command| &*command.text)
            .collect();
        let io = match (step.attributes.tty, stdin) {
            (Some(columns), _) => {
                let terminal = self.place.terminal(columns.get(), terminal::ROWS);
                StepIo::Terminal(terminal.map_err(RunError::io("creating a terminal"))?)
            }
            (None, stdin) => StepIo::Pipes { has_input: stdin.is_some() },
        };
        let (bash, connection) = self
            .shell
            .begin(&commands, files, io)
            .map_err(RunError::io("sending a step to bash"))?;
        if step.attributes.follow.is_some() || step.attributes.tty.is_some() {
            self.shell.prepare().map_err(RunError::io("starting bash"))?;
        }
        let program = Program::new(bash, connection).map_err(RunError::io("running a step"))?;
        let process = StepProcess {
            place: self.place,
            program,
            page_ids: &mut self.page_ids,
            commands: plan,
            stdin,
            follow: step.attributes.follow.as_ref(),
            start,
            timeout,
            canceller: self.canceller,
            is_pasted: step.is_script(),
        };
        let (outcomes, left) = process.run().map_err(RunError::io("running a step"))?;
        self.shell.take_over();
        let mut is_open = false;
        match left {
            Left::Nothing => {}
            Left::Shell(bash) => self.shell.keep(*bash),
            Left::Program(program) => {
                is_open = true;
                self.open.push(OpenProgram { program: *program, shell: None });
            }
        }
        Ok((outcomes, is_open))
    }

    /// Types commands into a program that an earlier step has left open; none if there is no such program.
    /// Returns the outcomes, and whether the commands after them can run.
    fn run_in_program(
        &mut self,
        plan: &[Planned<'_>],
        (step, stdin): (&Step, Option<&str>),
        start: Start,
        timeout: Duration,
    ) -> Result<(Vec<Outcome>, bool), RunError> {
        let typed = plan.iter().take_while(|command| command.is_typed()).count();
        let Some(OpenProgram { program, shell }) = self.take_open(&plan[0]) else {
            return Ok((Vec::new(), false));
        };
        let process = StepProcess {
            place: self.place,
            program,
            page_ids: &mut self.page_ids,
            commands: &plan[..typed],
            stdin,
            follow: step.attributes.follow.as_ref().filter(|_| typed == plan.len()),
            start,
            timeout,
            canceller: self.canceller,
            is_pasted: false,
        };
        let (outcomes, left) = process.run().map_err(RunError::io("running a step"))?;
        match left {
            Left::Nothing | Left::Shell(_) => {
                if shell.is_none() {
                    self.shell.take_over();
                }
            }
            Left::Program(program) => self.open.push(OpenProgram { program: *program, shell }),
        }
        let are_all_typed = outcomes.len() == typed;
        Ok((outcomes, are_all_typed))
    }

    /// Takes the last program that waits at a prompt like the chapter's, else the last of all.
    fn take_open(&mut self, first: &Planned<'_>) -> Option<OpenProgram<'a>> {
        let CommandReader::Program { prompt } = first.reader else { return None };
        let alike = self.open.iter().rposition(|open| is_alike(open.program.open_line(), prompt));
        let index = alike.or_else(|| self.open.len().checked_sub(1))?;
        Some(self.open.remove(index))
    }
}

impl Drop for StepRunner<'_> {
    fn drop(&mut self) {
        for OpenProgram { program, .. } in self.open.drain(..) {
            // The engine ends soon, and with it whatever is left.
            let _ = program.hang_up();
        }
    }
}

/// The last lines of a text.
fn last_lines(text: &str, count: u64) -> &str {
    let lines = text.split_inclusive('\n').rev();
    let lines = lines.zip(0..count).map(|(line, _)| line.len());
    &text[text.len() - lines.sum::<usize>()..]
}

/// Plans the commands of a step, with the IDs that are known before it.
fn plan<'s>(step: &'s Step, page_ids: &PageIds) -> Vec<Planned<'s>> {
    if step.commands.is_empty() {
        return vec![nothing()];
    }
    let last = step.commands.iter().rposition(|command| !command.is_typed());
    let commands = step.commands.iter().enumerate();
    let planned = commands.map(|(index, command)| {
        let next = step.commands.get(index + 1);
        Planned {
            text: match command.is_typed().then(|| keys::named(&command.text)).flatten() {
                Some(keys) => keys.into(),
                None => match command.script() {
                    Cow::Borrowed(text) => page_ids.actual(text),
                    Cow::Owned(text) => page_ids.actual(&text).into_owned().into(),
                },
            },
            reader: match &command.kind {
                CommandKind::Typed { prompt } => CommandReader::Program { prompt },
                CommandKind::Shell => CommandReader::Shell {
                    opens: next.is_some_and(Command::is_typed)
                        || (step.stays_open && last == Some(index))
                        || needs_terminal(&command.text),
                },
            },
            expected: expected(command),
        }
    });
    planned.collect()
}

/// A command that does nothing.
fn nothing() -> Planned<'static> {
    let reader = CommandReader::Shell { opens: false };
    Planned { text: "".into(), reader, expected: Vec::new() }
}

fn expected(command: &Command) -> Vec<&str> {
    let lines = command.expectation.iter().flat_map(|expectation| expectation.text.lines());
    lines.collect()
}
