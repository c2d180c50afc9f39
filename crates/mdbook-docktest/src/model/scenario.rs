//! What a chapter asks to be done: its steps, in order, as plain data.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

use crate::model::fence::Fence;
use crate::model::finding::Finding;
use crate::model::markdown::Extensions;
use crate::model::stream::{Columns, Streams};
use crate::text::position::line_and_column;

/// The steps of one chapter, in the order in which they run.
#[derive(Debug, Default)]
pub struct Scenario {
    /// The chapter's file as findings name it.
    pub path: PathBuf,
    /// How its Markdown is read.
    pub extensions: Extensions,
    /// The steps, ignored ones included.
    pub steps: Vec<Step>,
    /// Where the chapter is to have a picture of what there is on the engine: in bytes of its text,
    /// each a paragraph of its own.
    pub diagrams: Vec<Range<usize>>,
    /// What is wrong with the annotations themselves; nothing runs while one of them is an error.
    pub findings: Vec<Finding>,
}

impl Scenario {
    /// A chapter without steps.
    pub(crate) fn new(path: &Path, extensions: Extensions) -> Self {
        let path = path.to_owned();
        Self { path, extensions, steps: Vec::new(), diagrams: Vec::new(), findings: Vec::new() }
    }

    /// The steps that run, with their places among all.
    pub fn steps_that_run(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate().filter(|(_, step)| !step.attributes.ignore)
    }
}

/// One fenced shell block.
#[derive(Debug)]
pub struct Step {
    /// The first word of the info string: `bash`, `sh`, `shell` or `console`.
    pub language: String,
    /// The block's text, without fence, container prefixes or carriage returns.
    pub script: String,
    /// The line of the script's first line, counted from 1.
    pub line: usize,
    /// Where the block is in the chapter's text.
    pub fence: Fence,
    /// The script's first line that is not blank in the chapter's text, for findings about the
    /// command itself; the opening fence where there is none.
    pub command: Range<usize>,
    /// Its commands, in order: see [`crate::extract::commands`].
    pub commands: Vec<Command>,
    /// What the author asked for.
    pub attributes: Attributes,
    /// The `output` block that follows, if there is one.
    pub expectation: Option<Expectation>,
    /// What of a `console` block is no command, in the chapter's text: the prompts, and the lines
    /// below commands.
    pub dressing: Vec<Range<usize>>,
}

impl Step {
    /// The lines of its block and of its `output` block in `text`, the chapter's.
    pub fn lines(&self, text: &str) -> RangeInclusive<usize> {
        let last = self.expectation.as_ref().map_or(&self.fence, |expectation| &expectation.fence);
        let line = |offset| line_and_column(text, offset).0;
        line(self.fence.block.start)..=line(last.block.end)
    }

    /// Whether a finding of this chapter is about this step or its expectation.
    pub fn is_subject_of(&self, finding: &Finding) -> bool {
        let expectation = self.expectation.as_ref().map(|expectation| &expectation.fence.block);
        let mut blocks = [Some(&self.fence.block), expectation].into_iter().flatten();
        blocks.any(|block| block.contains(&finding.span.start))
    }
}

/// One command of a step, as a reader would enter it.
#[derive(Debug)]
pub struct Command {
    /// Its text, which can have several lines.
    pub text: String,
    /// Its first line in the chapter's text.
    pub span: Range<usize>,
    /// What stands below it in a `console` block, if anything does.
    pub expectation: Option<Expectation>,
}

/// The annotations of a step's info string.
#[derive(Debug, Default)]
pub struct Attributes {
    /// The block is shown as it is and never run.
    pub ignore: bool,
    /// The step runs, and neither it nor its output is shown.
    pub hidden: bool,
    /// The step runs and is shown; its output is not.
    pub no_output: bool,
    /// Which exit status holds.
    pub exit: ExitExpectation,
    /// With which exit status a container must die that the step leaves running in the background.
    pub dies: Option<ExitExpectation>,
    /// When to stop a stream that has no end of its own.
    pub follow: Option<Follow>,
    /// What is typed at the prompt.
    pub stdin: Option<String>,
    /// The terminal that the step runs at, by its width; without one, it has pipes.
    pub tty: Option<Columns>,
    /// How long the step may take, instead of the book's default.
    pub timeout: Option<Duration>,
    /// For how long the step is run again until it holds; its last run is the one that counts.
    pub retry: Option<Duration>,
    /// The step runs even when an earlier one failed.
    pub cleanup: bool,
    /// The step is followed by a picture of what there is on the engine.
    pub diagram: bool,
}

/// Which exit status of a step holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitExpectation {
    /// Exactly this one.
    Code(i32),
    /// Whatever it is.
    Any,
}

impl Default for ExitExpectation {
    fn default() -> Self {
        Self::Code(0)
    }
}

/// When an endless stream has been followed long enough. It is then stopped as Ctrl-C does.
#[derive(Debug, Clone)]
pub enum Follow {
    /// Once a line of the output matches.
    Until(Regex),
    /// Once this many whole lines were printed.
    Lines(usize),
    /// After this time.
    For(Duration),
}

/// What must be printed: by all of a step, as the `output` block after it says; or by one command, as
/// the lines below it in a `console` block say.
#[derive(Debug)]
pub struct Expectation {
    /// Its text, without fence, container prefixes or carriage returns.
    pub text: String,
    /// Where each line of that text is in the chapter's text, without the blanks at its end.
    pub lines: Vec<Range<usize>>,
    /// The line of its first line, counted from 1.
    pub line: usize,
    /// Where the block that it stands in is in the chapter's text: an `output` block, or the `console`
    /// block of its command.
    pub fence: Fence,
    /// Its lines in the chapter's text, with their container prefixes and line endings.
    pub body: Range<usize>,
    /// How it is compared, and with what.
    pub attributes: OutputAttributes,
}

/// The annotations of an `output` block's info string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutputAttributes {
    /// What is compared.
    pub streams: Streams,
    /// Whether each byte counts and nothing in the block has a meaning.
    pub exact: bool,
    /// Whether it stands below a command of a `console` block.
    pub in_session: bool,
}
