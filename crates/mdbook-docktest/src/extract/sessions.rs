//! Places the commands and the expected output of `console` blocks in the chapter.

use std::ops::Range;

use super::{Extraction, FencedBlock};
use crate::extract::console::{Session, SessionCommand, session};
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::scenario::{Command, CommandKind, Expectation, OutputAttributes};
use crate::text::position::line_and_column;

impl Extraction<'_> {
    /// Returns the commands of a `console` block, and its
    /// [markup](crate::model::scenario::Step::session_markup).
    pub(super) fn session(
        &mut self,
        block: &FencedBlock,
        fence: &Fence,
    ) -> (Vec<Command>, Vec<Range<usize>>) {
        let lines: Vec<&str> = block.content.lines().collect();
        let Session { commands, unprompted } = session(&lines);
        let places = Places::new(self.text, fence, &lines);
        let has_commands = !commands.is_empty();
        let markup: Vec<Range<usize>> =
            commands.iter().flat_map(|command| places.markup(command)).collect();
        for line in unprompted {
            let message = if has_commands {
                "this line is before the first prompt, so no command prints it"
            } else {
                "this `console` block has no prompt, so it has no commands to run"
            };
            let help = "start commands with `$ `; or mark the block as `bash` if it has commands without \
                        prompts, or as `text` if it is only shown";
            let (message, help) = (message.to_owned(), Some(help.to_owned()));
            self.find(Code::MissingPrompt, places.line(line), message, help);
            // One finding is enough for a block that is not a session at all.
            if !has_commands {
                break;
            }
        }
        let commands = commands.iter().map(|command| Command {
            text: command.text(&lines),
            span: places.command(command),
            lines: places.command_lines(command),
            expectation: self.printed(command, fence, &lines, &places),
            kind: CommandKind::Shell,
        });
        (commands.collect(), markup)
    }

    fn printed(
        &self,
        command: &SessionCommand,
        fence: &Fence,
        lines: &[&str],
        places: &Places,
    ) -> Option<Expectation> {
        let output = command.output.clone();
        let body = places.whole(output.clone().next()?).start
            ..places.whole(output.clone().next_back()?).end;
        let (line, _) = line_and_column(self.text, body.start);
        Some(Expectation {
            text: lines[output.clone()].iter().map(|line| format!("{line}\n")).collect(),
            lines: output.map(|line| places.line(line)).collect(),
            line,
            fence: fence.clone(),
            body,
            attributes: OutputAttributes { in_session: true, ..OutputAttributes::default() },
        })
    }
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
