//! The steps of a chapter and their annotations, as plain data.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

use crate::model::fence::Fence;
use crate::model::finding::Finding;
use crate::model::markdown::Extensions;
use crate::model::remedy::{Basis, Remedy};
use crate::model::stream::{Columns, Streams};
use crate::text::position::line_and_column;
use crate::text::splice::Edit;

/// The steps of one chapter.
#[derive(Debug, Default)]
pub struct Scenario {
    /// The path of the chapter, as shown in findings.
    pub path: PathBuf,
    /// The Markdown extensions that the chapter is parsed with.
    pub extensions: Extensions,
    /// The steps in the order in which they run, including ignored ones.
    pub steps: Vec<Step>,
    /// The `{{#docktest diagram}}` directives, in bytes of the chapter's text. Each is a paragraph
    /// of its own.
    pub diagrams: Vec<Range<usize>>,
    /// The findings about annotations; the chapter does not run while one of them is an error.
    pub findings: Vec<Finding>,
}

impl Scenario {
    /// Returns a scenario without steps.
    pub(crate) fn new(path: &Path, extensions: Extensions) -> Self {
        let path = path.to_owned();
        Self { path, extensions, steps: Vec::new(), diagrams: Vec::new(), findings: Vec::new() }
    }

    /// Returns the steps that run, with their indices in `steps`.
    pub fn steps_that_run(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate().filter(|(_, step)| step.runs())
    }
}

/// One fenced shell block.
#[derive(Debug)]
pub struct Step {
    /// The first word of the info string: `bash`, `sh`, `shell` or `console`.
    pub language: String,
    /// The block's text, without fence, container prefixes or carriage returns.
    pub script: String,
    /// The number of the script's first line, counted from 1.
    pub line: usize,
    /// The place of the block in the chapter's text.
    pub fence: Fence,
    /// The place of the script's first line that is not blank, for findings about the step; the
    /// opening fence if there is no such line.
    pub command: Range<usize>,
    /// The commands of the script, in order.
    pub commands: Vec<Command>,
    /// The attributes of the info string.
    pub attributes: Attributes,
    /// The `output` blocks that follow the step: one, or one for each of its streams.
    pub expectations: Vec<Expectation>,
    /// The parts of a session that are not commands, in the chapter's text: prompts, and the lines
    /// below commands.
    pub session_markup: Vec<Range<usize>>,
    /// Whether a finding about the step's text keeps it from running.
    pub is_held: bool,
    /// Whether a later step types into the program that the last command of the shell opens.
    pub stays_open: bool,
}

impl Step {
    /// Whether the step runs: it is not marked `ignore`, and no finding holds it back.
    pub fn runs(&self) -> bool {
        !self.attributes.ignore && !self.is_held
    }

    /// Whether its commands stand in the chapter as in a script, without prompts.
    pub fn is_script(&self) -> bool {
        self.session_markup.is_empty() && !self.commands.iter().any(Command::is_typed)
    }

    /// Returns the line numbers that the step and its `output` blocks span in `text`, the chapter's
    /// text.
    pub fn lines(&self, text: &str) -> RangeInclusive<usize> {
        let last = self.expectations.last().map_or(&self.fence, |expectation| &expectation.fence);
        let line = |offset| line_and_column(text, offset).0;
        line(self.fence.block.start)..=line(last.block.end)
    }

    /// Returns the edit of `text`, the chapter's text, that marks a script with prompts as `console`;
    /// `None` if it has none, or is marked already.
    pub fn mark_as_console(&self, text: &str) -> Option<Remedy> {
        let has_prompts = !self.session_markup.is_empty() && self.language != "console";
        let edit = || Edit { range: self.fence.language(text), text: "console".to_owned() };
        has_prompts.then(|| Remedy {
            title: "mark the block as `console`, as it has prompts".to_owned(),
            edits: vec![edit()],
            basis: Basis::Proved,
        })
    }

    /// Whether a finding of this chapter is in the step's block or its `output` blocks.
    pub fn is_subject_of(&self, finding: &Finding) -> bool {
        self.contains(finding.span.start)
    }

    /// Whether an offset in the chapter's text is in the step's block or its `output` blocks.
    pub(crate) fn contains(&self, offset: usize) -> bool {
        let expectations = self.expectations.iter().map(|expectation| &expectation.fence);
        let mut fences = std::iter::once(&self.fence).chain(expectations);
        fences.any(|fence| fence.block.contains(&offset))
    }
}

/// One command of a step, as a reader would type it.
#[derive(Debug)]
pub struct Command {
    /// The text, which can have several lines.
    pub text: String,
    /// The place of its first line in the chapter's text.
    pub span: Range<usize>,
    /// The place of each of its lines in the chapter's text, without prompts and trailing blanks.
    pub lines: Vec<Range<usize>>,
    /// The expected output below the command in a session.
    pub expectation: Option<Expectation>,
    /// What reads it.
    pub kind: CommandKind,
}

/// What reads a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CommandKind {
    /// The chapter's shell.
    #[default]
    Shell,
    /// A program that waits at a terminal: the last command of the shell in the same step, or one that an
    /// earlier step has left open.
    Typed {
        /// The prompt in front of it in the chapter. The program's own can differ.
        prompt: String,
    },
}

impl Command {
    /// Whether it is typed into a program.
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, CommandKind::Typed { .. })
    }

    /// Returns the place in the chapter of a part of the text that is on one line.
    pub fn place(&self, part: Range<usize>) -> Option<Range<usize>> {
        let before = self.text.get(..part.start)?;
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = self.lines.get(before.matches('\n').count())?;
        let place = line.start + part.start - line_start..line.start + part.end - line_start;
        (place.end <= line.end).then_some(place)
    }
}

/// The attributes of a step's info string.
#[derive(Debug, Default)]
pub struct Attributes {
    /// The block is shown unchanged and never run.
    pub ignore: bool,
    /// The step runs, but neither it nor its output is shown.
    pub hidden: bool,
    /// The step runs and is shown, but its output is not.
    pub no_output: bool,
    /// The expected exit status.
    pub exit: ExitExpectation,
    /// The exit status with which a container must die that the step starts in the background.
    pub dies: Option<ExitExpectation>,
    /// When to stop an endless stream.
    pub follow: Option<Follow>,
    /// The text for standard input.
    pub stdin: Option<String>,
    /// The width of the terminal that the step runs at; `None` for pipes.
    pub tty: Option<Columns>,
    /// The time limit of the step, instead of the book's default.
    pub timeout: Option<Duration>,
    /// For how long the step is run again until it passes; its last run counts.
    pub retry: Option<Duration>,
    /// The step runs even if an earlier one failed.
    pub cleanup: bool,
    /// A diagram of the engine's objects follows the step.
    pub diagram: bool,
}

/// The expected exit status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitExpectation {
    /// Exactly this one.
    Code(i32),
    /// Any status.
    Any,
}

impl Default for ExitExpectation {
    fn default() -> Self {
        Self::Code(0)
    }
}

/// When an endless stream has been followed long enough. It is then stopped as by Ctrl-C.
#[derive(Debug, Clone)]
pub enum Follow {
    /// Once a line of the output matches.
    Until(Regex),
    /// Once this many complete lines were printed.
    Lines(usize),
    /// After this time.
    For(Duration),
}

/// Expected output: of a whole step, in the `output` block after it; or of one command, in the
/// lines below it in a `console` block.
#[derive(Debug)]
pub struct Expectation {
    /// The expected text, without fence, container prefixes or carriage returns.
    pub text: String,
    /// The place of each line of `text` in the chapter, without trailing blanks.
    pub lines: Vec<Range<usize>>,
    /// The number of the first line, counted from 1.
    pub line: usize,
    /// The place of the block that contains it: an `output` block, or the command's `console`
    /// block.
    pub fence: Fence,
    /// The place of all lines in the chapter, with their container prefixes and line endings.
    pub body: Range<usize>,
    /// How the output is compared.
    pub attributes: OutputAttributes,
}

/// The attributes of an `output` block's info string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutputAttributes {
    /// The streams that are compared.
    pub streams: Streams,
    /// Whether output is compared byte for byte, without patterns.
    pub exact: bool,
    /// Whether the expectation is below a command of a `console` block.
    pub in_session: bool,
    /// Whether what was typed as an answer is compared, too.
    pub with_answers: bool,
}
