//! The parts of a pipeline: bash takes only the status of the last one for that of the command.

use crate::extract::commands::part_of_pipeline;
use crate::model::recording::CommandRecording;
use crate::model::stream::Streams;

/// The status of a process that has been ended by SIGPIPE.
const SIGPIPE: i32 = 141;

/// A part of a command's last pipeline that has failed although the command has not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FailedPart {
    /// Its text, if it can be told where it is in the command.
    text: Option<String>,
    /// Its place in the pipeline, counted from 1.
    number: usize,
    /// Its exit status.
    status: i32,
}

impl FailedPart {
    /// Returns the first part that has failed; `None` if the command itself has.
    ///
    /// The status of the last part is that of the command, unless `!`, `if` or the like has made use of it.
    /// A part that could not write any more, because a later part has read enough, has not failed.
    pub(super) fn of(command: &CommandRecording) -> Option<Self> {
        let parts = &command.parts[..];
        if command.end.status() != Some(0) {
            return None;
        }
        let is_cut_short = |index: usize, status: i32| {
            parts[index + 1..].contains(&0) && (status == SIGPIPE || says_broken_pipe(command))
        };
        let others = parts.iter().copied().enumerate().take(parts.len().saturating_sub(1));
        let (index, status) =
            others.filter(|(_, status)| *status != 0).find(|part| !is_cut_short(part.0, part.1))?;
        let text = part_of_pipeline(&command.command, parts.len(), index).map(str::to_owned);
        Some(Self { text, number: index + 1, status })
    }

    /// Says what has failed.
    pub(super) fn message(&self) -> String {
        let status = self.status;
        match self.text.as_deref().filter(|text| !text.contains('\n')) {
            Some(text) => format!("`{text}` in this pipeline exited with status {status}"),
            None => format!("part {} of this pipeline exited with status {status}", self.number),
        }
    }

    /// Says what to do about it, apart from the command's output.
    pub(super) fn advice(&self) -> &'static str {
        match self.text.as_deref().and_then(|text| text.split_whitespace().next()) {
            Some("grep" | "egrep" | "fgrep" | "zgrep") if self.status == 1 => {
                "no line matched; if this is expected, add `exit=any`"
            }
            _ => "each part of a pipeline must succeed; if this is expected, add `exit=any`",
        }
    }
}

/// Whether a program has reported that nobody reads what it writes. Docker and others do so instead of
/// being ended by the signal.
fn says_broken_pipe(command: &CommandRecording) -> bool {
    let streams =
        if command.transcript.terminal.is_some() { Streams::Both } else { Streams::Stderr };
    let output = command.transcript.output_of(streams).to_lowercase();
    // The second is curl's.
    ["broken pipe", "failed writing body", "failure writing output"]
        .iter()
        .any(|words| output.contains(words))
}
