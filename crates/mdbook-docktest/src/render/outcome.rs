//! What there is to show of a step, before it becomes HTML or Markdown.

use std::time::Duration;

use crate::finding::Finding;
use crate::labels::Labels;
use crate::recording::{CommandRecording, End, StepRecording, Stream};
use crate::scenario::{ExitExpectation, Step};
use crate::terminal::{Piece, Style, plain, screen};

/// What there is to show of a step.
pub(super) struct Outcome<'a> {
    /// The commands that have something to show.
    pub(super) commands: Vec<Shown>,
    pub(super) findings: Vec<&'a Finding>,
}

/// What there is to show of a command.
pub(super) struct Shown {
    /// The command, where the step has several.
    pub(super) command: Option<String>,
    pub(super) pieces: Vec<Piece>,
    /// How it ended and what was left out, in the page's labels.
    pub(super) notes: Vec<String>,
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
        let shown = commands.iter().enumerate().map(|(index, command)| {
            let is_last = index + 1 == commands.len();
            let status_matters = is_last && attributes.exit != ExitExpectation::default();
            Shown {
                // The author's own text: a recording is only asked for what came out.
                command: step
                    .commands
                    .get(index)
                    .filter(|_| commands.len() > 1)
                    .map(|own| plain(&own.text)),
                pieces: pieces(command),
                notes: notes(command, status_matters, labels),
            }
        });
        Self { commands: shown.filter(|shown| !shown.is_empty()).collect(), findings }
    }

    /// Findings that belong to no step.
    pub(super) fn of_findings(findings: Vec<&'a Finding>) -> Self {
        Self { commands: Vec::new(), findings }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.findings.is_empty()
    }
}

impl Shown {
    fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.notes.is_empty()
    }

    /// Whether all of its output went to standard error.
    pub(super) fn is_all_stderr(&self) -> bool {
        let mut streams = self.pieces.iter().map(|piece| piece.stream);
        streams.any(|stream| stream == Stream::Stderr)
            && !self.pieces.iter().any(|piece| piece.stream == Stream::Stdout)
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

fn notes(command: &CommandRecording, status_matters: bool, labels: &Labels) -> Vec<String> {
    let omitted = command.transcript.omitted_bytes;
    let omitted = (omitted > 0).then(|| labels.omitted(omitted));
    let end = match command.end {
        End::Exited { status } => {
            (status != 0 || status_matters).then(|| labels.exit_status(status))
        }
        End::Stopped => Some(labels.stopped().to_owned()),
        End::TimedOut { limit_ms } => {
            Some(labels.timed_out(labels.duration(Duration::from_millis(limit_ms))))
        }
        End::EngineLost => Some(labels.engine_lost().to_owned()),
    };
    omitted.into_iter().chain(end).collect()
}
