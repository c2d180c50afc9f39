//! The parts of a step's result that are shown, before they are rendered to HTML or Markdown.

use std::time::Duration;

use super::playback::{Lines, Playback};
use crate::model::finding::Finding;
use crate::model::recording::{CommandRecording, End, StepRecording};
use crate::model::scenario::{Command, ExitExpectation, Step};
use crate::model::stream::Stream;
use crate::render::labels::Labels;
use crate::terminal::{Piece, Style, plain, screen};

/// Shorter durations are not shown: a reader does not notice them.
const SHORTEST_SHOWN: Duration = Duration::from_secs(1);

/// The parts of a step's result that are shown.
pub(super) struct Outcome<'a> {
    /// The commands that ran.
    pub(super) commands: Vec<Shown>,
    pub(super) findings: Vec<&'a Finding>,
}

/// The parts of a command's result that are shown.
pub(super) struct Shown {
    /// The index of the command in its step.
    pub(super) index: usize,
    /// What reads the command.
    pub(super) is_typed: bool,
    /// The command itself, where the result has to name it: if the step has several, or it was typed into a
    /// program.
    pub(super) command: Option<String>,
    /// The prompt at which it was typed, if that is not the shell's.
    pub(super) prompt: Option<String>,
    pub(super) pieces: Vec<Piece>,
    /// The timing of the lines, if the output can be played back.
    pub(super) playback: Option<Playback>,
    /// The lines, in a session.
    pub(super) lines: Option<Lines>,
    /// How it ended, how long it took and what was left out, in the language of the page.
    pub(super) notes: Vec<Note>,
}

/// A note under the output of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    /// It printed nothing, and succeeded.
    NoOutput(String),
    /// How it ended, if it did not succeed.
    End(String),
    Other(String),
}

impl Note {
    pub(super) fn text(&self) -> &str {
        let (Self::NoOutput(text) | Self::End(text) | Self::Other(text)) = self;
        text
    }
}

impl<'a> Outcome<'a> {
    pub(super) fn new(
        step: &Step,
        recording: Option<&StepRecording>,
        findings: Vec<&'a Finding>,
        labels: &Labels,
    ) -> Self {
        let attributes = &step.attributes;
        let is_shown = !(attributes.ignore || attributes.hidden || attributes.no_output);
        let commands = match recording {
            Some(StepRecording::Ran { commands, .. }) if is_shown => commands.as_slice(),
            _ => &[],
        };
        // A dialogue is shown as a whole.
        let is_dialogue = step.commands.iter().any(Command::is_typed);
        let shown = commands.iter().enumerate().map(|(index, command)| {
            let is_last = index + 1 == commands.len();
            let status_matters = is_last && attributes.exit != ExitExpectation::default();
            let pieces = pieces(command);
            let mut notes = notes(command, status_matters, labels);
            if pieces.is_empty() && !is_dialogue && matches!(command.end, End::Exited { .. }) {
                notes.insert(0, Note::NoOutput(labels.no_output().to_owned()));
            }
            notes.extend(took(command, labels).map(Note::Other));
            let own = step.commands.get(index);
            Shown {
                index,
                is_typed: own.is_some_and(Command::is_typed),
                // From the chapter and not from the recording, which is only trusted for output.
                command: own
                    .filter(|_| commands.len() > 1 || is_dialogue)
                    .map(|own| plain(&own.text)),
                prompt: command.transcript.prompt.as_deref().map(plain),
                playback: Playback::from_command(command, &pieces).filter(|_| !is_dialogue),
                lines: is_dialogue.then(|| Lines::new(command, &pieces)),
                pieces,
                notes,
            }
        });
        Self { commands: shown.collect(), findings }
    }

    /// An outcome with findings that do not belong to a step.
    pub(super) fn from_findings(findings: Vec<&'a Finding>) -> Self {
        Self { commands: Vec::new(), findings }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.findings.is_empty()
    }
}

impl Shown {
    /// Whether it printed nothing, and there is nothing else to say about it.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.notes.as_slice(), [Note::NoOutput(_)])
    }

    /// Whether some of its output went to standard error.
    pub(super) fn has_stderr(&self) -> bool {
        self.pieces.iter().any(|piece| piece.stream == Stream::Stderr)
    }

    /// Whether all of its output went to standard error.
    pub(super) fn is_all_stderr(&self) -> bool {
        self.has_stderr() && !self.pieces.iter().any(|piece| piece.stream == Stream::Stdout)
    }
}

fn pieces(command: &CommandRecording) -> Vec<Piece> {
    let mut pieces = screen(&command.transcript);
    let typed = pieces.iter().rfind(|piece| piece.stream == Stream::Typed);
    let is_typed = typed.is_some_and(|piece| piece.text.trim_end().ends_with("^C"));
    if command.end == End::Stopped && !is_typed {
        pieces.push(Piece { stream: Stream::Typed, style: Style::default(), text: "^C".into() });
    }
    pieces
}

fn notes(command: &CommandRecording, status_matters: bool, labels: &Labels) -> Vec<Note> {
    let omitted = command.transcript.omitted_bytes;
    let omitted = (omitted > 0).then(|| Note::Other(labels.omitted(omitted)));
    let end = match command.end {
        End::Exited { status: 0 } => status_matters.then(|| Note::Other(labels.exit_status(0))),
        End::Exited { status } => Some(Note::End(labels.exit_status(status))),
        End::Stopped => Some(Note::Other(labels.stopped().to_owned())),
        End::TimedOut { limit_ms } => {
            let limit = labels.duration(Duration::from_millis(limit_ms));
            Some(Note::End(labels.timed_out(limit)))
        }
        End::Unanswered => Some(Note::End(labels.unanswered().to_owned())),
        End::EngineLost => Some(Note::End(labels.engine_lost().to_owned())),
        End::Open | End::Typed | End::NotTyped => None,
    };
    omitted.into_iter().chain(end).collect()
}

/// The duration of a command, if it is worth showing. One that timed out took as long as its limit.
fn took(command: &CommandRecording, labels: &Labels) -> Option<String> {
    let is_shown = command.duration() >= SHORTEST_SHOWN
        && matches!(command.end, End::Exited { .. } | End::Stopped);
    is_shown.then(|| labels.took(labels.duration(command.duration())))
}
