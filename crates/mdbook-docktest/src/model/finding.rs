//! Findings: the differences between what an author wrote and what happens.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::remedy::{Basis, Remedy};

/// A finding at a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of finding.
    pub code: Code,
    /// Whether it fails the run. The book's lints set the final value.
    pub severity: Severity,
    /// The file that the finding is about.
    pub path: PathBuf,
    /// The range in the file's text, in bytes.
    pub span: Range<usize>,
    /// The line of the span's start, counted from 1.
    pub line: usize,
    /// The column of the span's start in characters, counted from 1.
    pub column: usize,
    /// What is wrong, on one line.
    pub message: String,
    /// What to do about it, possibly on several lines.
    pub help: Option<String>,
    /// Edits of the file that resolve it; the first is the most likely one.
    pub remedies: Vec<Remedy>,
}

impl Finding {
    /// Whether the finding only follows from another one, which its message says.
    pub(crate) fn is_consequence(&self) -> bool {
        is_consequence(&self.message)
    }

    /// Whether the finding fails the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether `fix` can resolve the finding without asking the author.
    pub fn is_fixable(&self) -> bool {
        self.remedies.iter().any(|remedy| remedy.basis == Basis::Proved)
    }
}

/// How the message of a finding begins that only follows from another one, before the number of its line.
const CONSEQUENCE: &str = "follows from line ";

/// Returns the message of a finding that only follows from another one, in the given line.
pub(crate) fn consequence(line: usize, what: &str) -> String {
    format!("{CONSEQUENCE}{line}{what}")
}

/// Whether this is such a message.
pub(crate) fn is_consequence(message: &str) -> bool {
    message.starts_with(CONSEQUENCE)
}

/// The kinds of findings. Their kebab-case names are a contract: they are never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// An attribute that does not exist.
    UnknownAttribute,
    /// An attribute whose value is invalid, or that conflicts with another one.
    BadAttribute,
    /// An `output` block that does not follow a step.
    OrphanOutput,
    /// A `console` block without a prompt, or text before the first prompt of a session.
    MissingPrompt,
    /// A block that looks like commands and is not a step.
    NotAStep,
    /// A word in an `output` block that looks like a mistyped placeholder, or is an invalid one.
    BadPlaceholder,
    /// A `{{#docktest …}}` directive that does not exist, or is in a place where it cannot work.
    BadDirective,
    /// A fence of a step or an `output` block that is never closed.
    UnterminatedFence,
    /// The syntax of a command in the place of a command.
    Synopsis,
    /// A part of a command that the reader is to replace, without a value in book.toml.
    Placeholder,
    /// A file of the chapter could not be written.
    UnwrittenFile,
    /// An `{{#include}}` or the like of something that does not exist.
    MissingInclude,
    /// A command exited with another status than expected.
    ExitStatus,
    /// Bash cannot parse a command.
    SyntaxError,
    /// It is unclear whether a command has succeeded, or where it ends.
    UnclearCommands,
    /// The output of a step differs from what is expected.
    OutputMismatch,
    /// A step has `output` blocks for versions of the engine, and none for that on which it ran.
    NoOutputForEngine,
    /// The output of a step differs from what is expected only in values that change from run to run.
    ChangedValues,
    /// A step did not end in time.
    Timeout,
    /// A command asked a question, and nothing was typed.
    UnansweredQuestion,
    /// Nothing has read a part of what `stdin` has.
    UnusedStdin,
    /// A stream ended by itself before it had been followed long enough.
    StreamEnded,
    /// A step or a command did not run, because an earlier one had ended the chapter or the shell.
    NotRun,
    /// An image that a step uses is not available.
    ImageMissing,
    /// The engine and its containers needed more memory than the book allows them.
    OutOfMemory,
    /// The engine and its containers needed more processes than the book allows them.
    OutOfProcesses,
    /// A file system of the engine was full.
    OutOfSpace,
    /// The engine exited while the chapter was running.
    EngineLost,
    /// A container in the background died, or did not die although it is expected to.
    ContainerDied,
    /// A chapter has no recording, and must not be run.
    MissingRecording,
    /// A chapter's recording was made with other steps or settings.
    StaleRecording,
    /// A recording cannot be read, or was changed after the run that wrote it.
    BadRecording,
    /// A recording belongs to no chapter.
    UnusedRecording,
    /// A recording was made with an image whose name stands for another one now.
    MovedImage,
    /// The table of versions of the engine has results of other steps for a chapter, or none.
    StaleTable,
    /// An object that a step created still exists at the end of the chapter.
    Leftover,
    /// A command uses an image with neither a tag nor a digest.
    UnpinnedImage,
    /// A book, or a file that was named on the command line, has no step that runs.
    NoSteps,
}

impl Code {
    /// All codes. A code that is missing here cannot be set in book.toml.
    pub const ALL: &[Self] = &[
        Self::UnknownAttribute,
        Self::BadAttribute,
        Self::OrphanOutput,
        Self::MissingPrompt,
        Self::NotAStep,
        Self::BadPlaceholder,
        Self::BadDirective,
        Self::UnterminatedFence,
        Self::Synopsis,
        Self::Placeholder,
        Self::UnwrittenFile,
        Self::MissingInclude,
        Self::ExitStatus,
        Self::SyntaxError,
        Self::UnclearCommands,
        Self::OutputMismatch,
        Self::NoOutputForEngine,
        Self::ChangedValues,
        Self::Timeout,
        Self::UnansweredQuestion,
        Self::UnusedStdin,
        Self::StreamEnded,
        Self::NotRun,
        Self::NoSteps,
        Self::ImageMissing,
        Self::ContainerDied,
        Self::Leftover,
        Self::UnpinnedImage,
        Self::OutOfMemory,
        Self::OutOfProcesses,
        Self::OutOfSpace,
        Self::EngineLost,
        Self::MissingRecording,
        Self::StaleRecording,
        Self::BadRecording,
        Self::UnusedRecording,
        Self::MovedImage,
        Self::StaleTable,
    ];

    /// Returns the code with the given name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Returns the level that applies unless book.toml sets another one.
    pub fn default_level(self) -> Level {
        match self {
            // The command may really print such a word, and an author may leave objects on purpose.
            Self::BadPlaceholder | Self::Leftover => Level::Warn,
            // The page is as correct as on the day it was written.
            Self::ChangedValues => Level::Warn,
            // It is shown as the author wrote it, and no reader is misled.
            Self::Synopsis => Level::Warn,
            // Its block does not run, and all others do.
            Self::MissingPrompt => Level::Warn,
            // It may be there to be read only.
            Self::NotAStep => Level::Warn,
            // The step has done what it should without it.
            Self::UnusedStdin => Level::Warn,
            // The step runs, and what its status shows is judged.
            Self::UnclearCommands => Level::Warn,
            // The book is as correct as before: only the registry has changed.
            Self::MovedImage => Level::Warn,
            // The page says so, too, and running all versions takes longer than most changes.
            Self::StaleTable => Level::Warn,
            // Many courses are about Docker rather than the image, and prefer the shortest command.
            Self::UnpinnedImage => Level::Allow,
            _ => Level::Deny,
        }
    }

    /// Returns the code's name in reports and in book.toml.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownAttribute => "unknown-attribute",
            Self::BadAttribute => "bad-attribute",
            Self::OrphanOutput => "orphan-output",
            Self::MissingPrompt => "missing-prompt",
            Self::NotAStep => "not-a-step",
            Self::BadPlaceholder => "bad-placeholder",
            Self::BadDirective => "bad-directive",
            Self::UnterminatedFence => "unterminated-fence",
            Self::Synopsis => "synopsis",
            Self::Placeholder => "placeholder",
            Self::UnwrittenFile => "unwritten-file",
            Self::MissingInclude => "missing-include",
            Self::ExitStatus => "exit-status",
            Self::SyntaxError => "syntax-error",
            Self::UnclearCommands => "unclear-commands",
            Self::OutputMismatch => "output-mismatch",
            Self::NoOutputForEngine => "no-output-for-engine",
            Self::ChangedValues => "changed-values",
            Self::Timeout => "timeout",
            Self::UnansweredQuestion => "unanswered-question",
            Self::UnusedStdin => "unused-stdin",
            Self::StreamEnded => "stream-ended",
            Self::NotRun => "not-run",
            Self::NoSteps => "no-steps",
            Self::ImageMissing => "image-missing",
            Self::OutOfMemory => "out-of-memory",
            Self::OutOfProcesses => "out-of-processes",
            Self::OutOfSpace => "out-of-space",
            Self::EngineLost => "engine-lost",
            Self::ContainerDied => "container-died",
            Self::Leftover => "leftover",
            Self::MissingRecording => "missing-recording",
            Self::StaleRecording => "stale-recording",
            Self::BadRecording => "bad-recording",
            Self::UnusedRecording => "unused-recording",
            Self::MovedImage => "moved-image",
            Self::StaleTable => "stale-table",
            Self::UnpinnedImage => "unpinned-image",
        }
    }

    /// Whether the finding is about a recording or the table of versions, so that `verify`, which runs the steps, does not
    /// report it again.
    pub fn is_about_recordings(self) -> bool {
        matches!(
            self,
            Self::MissingRecording
                | Self::StaleRecording
                | Self::BadRecording
                | Self::UnusedRecording
                | Self::MovedImage
                | Self::StaleTable
        )
    }

    /// Whether the finding is about the author's annotations, rather than the result of a run.
    pub fn is_about_annotations(self) -> bool {
        matches!(
            self,
            Self::UnknownAttribute
                | Self::BadAttribute
                | Self::OrphanOutput
                | Self::MissingPrompt
                | Self::NotAStep
                | Self::BadPlaceholder
                | Self::BadDirective
                | Self::UnterminatedFence
                | Self::MissingInclude
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is reported, and fails nothing.
    Warning,
    /// It fails the run.
    Error,
}

/// What happens to the findings of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Findings are dropped.
    Allow,
    /// Findings are reported, and fail nothing.
    Warn,
    /// Findings fail the run.
    Deny,
}
