//! Extracts the steps of a chapter from its Markdown.
//!
//! Blocks are found with mdBook's own parser and options, so that the steps are exactly the blocks
//! that a reader sees: fences in lists and quotes count; indented code, comments and fences within
//! longer fences do not.
//!
//! An `output` block belongs to the step before it if both are in the same container, with only
//! blank lines between; so does a second one, for the other stream. One without attributes also does if paragraphs
//! introduce it. An empty step is still a step: bash runs an empty file and exits with 0.

use std::ops::Range;
use std::path::Path;

use self::attributes::language::Kind;
use self::attributes::{Info, Problem};
use self::blocks::{Block, CodeBlock, blocks};
use self::commands::commands;
use self::conflict::Conflict;
use self::fill_in::fill_in;
use self::interactive::needs_terminal;
use self::placeholders::mask_angle_brackets;
use self::prompt::is_unspaced;
use self::sessions::SessionParts;
use self::unclosed::holds_steps;
use self::unmarked::goes_on_as_on_windows;
use crate::model::engine_versions::EngineVersions;
use crate::model::fence::Fence;
use crate::model::finding::{Code, Finding, Severity};
pub use crate::model::markdown::Extensions;
use crate::model::remedy::Remedy;
use crate::model::scenario::{
    Attributes, Command, CommandKind, Expectation, OutputAttributes, Scenario, Step,
};
use crate::model::stream::Columns;
use crate::model::values::Reading;
use crate::text::position::LineStarts;
use crate::text::question::is_answered;
use crate::text::splice::Edit;

pub(crate) mod attributes;
mod blocks;
pub(crate) mod command_line;
pub(crate) mod command_uses;
pub(crate) mod command_words;
pub(crate) mod commands;
mod conflict;
mod console;
pub(crate) mod constant;
mod directives;
mod fence;
pub(crate) mod file_blocks;
mod fill_in;
pub(crate) mod image_uses;
mod indented_fence;
mod indented_output;
pub(crate) mod info_edit;
mod inner;
pub(crate) mod interactive;
pub(crate) mod named_blocks;
mod not_a_step;
mod outside;
mod own_container;
mod placeholders;
mod prompt;
mod prose;
mod remedies;
mod script_file;
mod sessions;
mod shown_output;
mod simple_commands;
mod synopsis;
mod unclosed;
mod unended;
mod unmarked;

/// Extracts the steps of a chapter of a book that has no values for placeholders.
///
/// `path` is used only in findings.
pub fn extract(path: &Path, text: &str, extensions: Extensions) -> Scenario {
    extract_with(path, text, extensions, &Reading::default())
}

/// Extracts the steps of a chapter, checks their annotations, and fills in the book's values.
pub(crate) fn extract_with(
    path: &Path,
    text: &str,
    extensions: Extensions,
    reading: &Reading,
) -> Scenario {
    let blocks = blocks(text, &extensions);
    let mut extraction = Extraction {
        text,
        lines: LineStarts::of(text),
        scenario: Scenario::new(path, extensions),
        previous: None,
        open: None,
        breaks: &blocks.breaks,
        indentation: indented_output::indentation(text),
    };
    extraction.scenario.last_block = blocks.last;
    for block in &blocks.all {
        match block {
            Block::Code(block) => extraction.take(block),
            Block::Html(block) => extraction.take_html(block),
            Block::Template(template) => extraction.take_template(template),
            Block::Misplaced(block) => extraction.take_misplaced(block),
        }
    }
    extraction.directives();
    let mut scenario = Scenario { reading: reading.clone(), ..extraction.scenario };
    fill_in(&mut scenario, text, &extraction.lines, reading);
    scenario
}

struct Extraction<'a> {
    text: &'a str,
    lines: LineStarts,
    scenario: Scenario,
    previous: Option<Previous>,
    /// The program that waits at a terminal for what later blocks type.
    open: Option<inner::Open>,
    /// See [`Blocks::breaks`](blocks::Blocks::breaks).
    breaks: &'a [usize],
    /// By how many blanks the chapter indents output.
    indentation: usize,
}

/// The previous step, which an `output` block may belong to.
struct Previous {
    /// The index of the step, or why it cannot have an `output` block.
    takes_output: Result<usize, NoOutput>,
    /// The end of the step, or of its last `output` block.
    end: usize,
    container: usize,
}

/// What the info string of a step says.
struct Marking {
    kind: Kind,
    language: &'static str,
    foreign: String,
    attributes: Attributes,
}

/// Why a step cannot have an `output` block.
enum NoOutput {
    Ignored,
    /// It is a script that readers save.
    IsFile,
    HasOwnOutput,
}

/// Whether the lines below a command of a session have a question, which a person answers.
fn has_answer(command: &Command) -> bool {
    let mut lines = command.expectation.iter().flat_map(|expectation| expectation.text.lines());
    lines.any(is_answered)
}

/// Whether a text may set a variable with the name of one of docker's programs, or of git.
fn sets_docker(text: &str) -> bool {
    ["docker=", "git=", "docker; do", "docker in "].iter().any(|form| text.contains(form))
}

fn script_commands(block: &CodeBlock, fence: &Fence) -> Vec<Command> {
    let command = |range: Range<usize>| Command {
        span: block.line_at(range.start).unwrap_or_else(|| fence.opening()),
        lines: block.lines_at(range.clone()),
        text: block.content[range].to_owned(),
        expectation: None,
        substitutions: Vec::new(),
        kind: CommandKind::Shell,
    };
    commands(&mask_angle_brackets(&block.content)).into_iter().map(command).collect()
}

impl Extraction<'_> {
    fn take(&mut self, block: &CodeBlock) {
        let previous = self.previous.take();
        if block.is_indented {
            return self.take_indented(block);
        }
        let Some(fence) = fence::parts(self.text, &block.span, block.content_end) else {
            return;
        };
        if self.take_past_short_fence(block, &fence) {
            return;
        }
        if let Some((info, problems)) = file_blocks::parse(&self.text[fence.info.clone()]) {
            self.report(&fence, problems);
            if self.is_closed(&fence, "file") {
                self.file(block, &fence, info);
            }
            return;
        }
        match attributes::parse(&self.text[fence.info.clone()]) {
            Info::Step { kind, language, foreign, attributes, problems } => {
                self.report(&fence, problems);
                let may_run = !attributes.ignore && fence.closing.is_some();
                if may_run && self.take_script_file(block, &fence, (kind, &attributes)) {
                    return;
                }
                if may_run && goes_on_as_on_windows(&block.content) {
                    return self.take_for_windows(&fence, block);
                }
                if self.is_closed(&fence, "step") {
                    let marking = Marking { kind, language, foreign, attributes: *attributes };
                    if !self.take_shown_output(block, &fence, &marking, previous.as_ref()) {
                        self.step(block, &fence, marking);
                    }
                }
            }
            Info::Output { attributes, engine, problems } => {
                self.report(&fence, problems);
                if self.is_closed(&fence, "`output` block") {
                    let is_plain = attributes == OutputAttributes::default() && engine.is_none();
                    let is_apart = |previous: &&Previous| {
                        is_plain
                            && !self.is_next(previous, block)
                            && self.is_introduced(previous, block)
                    };
                    if let Some(apart) = previous.as_ref().filter(is_apart)
                        && let Some((message, help)) = self.denies(apart, block)
                    {
                        return self.orphan(&fence, &message, help);
                    }
                    let previous = previous
                        .filter(|previous| self.is_next(previous, block) || is_apart(&previous));
                    let is_for = (attributes, engine);
                    self.expectation(block, &fence, is_for, previous.as_ref());
                    // There may be a block for the other stream.
                    let end = fence.block.end;
                    self.previous = previous.map(|previous| Previous { end, ..previous });
                }
            }
            Info::Other(_)
                if fence.closing.is_none()
                    && holds_steps(&block.content, &self.text[fence.marks.clone()]) =>
            {
                self.is_closed(&fence, "block");
            }
            Info::Other(kind) => self.take_unmarked(block, &fence, kind, previous.as_ref()),
        }
    }

    fn step(&mut self, block: &CodeBlock, fence: &Fence, marking: Marking) {
        let Marking { kind, language, foreign, mut attributes } = marking;
        // What is on the fence comes first, as in mdBook.
        let on_fence = foreign.split(' ').find_map(|word| word.strip_prefix("hidelines="));
        let hidelines = &self.scenario.extensions.hidelines;
        let prefix = on_fence.or_else(|| hidelines.get(language).map(String::as_str));
        let whole = prefix.and_then(|prefix| block.with_hidden_lines(prefix));
        let block = whole.as_ref().unwrap_or(block);
        let index = self.scenario.steps.len();
        let session = match attributes.ignore {
            true => None,
            false => self.session(block, fence, kind),
        };
        // A terminal without prompts.
        let is_script = kind == Kind::Terminal && session.is_none();
        let language = if is_script { "bash" } else { language };
        let SessionParts { commands, markup, is_held, follow } =
            session.unwrap_or_else(|| SessionParts {
                commands: script_commands(block, fence),
                markup: Vec::new(),
                is_held: false,
                follow: None,
            });
        let is_held = is_held
            || !attributes.ignore
                && (self.here_documents_without_end(&commands)
                    || markup.is_empty() && self.commands_at_unspaced_prompts(&commands));
        attributes.follow = attributes.follow.or(follow);
        let mut commands = commands;
        for expectation in commands.iter_mut().filter_map(|command| command.expectation.as_mut()) {
            // Answers of `stdin` are in the lines below the command only if the author shows them.
            let shows_answer = |line: &str| is_answered(line) && !line.trim_end().ends_with(':');
            expectation.attributes.with_answers =
                attributes.stdin.is_none() || expectation.text.lines().any(shows_answer);
        }
        let is_script = markup.is_empty();
        if is_script && !attributes.ignore && block.content.trim() == "exit" {
            self.exits_outside(&commands);
        } else if is_script
            && !(is_held || attributes.ignore || attributes.hidden || attributes.cleanup)
        {
            self.runs_outside(&commands);
        }
        if is_script
            && attributes.stdin.is_none()
            && let Some(open) = inner::left_open_by_script(&commands, index)
        {
            self.open = Some(open);
        }
        // A reader is at a terminal, and so is a program that asks for one.
        let needs_terminal = |command: &Command| {
            command.is_typed()
                || if is_script {
                    needs_terminal(&command.text)
                } else {
                    inner::certainly_opens(&command.text)
                }
                || has_answer(command)
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
        let line = self.lines.line(self.text, fence.body.start);
        self.scenario.steps.push(Step {
            language: language.to_owned(),
            foreign,
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

    /// Finds commands such as `$docker ps` in a chapter that sets no such variable.
    fn commands_at_unspaced_prompts(&mut self, commands: &[Command]) -> bool {
        let found = commands.iter().filter(|command| is_unspaced(&command.text));
        let places: Vec<Range<usize>> = found.map(|command| command.span.clone()).collect();
        let Some(first) = places.first().filter(|_| !sets_docker(self.text)) else { return false };
        let signs = places.iter().map(|place| place.start).collect();
        self.unspaced_prompts(first.clone(), signs);
        true
    }

    fn expectation(
        &mut self,
        block: &CodeBlock,
        fence: &Fence,
        (attributes, engine): (OutputAttributes, Option<EngineVersions>),
        previous: Option<&Previous>,
    ) {
        match previous.map(|previous| &previous.takes_output) {
            Some(Ok(step)) => {
                let expectations = &self.scenario.steps[*step].expectations;
                let mut conflicts = expectations
                    .iter()
                    .filter_map(|known| Conflict::with(known, attributes.streams, engine.as_ref()));
                if let Some(Conflict { message, help }) = conflicts.next() {
                    return self.orphan(fence, &message, help);
                }
                let line = self.lines.line(self.text, fence.body.start);
                let expectation = Expectation {
                    text: block.content.clone(),
                    lines: self.lines(block, fence),
                    line,
                    fence: fence.clone(),
                    body: fence.body.clone(),
                    attributes,
                    engine,
                };
                self.scenario.steps[*step].expectations.push(expectation);
            }
            Some(Err(NoOutput::Ignored)) => self.orphan(
                fence,
                "this `output` block follows a step that is never run",
                "remove `ignore` from the step, or mark this block as `text`",
            ),
            Some(Err(NoOutput::IsFile)) => self.orphan(
                fence,
                "this `output` block follows a script that begins with `#!`, which does not run",
                "put it after the step that runs the script, or mark this block as `text`",
            ),
            Some(Err(NoOutput::HasOwnOutput)) => self.orphan(
                fence,
                "this `output` block follows a `console` block that contains its own output",
                "move the expected output below the commands of the `console` block",
            ),
            None => self.orphan(
                fence,
                "this `output` block does not follow a step",
                "put it after its step, in the same list item or quote and with nothing but text \
                 between; or mark it as `text`",
            ),
        }
    }

    /// Returns the place of each line of a block's content; the whole body where it is not known.
    fn lines(&self, block: &CodeBlock, fence: &Fence) -> Vec<Range<usize>> {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in block.content.split_inclusive('\n') {
            let place = block.line_at(start).filter(|place| self.text.get(place.clone()).is_some());
            lines.push(place.unwrap_or_else(|| fence.body.clone()));
            start += line.len();
        }
        lines
    }

    fn is_next(&self, previous: &Previous, block: &CodeBlock) -> bool {
        // The blank lines of a quote also have its markers.
        let between = &self.text[previous.end..block.span.start];
        previous.container == block.container
            && between.chars().all(|c| c == '>' || c.is_ascii_whitespace())
    }

    /// Whether there is nothing but paragraphs between a step without an output and a block, so that they introduce it.
    fn is_introduced(&self, previous: &Previous, block: &CodeBlock) -> bool {
        let between = previous.end..block.span.start;
        let can_have = |step: usize| self.scenario.steps[step].expectations.is_empty();
        previous.container == block.container
            && previous.takes_output.as_ref().is_ok_and(|step| can_have(*step))
            && self.breaks.partition_point(|start| *start < between.start)
                == self.breaks.partition_point(|start| *start < between.end)
    }

    /// Returns why a block is not the output of a step, in spite of its place below, from the text between them.
    fn denies(&self, previous: &Previous, block: &CodeBlock) -> Option<(String, &'static str)> {
        let Ok(step) = previous.takes_output else { return None };
        let help = "put it directly below its step, or mark it as `text`";
        let prose = &self.text[previous.end..block.span.start];
        let script = &self.scenario.steps[step].script;
        if let Some(command) = prose::other_command(prose, script) {
            let message = format!(
                "the text above this `output` block names another command than its step: `{command}`"
            );
            return Some((message, help));
        }
        prose::is_of_another_case(prose).then(|| {
            let message = "the text above this `output` block says that it is about another case";
            (message.to_owned(), help)
        })
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
        let (line, column) = self.lines.line_and_column(self.text, span.start);
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
