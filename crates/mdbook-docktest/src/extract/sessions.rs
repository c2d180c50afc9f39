//! Places the commands and the expected output of sessions in the chapter.

use std::ops::Range;

use super::Extraction;
use super::attributes::language::Kind;
use super::blocks::CodeBlock;
use super::indented_output;
use crate::extract::command_line::{Reading, reading};
use crate::extract::console::{Elsewhere, Session, SessionCommand, session, session_in_script};
use crate::extract::inner::{add_typed_commands, continue_program, left_open, program_session};
use crate::extract::prompt::is_unspaced;
use crate::extract::remedies::mark_as;
use crate::extract::unmarked::{Look, has_only_commands, look};
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{
    Command, CommandKind, Expectation, Follow, INTERRUPTED_AFTER, OutputAttributes, shown_lines,
};
use crate::text::keys;
use crate::text::splice::Edit;

/// The parts of a step that is a session.
pub(super) struct SessionParts {
    pub(super) commands: Vec<Command>,
    /// See [`Step::session_markup`](crate::model::scenario::Step::session_markup).
    pub(super) markup: Vec<Range<usize>>,
    /// Whether nothing of the block can run.
    pub(super) is_held: bool,
    /// When its last command is interrupted, if the chapter shows `^C` below it.
    pub(super) follow: Option<Follow>,
}

impl Extraction<'_> {
    /// Reads a block as a session: always if it is marked as one; otherwise if it has prompts. `None` if it is
    /// a script.
    pub(super) fn session(
        &mut self,
        block: &CodeBlock,
        fence: &Fence,
        kind: Kind,
    ) -> Option<SessionParts> {
        let mut lines = unindented(&block.content);
        let session = match kind {
            Kind::Session => Some(session(&lines)),
            Kind::Terminal => Some(session(&lines)).filter(|session| !is_script(session, &lines)),
            _ => session_in_script(&lines.join("\n"), &lines),
        };
        let mut session = match (session, &self.open) {
            (Some(session), _) => session,
            (None, Some(open)) => program_session(&lines, open)?,
            (None, None) => return None,
        };
        indented_output::strip(&mut lines, &session, self.indentation);
        let step = self.scenario.steps.len();
        if !session.commands.iter().any(|command| command.inner.is_some()) {
            add_typed_commands(&mut session, &lines);
        }
        if let Some(open) = &self.open
            && (session.commands.first().is_some_and(|command| command.inner.is_some())
                || continue_program(&mut session, &lines, open))
        {
            self.stay_open(open.step);
            self.open = None;
        }
        // Another program may still be open, in the author's other terminal.
        if let Some(open) = left_open(&session, &lines, step) {
            self.open = Some(open);
        }
        let places = Places::new(self.text, fence, &lines);
        self.unprompted(&session, &lines, fence, &places);
        let interrupted = interrupted(&session, &lines);
        let follow = interrupted.map(|line| follow_to(&session, &lines, line));
        let commands = session.commands.iter();
        let is_held = session.commands.is_empty() && !block.content.trim().is_empty();
        // A reader copies what the shell runs. Of a block that is only typed into a program, what is typed
        // stays.
        let is_typed = |command: &SessionCommand| command.inner.is_some();
        let is_all_typed = commands.clone().all(is_typed);
        let markup = commands.clone().flat_map(|command| match (is_typed(command), is_all_typed) {
            (false, _) => places.markup(command),
            (true, true) => places.below(command),
            (true, false) => places.all(command),
        });
        let markup = markup.collect();
        let commands = commands.map(|command| Command {
            text: command.text(&lines),
            span: places.command(command),
            lines: places.command_lines(command),
            expectation: self.printed(command, fence, &lines, &places, interrupted),
            substitutions: Vec::new(),
            kind: command
                .inner
                .as_ref()
                .map_or(CommandKind::Shell, |prompt| CommandKind::Typed { prompt: prompt.clone() }),
        });
        Some(SessionParts { commands: commands.collect(), markup, is_held, follow })
    }

    /// Lets a program that a step has opened wait at its terminal for later steps.
    fn stay_open(&mut self, step: usize) {
        if let Some(step) = self.scenario.steps.get_mut(step) {
            step.stays_open = true;
            step.attributes.tty.get_or_insert_default();
        }
    }

    /// Finds what no command prints. One finding is enough for a block that does not run.
    fn unprompted(&mut self, session: &Session, lines: &[&str], fence: &Fence, places: &Places) {
        let place = |line: Option<&usize>| line.map_or(fence.opening(), |line| places.line(*line));
        let first = place(session.unprompted.first());
        if !session.commands.is_empty() {
            for line in &session.unprompted {
                let is_command = reading(lines[*line]) == Reading::Command;
                let message = "this line is before the first prompt, so no command prints it";
                let help = match is_command {
                    true => "if it is a command, start it with `$ `",
                    false => "remove it, or mark it as a comment with `# `",
                };
                let prompt = Edit::insert(places.line(*line).start, "$ ".to_owned());
                let remedy = is_command.then(|| proposed("start the line with `$ `", prompt));
                let remedies = remedy.into_iter().collect();
                let (message, help) = (message.to_owned(), Some(help.to_owned()));
                let span = places.line(*line);
                self.find_with_remedies(Code::MissingPrompt, span, message, help, remedies);
            }
            return;
        }
        let language = |language| mark_as(&fence.language, language, Basis::Proposed);
        let (message, help, remedies) = match session.elsewhere {
            Some(Elsewhere::Container) => (
                "this block does not run: its prompt is that of a shell in a container, which no command above has started",
                "put the command that starts the container above it, at the prompt `$ `; or mark the block as `text`",
                vec![language("text")],
            ),
            Some(Elsewhere::Windows) => (
                "this block does not run: its prompt is that of a shell of Windows",
                "mark it as `text` to only show it",
                vec![language("text")],
            ),
            None if lines.iter().all(|line| line.trim().is_empty()) => return,
            None if lines.iter().any(|line| is_unspaced(line)) => {
                let numbered = lines.iter().enumerate().filter(|(_, line)| is_unspaced(line));
                let signs: Vec<usize> =
                    numbered.map(|(number, _)| places.line(number).start).collect();
                return self.unspaced_prompts(first, signs);
            }
            None if is_script(session, lines) => (
                "this block does not run: it is marked as a session, and has no prompt",
                "mark it as `bash`, or start its commands with `$ `",
                // Each line runs a known program.
                vec![Remedy { basis: Basis::Proved, ..language("bash") }, language("text")],
            ),
            None => (
                "this block does not run: it is marked as a session, and has no prompt",
                "start commands with `$ `, mark the block as `bash` if it has commands without prompts, \
                 or as `text` if it is only shown",
                vec![language("text"), language("bash")],
            ),
        };
        let (message, help) = (message.to_owned(), Some(help.to_owned()));
        self.find_with_remedies(Code::MissingPrompt, first, message, help, remedies);
    }

    /// Finds prompts without a blank, given the places of their signs.
    pub(super) fn unspaced_prompts(&mut self, place: Range<usize>, signs: Vec<usize>) {
        let message = "this block does not run: to bash, `$docker` is a variable";
        let title = "put a blank after the prompt, as in `$ docker`".to_owned();
        let edits = signs.into_iter().map(|sign| Edit::insert(sign + 1, " ".to_owned()));
        let remedy = Remedy { title, edits: edits.collect(), basis: Basis::Proved };
        let help = "if `$` is the prompt, put a blank after it: `$ docker …`".to_owned();
        let message = message.to_owned();
        self.find_with_remedies(Code::MissingPrompt, place, message, Some(help), vec![remedy]);
    }

    fn printed(
        &self,
        command: &SessionCommand,
        fence: &Fence,
        lines: &[&str],
        places: &Places,
        interrupted: Option<usize>,
    ) -> Option<Expectation> {
        // `^C` is the key, and what is below it is what the reader sees when it has been pressed.
        let is_printed = |line: &usize| interrupted != Some(*line);
        let output = command.output.clone();
        let first = output.clone().find(is_printed)?;
        let output = first..output.clone().rfind(is_printed)? + 1;
        let body = places.whole(output.clone().next()?).start
            ..places.whole(output.clone().next_back()?).end;
        let line = self.lines.line(self.text, body.start);
        Some(Expectation {
            engine: None,
            text: output
                .clone()
                .filter(is_printed)
                .map(|line| format!("{}\n", lines[line]))
                .collect(),
            lines: output.filter(is_printed).map(|line| places.line(line)).collect(),
            line,
            fence: fence.clone(),
            body,
            attributes: OutputAttributes { in_session: true, ..OutputAttributes::default() },
        })
    }
}

/// Whether a block without prompts has only commands of known programs.
fn is_script(session: &Session, lines: &[&str]) -> bool {
    let text = lines.join("\n");
    session.elsewhere.is_none()
        && session.commands.is_empty()
        && look(&text) == Some(Look::Script)
        && has_only_commands(&text)
}

/// Returns the line on which the chapter shows that the last command is interrupted, if it is one of the
/// shell's. No command could run in the shell after one that is stopped.
fn interrupted(session: &Session, lines: &[&str]) -> Option<usize> {
    let last = session.commands.last().filter(|command| command.inner.is_none())?;
    last.output.clone().find(|line| keys::is_interrupt(lines[*line]))
}

/// How far to follow the last command: until it has printed as many lines as the chapter shows above `^C`.
fn follow_to(session: &Session, lines: &[&str], interrupted: usize) -> Follow {
    let start = session.commands.last().map_or(interrupted, |last| last.output.start);
    match shown_lines(lines[start..interrupted].iter().copied()) {
        0 => Follow::For(INTERRUPTED_AFTER),
        count => Follow::Lines(count),
    }
}

fn proposed(title: &str, edit: Edit) -> Remedy {
    Remedy { title: title.to_owned(), edits: vec![edit], basis: Basis::Proposed }
}

/// Returns the lines of a text without the blanks that all of them begin with.
fn unindented(text: &str) -> Vec<&str> {
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let common = lines.map(indentation).min().unwrap_or(0);
    text.lines().map(|line| line.get(common..).unwrap_or_default()).collect()
}

/// The places of a block's lines in the chapter: each with its container prefix and line ending,
/// and without.
///
/// CommonMark also ends lines at lone carriage returns. If the lines do not correspond for such a
/// reason, the opening fence is the place of each line.
struct Places {
    lines: Vec<(Range<usize>, Range<usize>)>,
    opening: Range<usize>,
}

impl Places {
    fn new(text: &str, fence: &Fence, lines: &[&str]) -> Self {
        let mut start = fence.body.start;
        let physical = text[fence.body.clone()].split_inclusive('\n');
        let places = physical.zip(lines).map(|(whole, line)| {
            let place = start..start + whole.len();
            start = place.end;
            let end = place.start + whole.trim_end_matches(['\n', '\r']).len();
            // A tab that belongs partly to a container is spaces in the content.
            let prefix = text[place.start..end]
                .strip_suffix(line)
                .map_or_else(|| whole.find(line.trim()).unwrap_or_default(), str::len);
            let line_start = place.start + prefix;
            let line_end = line_start + text[line_start..end].trim_end().len();
            (place, line_start..line_end)
        });
        let places: Vec<_> = places.collect();
        let corresponds = places.len() == lines.len() && start == fence.body.end;
        Self { lines: if corresponds { places } else { Vec::new() }, opening: fence.opening() }
    }

    fn whole(&self, line: usize) -> Range<usize> {
        self.lines.get(line).map_or_else(|| self.opening.clone(), |(whole, _)| whole.clone())
    }

    fn line(&self, line: usize) -> Range<usize> {
        self.lines.get(line).map_or_else(|| self.opening.clone(), |(_, line)| line.clone())
    }

    /// Returns the place of a command's first line, without the prompt.
    fn command(&self, command: &SessionCommand) -> Range<usize> {
        let line = self.line(command.lines.start);
        let prompt = command.prompts.first().copied().unwrap_or_default();
        (line.start + prompt).min(line.end)..line.end
    }

    /// Returns the places of a command's lines, without their prompts.
    fn command_lines(&self, command: &SessionCommand) -> Vec<Range<usize>> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let lines = command.lines.clone().zip(&command.prompts);
        let places = lines.map(|(line, prompt)| {
            let line = self.line(line);
            (line.start + prompt).min(line.end)..line.end
        });
        places.collect()
    }

    /// Returns the places of the lines below a command.
    fn below(&self, command: &SessionCommand) -> Vec<Range<usize>> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        command.below.clone().map(|line| self.whole(line)).collect()
    }

    /// Returns the places of a command's lines, and of those below it.
    fn all(&self, command: &SessionCommand) -> Vec<Range<usize>> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        command.lines.clone().chain(command.below.clone()).map(|line| self.whole(line)).collect()
    }

    /// Returns the places of a command's prompts, and of the lines below it.
    fn markup(&self, command: &SessionCommand) -> Vec<Range<usize>> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let prompts = command.lines.clone().zip(&command.prompts).map(|(line, prompt)| {
            let line = self.line(line);
            line.start..(line.start + prompt).min(line.end)
        });
        let below = command.below.clone().map(|line| self.whole(line));
        prompts.chain(below).filter(|range| !range.is_empty()).collect()
    }
}
