//! The steps of a chapter and their annotations, as plain data.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

use crate::model::engine_versions::EngineVersions;
use crate::model::fence::Fence;
use crate::model::finding::{Code, Finding};
use crate::model::markdown::Extensions;
use crate::model::remedy::{Basis, Remedy};
use crate::model::stream::{Columns, Streams};
use crate::model::values::Reading;
use crate::text::position::{line_and_column, work};
use crate::text::splice::Edit;

mod file;
mod substitution;

pub(crate) use self::file::ChapterFile;
pub(crate) use self::substitution::Substitution;
pub(crate) use self::substitution::substituted;

/// The steps of one chapter.
#[derive(Debug, Default)]
pub struct Scenario {
    /// The path of the chapter, as shown in findings.
    pub path: PathBuf,
    /// The Markdown extensions that the chapter is parsed with.
    pub extensions: Extensions,
    /// How its commands are read.
    pub reading: Reading,
    /// The steps in the order in which they run, including ignored ones.
    pub steps: Vec<Step>,
    /// The `{{#docktest diagram}}` directives, in bytes of the chapter's text. Each is a paragraph
    /// of its own.
    pub diagrams: Vec<Range<usize>>,
    /// The start of the chapter's last block, if it is one of code or HTML: the chapter may not close it.
    pub last_block: Option<usize>,
    /// The other directives, in bytes of the chapter's text.
    pub directives: Vec<(Directive, Range<usize>)>,
    /// The files that are written before steps, in the order of the text.
    pub files: Vec<ChapterFile>,
    /// The container that placeholders such as `<container-id>` stand for.
    pub own_container: Option<OwnContainer>,
    /// The findings about the text; the chapter does not run while one about annotations is an error.
    pub findings: Vec<Finding>,
}

impl Scenario {
    /// Returns a scenario without steps.
    pub(crate) fn new(path: &Path, extensions: Extensions) -> Self {
        let path = path.to_owned();
        Self { path, extensions, ..Self::default() }
    }

    /// Returns the files that are written before a step, by its index, and after the last step before it
    /// that runs; with their indices in `files`.
    pub fn files_before(&self, step: usize) -> impl Iterator<Item = (usize, &ChapterFile)> {
        self.files_after_last(step, Step::runs)
    }

    /// Returns the same on an engine of this version.
    pub(crate) fn files_before_on(
        &self,
        step: usize,
        engine: &str,
    ) -> impl Iterator<Item = (usize, &ChapterFile)> {
        self.files_after_last(step, |step| step.runs_on(engine))
    }

    /// Returns the index of the step in whose block, or `output` blocks, an offset in the chapter's text is.
    pub(crate) fn step_at(&self, offset: usize) -> Option<usize> {
        let after = self.steps.partition_point(|step| step.fence.block.start <= offset);
        let index = after.checked_sub(1)?;
        self.steps[index].contains(offset).then_some(index)
    }

    /// Returns the index of the step that a finding is about.
    pub(crate) fn subject_of(&self, finding: &Finding) -> Option<usize> {
        let step = self.step_at(finding.span.start)?;
        self.steps[step].is_subject_of(finding).then_some(step)
    }

    /// Returns the findings about each step, in their order; with `None` those about no step.
    pub(crate) fn by_step<'a>(
        &self,
        findings: impl IntoIterator<Item = &'a Finding>,
    ) -> BTreeMap<Option<usize>, Vec<&'a Finding>> {
        let mut by_step: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in findings {
            by_step.entry(self.subject_of(finding)).or_default().push(finding);
        }
        by_step
    }

    /// Returns the files before a step, from the last step before it that runs.
    fn files_after_last(
        &self,
        step: usize,
        runs: impl Fn(&Step) -> bool,
    ) -> impl Iterator<Item = (usize, &ChapterFile)> {
        let first = self.steps[..step].iter().rposition(runs).map_or(0, |last| last + 1);
        // They are in the order of the text.
        let start = self.files.partition_point(|file| file.before_step < first);
        let end = self.files.partition_point(|file| file.before_step <= step);
        self.files[start..end].iter().enumerate().map(move |(index, file)| (start + index, file))
    }

    /// Returns the steps that run, with their indices in `steps`.
    pub fn steps_that_run(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate().filter(|(_, step)| step.runs())
    }
}

/// The only container that a chapter starts in the background before commands with a placeholder for its ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnContainer {
    /// The script of the command that starts it and prints its ID.
    pub run: String,
    /// The placeholders, as they stand in commands.
    pub placeholders: BTreeSet<String>,
}

/// A directive that is replaced by facts about the chapter or the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// How long a reader needs for the chapter.
    Duration,
    /// How long a reader needs for the book.
    BookDuration,
    /// The commands of the book.
    Commands,
    /// The failures that the book expects.
    Errors,
}

impl Directive {
    /// Whether it needs the other chapters.
    pub fn is_about_book(self) -> bool {
        self != Self::Duration
    }

    /// Whether it is replaced by words rather than by a block.
    pub(crate) fn is_inline(self) -> bool {
        matches!(self, Self::Duration | Self::BookDuration)
    }
}

/// One fenced shell block.
#[derive(Debug)]
pub struct Step {
    /// The language, as the page shows it: one that highlighters know.
    pub language: String,
    /// The attributes of other tools in the info string, each after a blank.
    pub foreign: String,
    /// The block's text, without fence, container prefixes or carriage returns.
    pub script: String,
    /// The number of the script's first line, counted from 1. In a file that includes it, that of the
    /// link.
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
    /// The `output` blocks that follow the step: one, or one for each of its streams, for each version of the
    /// engine.
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

    /// Whether the step runs on an engine of this version.
    pub(crate) fn runs_on(&self, engine: &str) -> bool {
        let versions = self.attributes.engine.as_ref();
        self.runs() && versions.is_none_or(|versions| versions.include(engine))
    }

    /// Returns why the step is skipped on other versions of the engine: `for Docker Engine >=23`.
    pub(crate) fn for_engine(&self) -> Option<String> {
        self.attributes.engine.as_ref().map(|versions| format!("for Docker Engine {versions}"))
    }

    /// Returns the `output` blocks that say what an engine of this version prints.
    pub(crate) fn expectations_on(&self, engine: &str) -> impl Iterator<Item = &Expectation> {
        self.expectations.iter().filter(move |expectation| expectation.is_for(engine))
    }

    /// Whether its commands stand in the chapter as in a script, without prompts.
    pub fn is_script(&self) -> bool {
        self.session_markup.is_empty() && !self.commands.iter().any(Command::is_typed)
    }

    /// Returns the line numbers that the step and its `output` blocks span in `text`, the chapter's
    /// text.
    pub fn lines(&self, text: &str) -> RangeInclusive<usize> {
        let line = |offset| line_and_column(text, offset).0;
        let block = self.block();
        line(block.start)..=line(block.end)
    }

    /// Returns the range of the step and its `output` blocks in the chapter's text.
    pub(crate) fn block(&self) -> Range<usize> {
        let last = self.expectations.last().map_or(&self.fence, |expectation| &expectation.fence);
        self.fence.block.start..last.block.end
    }

    /// Returns the edit of the chapter that marks a script with prompts as `console`; `None` if it has
    /// none, or is marked as a session already.
    pub fn mark_as_console(&self) -> Option<Remedy> {
        let has_prompts = !self.session_markup.is_empty() && self.language != "console";
        let edit = || Edit { range: self.fence.language.clone(), text: "console".to_owned() };
        has_prompts.then(|| Remedy {
            title: "mark the block as `console`, as it has prompts".to_owned(),
            edits: vec![edit()],
            basis: Basis::Proved,
        })
    }

    /// Whether a finding of this chapter is in the step's block or its `output` blocks.
    pub fn is_subject_of(&self, finding: &Finding) -> bool {
        // A file without steps that run has its finding at its beginning, where a step can be.
        finding.code != Code::NoSteps && self.contains(finding.span.start)
    }

    /// Whether an offset in the chapter's text is in the step's block or its `output` blocks.
    pub(crate) fn contains(&self, offset: usize) -> bool {
        work::add(1);
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
    /// The placeholders in the text for which book.toml has a value, in order.
    pub substitutions: Vec<Substitution>,
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
    /// Returns what runs: the text with values in the place of placeholders.
    pub fn script(&self) -> Cow<'_, str> {
        substituted(&self.text, &self.substitutions)
    }

    /// Returns the place in the chapter of a part of [`Self::script`] that is on one line. The place of a
    /// part of a value is that of its placeholder.
    pub fn script_place(&self, part: Range<usize>) -> Option<Range<usize>> {
        if self.substitutions.is_empty() {
            return self.place(part);
        }
        // The end of the part is the end of what its last byte belongs to.
        let start = self.text_offset(part.start).start;
        let end = self.text_offset(part.end.saturating_sub(1).max(part.start)).end;
        let end = if part.is_empty() { start } else { end };
        self.place(start..end)
    }

    /// Returns the range in the text of a byte of the script.
    fn text_offset(&self, offset: usize) -> Range<usize> {
        let (mut in_text, mut in_script) = (0, 0);
        for Substitution { range, value } in &self.substitutions {
            let begin = in_script + range.start - in_text;
            if offset < begin {
                break;
            }
            (in_text, in_script) = (range.end, begin + value.len());
            if offset < in_script {
                return range.clone();
            }
        }
        let at = in_text + offset - in_script;
        at..at + 1
    }

    /// Whether it is typed into a program.
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, CommandKind::Typed { .. })
    }

    /// Returns the place in the chapter of a part of the text that is on one line.
    pub fn place(&self, part: Range<usize>) -> Option<Range<usize>> {
        let before = self.text.get(..part.start)?;
        let (line_start, line) = match &*self.lines {
            // Most commands have one line.
            [line] if !before.contains('\n') => (0, line),
            lines => {
                let line_start = before.rfind('\n').map_or(0, |end| end + 1);
                let count = before.bytes().filter(|byte| *byte == b'\n').count();
                (line_start, lines.get(count)?)
            }
        };
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
    /// If the step fails, no later step of the chapter runs, not even one for cleaning up.
    pub guard: bool,
    /// A diagram of the engine's objects follows the step.
    pub diagram: bool,
    /// The versions of the engine on which the step runs; all if there are none.
    pub engine: Option<EngineVersions>,
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

/// After which time a command without expected output is interrupted below which the chapter shows `^C`.
pub(crate) const INTERRUPTED_AFTER: Duration = Duration::from_secs(1);

/// Returns how many lines a command prints at least that is expected to print these: `...` stands for any
/// number.
pub(crate) fn shown_lines<'a>(expected: impl Iterator<Item = &'a str>) -> usize {
    expected.filter(|line| !matches!(line.trim(), "" | "..." | "…")).count()
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
    /// The versions of the engine that print it; all if there are none.
    pub engine: Option<EngineVersions>,
}

impl Expectation {
    /// Whether it says what an engine of this version prints.
    pub(crate) fn is_for(&self, engine: &str) -> bool {
        self.engine.as_ref().is_none_or(|versions| versions.include(engine))
    }
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
