//! The parts of a pipeline: bash takes only the status of the last one for that of the command.

use crate::extract::commands::part_of_pipeline;
use crate::model::recording::CommandRecording;
use crate::model::stream::Streams;

/// The status of a process that has been ended by SIGPIPE.
const SIGPIPE: i32 = 141;

/// A part of a command's last pipeline that has failed although the command has not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FailedPart {
    /// Its text, if its place in the command is known.
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
            parts[index + 1..].contains(&0)
                && (status == SIGPIPE || says_broken_pipe(command, index, status))
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

/// Whether a part has ended because nothing reads what it writes. Docker and others report that instead of
/// being ended by the signal, and curl exits with a status of its own (`CURLE_WRITE_ERROR`).
fn says_broken_pipe(command: &CommandRecording, index: usize, status: i32) -> bool {
    const CURL_WRITE_ERROR: i32 = 23;
    let text = part_of_pipeline(&command.command, command.parts.len(), index);
    if status == CURL_WRITE_ERROR && text.is_some_and(|text| text.starts_with("curl ")) {
        return true;
    }
    let streams =
        if command.transcript.terminal.is_some() { Streams::Both } else { Streams::Stderr };
    command.transcript.output_of(streams).to_lowercase().contains("broken pipe")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Chunk, End, Transcript};
    use crate::model::stream::Stream;

    /// Returns what is said about a command that exits with `status`.
    fn message(text: &str, status: i32, parts: &[i32], stderr: &str) -> Option<String> {
        let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: stderr.to_owned() };
        let command = CommandRecording {
            command: text.to_owned(),
            end: End::Exited { status },
            parts: parts.to_vec(),
            transcript: Transcript { chunks: vec![chunk], ..Transcript::default() },
            duration_ms: 0,
        };
        let part = FailedPart::of(&command)?;
        Some(format!("{} | {}", part.message(), part.advice()))
    }

    #[test]
    fn each_part_must_succeed() {
        assert_eq!(
            message("docker logs nosuch | tail -n 3", 0, &[1, 0], "").as_deref(),
            Some(
                "`docker logs nosuch` in this pipeline exited with status 1 \
                 | each part of a pipeline must succeed; if this is expected, add `exit=any`"
            )
        );
        assert_eq!(
            message("a | grep x | wc -l", 0, &[0, 1, 0], "").as_deref(),
            Some(
                "`grep x` in this pipeline exited with status 1 \
                 | no line matched; if this is expected, add `exit=any`"
            )
        );
        // Run by a function: its text is somewhere else.
        assert_eq!(
            message("f", 0, &[0, 4, 0], "").as_deref(),
            Some(
                "part 2 of this pipeline exited with status 4 \
                 | each part of a pipeline must succeed; if this is expected, add `exit=any`"
            )
        );
        assert_eq!(message("a | b", 0, &[], ""), None);
    }

    #[test]
    fn a_part_whose_reader_has_read_enough_has_not_failed() {
        assert_eq!(message("yes | head -n 1", 0, &[141, 0], ""), None);
        assert_eq!(message("yes | head | cat", 0, &[141, 141, 0], ""), None);
        let printed = "write /dev/stdout: broken pipe\n";
        assert_eq!(message("docker logs x | head -n 1", 0, &[1, 0], printed), None);
        assert_eq!(message("curl -s http://x | head -n 1", 0, &[23, 0], ""), None);
        assert!(message("other | head -n 1", 0, &[23, 0], "").is_some());
        // Its reader has failed as well.
        assert!(message("! yes | false", 0, &[141, 1], "").is_some());
    }

    #[test]
    fn the_last_part_is_judged_by_the_status_of_the_command() {
        assert_eq!(message("! a | b", 0, &[0, 1], ""), None);
        assert_eq!(message("if a | b; then c; fi", 0, &[0, 1], ""), None);
        assert_eq!(message("a | b", 1, &[1, 1], ""), None);
    }
}
