//! A difference between what an author says and what is so.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One finding, at a place in an author's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of difference it is.
    pub code: Code,
    /// Whether it fails the run: see [`crate::check::lints`], which has the last word.
    pub severity: Severity,
    /// The file.
    pub path: PathBuf,
    /// Its place in the file's text, in bytes.
    pub span: Range<usize>,
    /// The line of the span's start, counted from 1.
    pub line: usize,
    /// The column of the span's start in characters, counted from 1.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// Whether it fails the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The kinds of findings. Their kebab-case names are a contract: none is ever renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// An attribute that does not exist.
    UnknownAttribute,
    /// An attribute whose value makes no sense.
    BadAttribute,
    /// An `output` block with no step before it.
    OrphanOutput,
    /// A `console` block without a prompt, or a line before its first prompt.
    MissingPrompt,
    /// A word in an `output` block that may be a mistyped placeholder, or cannot be one.
    BadPlaceholder,
    /// A `{{#docktest …}}` that does not exist, or stands where it cannot be carried out.
    BadDirective,
    /// A fence that is never closed.
    UnterminatedFence,
    /// A step ended with another status than expected.
    ExitStatus,
    /// A step printed something else than expected.
    OutputMismatch,
    /// A step did not end in time.
    Timeout,
    /// A stream ended before it had been followed long enough.
    StreamEnded,
    /// A step did not run, because an earlier one failed.
    NotRun,
    /// An image that a step names could not be had.
    ImageMissing,
    /// The engine went away while the chapter ran.
    EngineLost,
    /// A container that was started in the background died, or did not although it should.
    ContainerDied,
    /// A chapter has no recording, and must not or cannot run.
    MissingRecording,
    /// A chapter's recording was made with other steps or settings.
    StaleRecording,
    /// A file among the recordings cannot be read, or is not as a run has left it.
    BadRecording,
    /// A recording belongs to no chapter.
    UnusedRecording,
    /// An object that a step made was still there at the chapter's end.
    Leftover,
    /// An image that a command asked for with neither a tag nor a digest.
    UnpinnedImage,
}

impl Code {
    /// All codes. One that is missing here cannot be named in book.toml.
    pub const ALL: &[Self] = &[
        Self::UnknownAttribute,
        Self::BadAttribute,
        Self::OrphanOutput,
        Self::MissingPrompt,
        Self::BadPlaceholder,
        Self::BadDirective,
        Self::UnterminatedFence,
        Self::ExitStatus,
        Self::OutputMismatch,
        Self::Timeout,
        Self::StreamEnded,
        Self::NotRun,
        Self::ImageMissing,
        Self::ContainerDied,
        Self::Leftover,
        Self::UnpinnedImage,
        Self::EngineLost,
        Self::MissingRecording,
        Self::StaleRecording,
        Self::BadRecording,
        Self::UnusedRecording,
    ];

    /// The code with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// What is done about it unless book.toml says otherwise.
    pub fn default_level(self) -> Level {
        match self {
            // The one is text, as long as nobody says otherwise; the other is no harm to a reader's
            // result, and the author may want it there.
            Self::BadPlaceholder | Self::Leftover => Level::Warn,
            // Many a course is about Docker and not about the image, and shortest is clearest then.
            Self::UnpinnedImage => Level::Allow,
            _ => Level::Deny,
        }
    }

    /// The code's name in reports and in book.toml.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownAttribute => "unknown-attribute",
            Self::BadAttribute => "bad-attribute",
            Self::OrphanOutput => "orphan-output",
            Self::MissingPrompt => "missing-prompt",
            Self::BadPlaceholder => "bad-placeholder",
            Self::BadDirective => "bad-directive",
            Self::UnterminatedFence => "unterminated-fence",
            Self::ExitStatus => "exit-status",
            Self::OutputMismatch => "output-mismatch",
            Self::Timeout => "timeout",
            Self::StreamEnded => "stream-ended",
            Self::NotRun => "not-run",
            Self::ImageMissing => "image-missing",
            Self::EngineLost => "engine-lost",
            Self::ContainerDied => "container-died",
            Self::Leftover => "leftover",
            Self::MissingRecording => "missing-recording",
            Self::StaleRecording => "stale-recording",
            Self::BadRecording => "bad-recording",
            Self::UnusedRecording => "unused-recording",
            Self::UnpinnedImage => "unpinned-image",
        }
    }

    /// Whether it is about a recording, rather than about a chapter: running the chapter's steps says
    /// nothing of it.
    pub fn is_about_recordings(self) -> bool {
        matches!(
            self,
            Self::MissingRecording
                | Self::StaleRecording
                | Self::BadRecording
                | Self::UnusedRecording
        )
    }

    /// Whether it is about the author's annotations, rather than about what came out.
    pub fn is_about_annotations(self) -> bool {
        matches!(
            self,
            Self::UnknownAttribute
                | Self::BadAttribute
                | Self::OrphanOutput
                | Self::MissingPrompt
                | Self::BadPlaceholder
                | Self::BadDirective
                | Self::UnterminatedFence
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is told and fails nothing.
    Warning,
    /// It fails the run.
    Error,
}

/// What is done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is dropped.
    Allow,
    /// It is told and fails nothing.
    Warn,
    /// It fails the run.
    Deny,
}
