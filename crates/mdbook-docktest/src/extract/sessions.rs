//! `console` blocks: commands at prompts with what they print, in their places in the chapter.

use std::ops::Range;

use super::{Extraction, FencedBlock};
use crate::extract::console::{Session, SessionCommand, session};
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::scenario::{Command, Expectation, OutputAttributes};
use crate::text::position::line_and_column;

impl Extraction<'_> {
    /// The commands of a `console` block, and what of it is no command.
    pub(super) fn session(
        &mut self,
        block: &FencedBlock,
        fence: &Fence,
    ) -> (Vec<Command>, Vec<Range<usize>>) {
        let lines: Vec<&str> = block.content.lines().collect();
        let Session { commands, strays } = session(&lines);
        let places = Places::new(self.text, fence, &lines);
        let has_commands = !commands.is_empty();
        let dressing: Vec<Range<usize>> =
            commands.iter().flat_map(|command| places.dressing(command)).collect();
        for stray in strays {
            let message = if has_commands {
                "this line stands before the first prompt: no command prints it"
            } else {
                "this `console` block has no prompt, so that nothing of it can be run"
            };
            let help = "begin commands with `$ `; mark a block of commands without prompts `bash`, \
                        and one that is only shown `text`";
            let (message, help) = (message.to_owned(), Some(help.to_owned()));
            self.find(Code::MissingPrompt, places.line(stray), message, help);
            // One finding is enough for a block that is something else altogether.
            if !has_commands {
                break;
            }
        }
        let commands = commands.iter().map(|command| Command {
            text: command.text(&lines),
            span: places.command(command),
            expectation: self.printed(command, fence, &lines, &places),
        });
        (commands.collect(), dressing)
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

/// Where each line of a block is in the chapter: with its container's prefix and its line ending,
/// and without.
///
/// CommonMark also ends lines at lone carriage returns. Where the lines do not correspond for such a
/// reason, each line's place is the opening fence's.
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
            // A tab that a container has taken a part of is spaces in the content.
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

    /// A command's first line, without its prompt.
    fn command(&self, command: &SessionCommand) -> Range<usize> {
        let line = self.line(command.lines.start);
        let prompt = command.prompts.first().copied().unwrap_or_default();
        (line.start + prompt).min(line.end)..line.end
    }

    /// The prompts of a command, and the lines below it.
    fn dressing(&self, command: &SessionCommand) -> Vec<Range<usize>> {
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
