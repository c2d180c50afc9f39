//! Extracts the steps of a chapter from its Markdown.
//!
//! Blocks are found with mdBook's own parser and options, so that the steps are exactly the blocks
//! that a reader sees: fences in lists and quotes count; indented code, comments and fences within
//! longer fences do not.
//!
//! An `output` block belongs to the step before it if both are in the same container, with only
//! blank lines between; so does a second one, for the other stream. An empty step is still a step: bash runs an empty file and exits with 0.

use std::ops::Range;
use std::path::Path;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use self::attributes::{Info, Problem};
use self::commands::commands;
use self::interactive::needs_terminal;
use self::sessions::SessionParts;
use crate::model::fence::Fence;
use crate::model::finding::{Code, Finding, Severity};
pub use crate::model::markdown::Extensions;
use crate::model::remedy::Remedy;
use crate::model::scenario::{
    Attributes, Command, CommandKind, Expectation, OutputAttributes, Scenario, Step,
};
use crate::model::stream::Columns;
use crate::text::byte_order_mark::{mark_len, without_mark};
use crate::text::position::line_and_column;
use crate::text::question::is_answered;
use crate::text::splice::Edit;

pub(crate) mod attributes;
mod command_line;
pub(crate) mod commands;
mod console;
mod directives;
mod fence;
pub(crate) mod image_uses;
pub(crate) mod info_edit;
mod inner;
pub(crate) mod interactive;
mod prompt;
mod remedies;
mod sessions;

/// The language of sessions.
const CONSOLE: &str = "console";

/// Extracts the steps of a chapter, and checks their annotations.
///
/// `path` is used only in findings.
pub fn extract(path: &Path, text: &str, extensions: Extensions) -> Scenario {
    let mut extraction =
        Extraction { text, scenario: Scenario::new(path, extensions), previous: None, open: None };
    for block in fenced_blocks(text, extensions) {
        extraction.take(&block);
    }
    extraction.directives();
    extraction.scenario
}

/// A fenced code block as the parser reports it.
struct FencedBlock {
    span: Range<usize>,
    /// The number of the innermost container.
    container: usize,
    content: String,
    /// The end of the content in the chapter's text; `None` if there is no content.
    content_end: Option<usize>,
    /// The offset of each piece of the content, in the content and in the chapter's text.
    pieces: Vec<(usize, usize)>,
}

impl FencedBlock {
    /// Returns the offset in the chapter's text of an offset in the content.
    fn place(&self, offset: usize) -> Option<usize> {
        let (piece, place) = self.pieces.iter().rfind(|(piece, _)| *piece <= offset)?;
        Some(place + offset - piece)
    }

    /// Returns the range in the chapter's text of the line that starts at an offset in the content,
    /// without trailing blanks.
    fn line_at(&self, offset: usize) -> Option<Range<usize>> {
        let line = self.content[offset..].lines().next()?.trim_end();
        let start = self.place(offset)?;
        Some(start..start + line.len())
    }

    /// Returns the same for each line in this range of the content, from its first byte; nothing if the
    /// place of one is not known.
    fn lines_at(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let line_starts = self.content[range.clone()].match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(line_starts).map(|start| range.start + start);
        starts.map_while(|start| self.line_at(start)).collect()
    }
}

fn fenced_blocks(text: &str, extensions: Extensions) -> Vec<FencedBlock> {
    // Like mdBook, drop a byte order mark: otherwise a fence in line 1 would not be recognized.
    let body = without_mark(text);
    let dropped = mark_len(text);

    let mut blocks: Vec<FencedBlock> = Vec::new();
    let mut open: Option<FencedBlock> = None;
    let mut containers = vec![0];
    let mut seen_containers = 0;
    for (event, span) in new_cmark_parser(body, &extensions.to_options()).into_offset_iter() {
        let span = span.start + dropped..span.end + dropped;
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                let container = containers.last().copied().unwrap_or(0);
                let content = String::new();
                open = Some(FencedBlock {
                    span,
                    container,
                    content,
                    content_end: None,
                    pieces: Vec::new(),
                });
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            Event::Start(_) => {
                seen_containers += 1;
                containers.push(seen_containers);
            }
            Event::End(_) => {
                containers.pop();
            }
            Event::Text(piece) => {
                if let Some(block) = &mut open {
                    block.pieces.push((block.content.len(), span.start));
                    block.content.push_str(&piece);
                    block.content_end = Some(span.end);
                }
            }
            _ => {}
        }
    }
    blocks
}

struct Extraction<'a> {
    text: &'a str,
    scenario: Scenario,
    previous: Option<Previous>,
    /// The program that waits at a terminal for what later blocks type.
    open: Option<inner::Open>,
}

/// The previous step, which an `output` block may belong to.
struct Previous {
    /// The index of the step, or why it cannot have an `output` block.
    takes_output: Result<usize, NoOutput>,
    /// The end of the step, or of its last `output` block.
    end: usize,
    container: usize,
}

/// Why a step cannot have an `output` block.
enum NoOutput {
    Ignored,
    HasOwnOutput,
}

/// Whether the lines below a command of a session have a question, which a person answers.
fn has_answer(command: &Command) -> bool {
    let mut lines = command.expectation.iter().flat_map(|expectation| expectation.text.lines());
    lines.any(is_answered)
}

fn script_commands(block: &FencedBlock, fence: &Fence) -> Vec<Command> {
    let command = |range: Range<usize>| Command {
        span: block.line_at(range.start).unwrap_or_else(|| fence.opening()),
        lines: block.lines_at(range.clone()),
        text: block.content[range].to_owned(),
        expectation: None,
        kind: CommandKind::Shell,
    };
    commands(&block.content).into_iter().map(command).collect()
}

impl Extraction<'_> {
    fn take(&mut self, block: &FencedBlock) {
        let previous = self.previous.take();
        let Some(fence) = fence::parts(self.text, &block.span, block.content_end) else {
            return;
        };
        match attributes::parse(&self.text[fence.info.clone()]) {
            Info::Step { language, attributes, problems } => {
                self.report(&fence, problems);
                if self.is_closed(&fence, "step") {
                    self.step(block, &fence, language, *attributes);
                }
            }
            Info::Output { attributes, problems } => {
                self.report(&fence, problems);
                if self.is_closed(&fence, "`output` block") {
                    let previous = previous.filter(|previous| self.is_next(previous, block));
                    self.expectation(block, &fence, attributes, previous.as_ref());
                    // There may be a block for the other stream.
                    let end = fence.block.end;
                    self.previous = previous.map(|previous| Previous { end, ..previous });
                }
            }
            Info::Other => {}
        }
    }

    fn step(
        &mut self,
        block: &FencedBlock,
        fence: &Fence,
        language: &str,
        mut attributes: Attributes,
    ) {
        let index = self.scenario.steps.len();
        let session = match attributes.ignore {
            true => None,
            false => self.session(block, fence, language == CONSOLE),
        };
        let SessionParts { commands, markup, is_held } = session.unwrap_or_else(|| SessionParts {
            commands: script_commands(block, fence),
            markup: Vec::new(),
            is_held: false,
        });
        let mut commands = commands;
        for expectation in commands.iter_mut().filter_map(|command| command.expectation.as_mut()) {
            // Answers of `stdin` are not in the lines below the command.
            expectation.attributes.with_answers = attributes.stdin.is_none();
        }
        let is_script = markup.is_empty();
        if is_script && let Some(open) = inner::left_open_by_script(&commands, index) {
            self.open = Some(open);
        }
        // A reader is at a terminal, and so is a program that asks for one.
        let needs_terminal = |command: &Command| {
            command.is_typed() || needs_terminal(&command.text) || has_answer(command)
        };
        if attributes.tty.is_none() && commands.iter().any(needs_terminal) {
            attributes.tty = Some(Columns::default());
        }
        let has_own_output = commands.iter().any(|command| command.expectation.is_some());
        self.previous = Some(Previous {
            takes_output: if attributes.ignore {
                Err(NoOutput::Ignored)
            } else if has_own_output {
                Err(NoOutput::HasOwnOutput)
            } else {
                Ok(index)
            },
            end: fence.block.end,
            container: block.container,
        });
        let (line, _) = line_and_column(self.text, fence.body.start);
        self.scenario.steps.push(Step {
            language: language.to_owned(),
            script: block.content.clone(),
            line,
            fence: fence.clone(),
            command: commands.first().map_or_else(|| fence.opening(), |first| first.span.clone()),
            commands,
            attributes,
            expectations: Vec::new(),
            session_markup: markup,
            is_held,
            stays_open: false,
        });
    }

    fn expectation(
        &mut self,
        block: &FencedBlock,
        fence: &Fence,
        attributes: OutputAttributes,
        previous: Option<&Previous>,
    ) {
        match previous.map(|previous| &previous.takes_output) {
            Some(Ok(step)) => {
                let expectations = &self.scenario.steps[*step].expectations;
                let streams = attributes.streams;
                let mut known = expectations.iter().map(|known| known.attributes.streams);
                if let Some(known) = known.find(|known| known.overlaps(streams)) {
                    let message = format!("an `output` block above already expects {known}");
                    let help = "use one `output` block; or `output stdout` and `output stderr`";
                    return self.orphan(fence, &message, help);
                }
                let (line, _) = line_and_column(self.text, fence.body.start);
                let expectation = Expectation {
                    text: block.content.clone(),
                    lines: self.lines(block, fence),
                    line,
                    fence: fence.clone(),
                    body: fence.body.clone(),
                    attributes,
                };
                self.scenario.steps[*step].expectations.push(expectation);
            }
            Some(Err(NoOutput::Ignored)) => self.orphan(
                fence,
                "this `output` block follows a step that is never run",
                "remove `ignore` from the step, or mark this block as `text`",
            ),
            Some(Err(NoOutput::HasOwnOutput)) => self.orphan(
                fence,
                "this `output` block follows a `console` block that contains its own output",
                "move the expected output below the commands of the `console` block",
            ),
            None => self.orphan(
                fence,
                "this `output` block does not follow a step",
                "put it after its step, in the same list item or quote and with only blank lines \
                 between; or mark it as `text`",
            ),
        }
    }

    /// Returns the place of each line of a block's content; the whole body where it is not known.
    fn lines(&self, block: &FencedBlock, fence: &Fence) -> Vec<Range<usize>> {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in block.content.split_inclusive('\n') {
            let place = block.line_at(start).filter(|place| self.text.get(place.clone()).is_some());
            lines.push(place.unwrap_or_else(|| fence.body.clone()));
            start += line.len();
        }
        lines
    }

    fn is_next(&self, previous: &Previous, block: &FencedBlock) -> bool {
        // The blank lines of a quote also have its markers.
        let between = &self.text[previous.end..block.span.start];
        previous.container == block.container
            && between.chars().all(|c| c == '>' || c.is_ascii_whitespace())
    }

    fn is_closed(&mut self, fence: &Fence, what: &str) -> bool {
        if fence.closing.is_some() {
            return true;
        }
        let marks = &self.text[fence.marks.clone()];
        let message = format!("the fence of this {what} is never closed");
        let help = format!(
            "close it with `{marks}` on a line of its own, indented like the opening fence"
        );
        let remedies = vec![remedies::close(self.text, fence)];
        let span = fence.opening();
        self.find_with_remedies(Code::UnterminatedFence, span, message, Some(help), remedies);
        false
    }

    fn orphan(&mut self, fence: &Fence, message: &str, help: &str) {
        let remedies = vec![remedies::mark_as_text(self.text, fence)];
        let (message, help) = (message.into(), Some(help.into()));
        self.find_with_remedies(Code::OrphanOutput, fence.opening(), message, help, remedies);
    }

    fn report(&mut self, fence: &Fence, problems: Vec<Problem>) {
        for problem in problems {
            let start = fence.info.start;
            let span = start + problem.span.start..start + problem.span.end;
            let edits = |remedy: Remedy| {
                let moved = |edit: Edit| Edit {
                    range: start + edit.range.start..start + edit.range.end,
                    ..edit
                };
                Remedy { edits: remedy.edits.into_iter().map(moved).collect(), ..remedy }
            };
            let remedies = problem.remedies.into_iter().map(edits).collect();
            self.find_with_remedies(problem.code, span, problem.message, problem.help, remedies);
        }
    }

    fn find(&mut self, code: Code, span: Range<usize>, message: String, help: Option<String>) {
        self.find_with_remedies(code, span, message, help, Vec::new());
    }

    fn find_with_remedies(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: String,
        help: Option<String>,
        remedies: Vec<Remedy>,
    ) {
        let (line, column) = line_and_column(self.text, span.start);
        self.scenario.findings.push(Finding {
            code,
            severity: Severity::Error,
            path: self.scenario.path.clone(),
            span,
            line,
            column,
            message,
            help,
            remedies,
        });
    }
}

#[cfg(test)]
mod tests;
