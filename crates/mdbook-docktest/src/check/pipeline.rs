//! The parts of a command: bash takes only the status of the last one for that of the command.

mod tested;

pub(crate) use tested::is_looked_at;

use crate::extract::commands::{is_grep, part_of_pipeline};
use crate::model::recording::{CommandRecording, Failure};
use crate::model::stream::Streams;

/// The status of a process that has been ended by SIGPIPE.
const SIGPIPE: i32 = 141;

/// A part of a command that has failed although the command has not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FailedPart {
    /// Its text, if its place in the command is known.
    text: Option<String>,
    /// Its exit status.
    status: i32,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// A part of a pipeline: its number, counted from 1.
    Pipeline(usize),
    /// A command of a list, a loop, a function or a substitution.
    List,
    /// What `wait` has waited for.
    Background,
}

impl FailedPart {
    /// Returns the first part that has failed without anything looking at its status; `None` if the command itself has
    /// failed.
    pub(super) fn of(command: &CommandRecording) -> Option<Self> {
        if command.end.status() != Some(0) {
            return None;
        }
        let inside = command.failures.iter().find_map(|failure| Self::inside(command, failure));
        inside.or_else(|| Self::of_pipeline(command, &command.parts, &[]))
    }

    /// Returns the part that has failed in a command, if it counts.
    fn inside(command: &CommandRecording, failure: &Failure) -> Option<Self> {
        match failure.statuses[..] {
            [status] if failure.command.is_empty() => {
                Some(Self { text: None, status, kind: Kind::Background })
            }
            [status] if tested::is_failure(command, failure, status) => {
                Some(Self { text: Some(failure.command.clone()), status, kind: Kind::List })
            }
            [] | [_] => None,
            _ => {
                let texts = tested::untested_pipeline(command, failure)?;
                Self::of_pipeline(command, &failure.statuses, &texts)
            }
        }
    }

    /// Returns the first part of a pipeline that has failed. `texts` are those of its parts; if there are none, the last
    /// pipeline with as many parts is meant.
    ///
    /// The status of the last part is that of the command, unless `!`, `if` or the like has made use of it.
    /// A part that could not write any more, because a later part has read enough, has not failed.
    fn of_pipeline(command: &CommandRecording, parts: &[i32], texts: &[String]) -> Option<Self> {
        let text_of = |index: usize| match texts {
            [] => part_of_pipeline(&command.command, parts.len(), index).map(str::to_owned),
            _ => texts.get(index).cloned(),
        };
        let is_cut_short = |index: usize, status: i32| {
            parts[index + 1..].contains(&0)
                && (status == SIGPIPE
                    || says_broken_pipe(command, text_of(index).as_deref(), status))
        };
        let others = parts.iter().copied().enumerate().take(parts.len().saturating_sub(1));
        let (index, status) =
            others.filter(|(_, status)| *status != 0).find(|part| !is_cut_short(part.0, part.1))?;
        Some(Self { text: text_of(index), status, kind: Kind::Pipeline(index + 1) })
    }

    /// Says what has failed.
    pub(super) fn message(&self) -> String {
        let status = self.status;
        let text = self.text.as_deref().filter(|text| !text.contains('\n'));
        match (text, &self.kind) {
            (Some(text), Kind::Pipeline(_)) => {
                format!("`{text}` in this pipeline exited with status {status}")
            }
            (None, Kind::Pipeline(number)) => {
                format!("part {number} of this pipeline exited with status {status}")
            }
            (Some(text), Kind::List) => {
                format!("`{text}` in this command exited with status {status}")
            }
            (None, Kind::List) => format!("a part of this command exited with status {status}"),
            (_, Kind::Background) => {
                format!("a process in the background exited with status {status}")
            }
        }
    }

    /// Says what to do about it, apart from the command's output.
    pub(super) fn advice(&self) -> &'static str {
        let program = self.text.as_deref().and_then(|text| text.split_whitespace().next());
        let is_no_match = self.status == 1 && program.is_some_and(is_grep);
        match self.kind {
            Kind::Pipeline(_) if is_no_match => {
                "no line matched; if this is expected, add `exit=any`"
            }
            Kind::Pipeline(_) => {
                "each part of a pipeline must succeed; if this is expected, add `exit=any`"
            }
            Kind::Background => {
                "what `wait` waits for must succeed; if this is expected, write `|| true` after it, as in \
                 `(… || true) &`, or add `exit=any`"
            }
            Kind::List if is_no_match => {
                "no line matched; if this is expected, write `|| true` after it, or add `exit=any`"
            }
            Kind::List => {
                "each command of a list must succeed; if this is expected, write `|| true` after it, or add \
                 `exit=any`"
            }
        }
    }
}

/// Whether a part has ended because nothing reads what it writes. Docker and others report that instead of
/// being ended by the signal, and curl exits with a status of its own (`CURLE_WRITE_ERROR`).
fn says_broken_pipe(command: &CommandRecording, text: Option<&str>, status: i32) -> bool {
    const CURL_WRITE_ERROR: i32 = 23;
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
        message_about(text, status, parts, &[], stderr)
    }

    /// Returns what is said about a command that succeeds although something in it fails: a command with its statuses, in
    /// a function if `()` is before it.
    fn inside(text: &str, failures: &[(&str, &[i32])]) -> Option<String> {
        let failures: Vec<Failure> = failures
            .iter()
            .map(|(command, statuses)| {
                let in_function = command.starts_with("()");
                let command = command.trim_start_matches("()").to_owned();
                Failure { command, statuses: statuses.to_vec(), in_function }
            })
            .collect();
        message_about(text, 0, &[], &failures, "")
    }

    fn message_about(
        text: &str,
        status: i32,
        parts: &[i32],
        failures: &[Failure],
        stderr: &str,
    ) -> Option<String> {
        let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: stderr.to_owned() };
        let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
        let command = CommandRecording {
            parts: parts.to_vec(),
            failures: failures.to_vec(),
            ..CommandRecording::new(text, End::Exited { status }, transcript)
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

    #[test]
    fn each_command_of_a_list_must_succeed() {
        let advice = "each command of a list must succeed; if this is expected, write `|| true` after it, or add \
                      `exit=any`";
        assert_eq!(
            inside("docker rm x; true", &[("docker rm x", &[1])]).unwrap(),
            format!("`docker rm x` in this command exited with status 1 | {advice}")
        );
        assert_eq!(
            inside("x=$(a | b); c", &[("b", &[2, 0])]).unwrap(),
            "`a` in this pipeline exited with status 2 \
             | each part of a pipeline must succeed; if this is expected, add `exit=any`"
        );
        // Of several, the first one that counts.
        assert_eq!(
            inside("((i++)); a; b", &[("((i++))", &[1]), ("a", &[3])]).unwrap(),
            format!("`a` in this command exited with status 3 | {advice}")
        );
        assert!(
            inside("grep x f; true", &[("grep x f", &[1])]).unwrap().contains("no line matched")
        );
        assert_eq!(inside("a; b", &[]), None);
    }

    #[test]
    fn arithmetic_without_a_value_has_failed() {
        let message = |text: &str, failed: &str, stderr: &str| {
            let failure =
                Failure { command: failed.to_owned(), statuses: vec![1], in_function: false };
            message_about(text, 0, &[], &[failure], stderr)
        };
        let complaint = "bash: line 1: ((: 1 / 0 : division by 0 (error token is \"0 \")\n";
        assert!(message("(( 1 / 0 )); a", "(( 1 / 0 ))", complaint).is_some());
        assert_eq!(message("(( 0 )); a", "(( 0 ))", "a: b\n"), None);
        let complaint = "bash: line 1: let: 1 / 0: division by 0 (error token is \"0\")\n";
        assert!(message("let '1 / 0'; a", "let '1 / 0'", complaint).is_some());
    }

    #[test]
    fn what_the_script_looks_at_has_not_failed() {
        for (command, failed, statuses) in [
            // A value, not an error.
            ("((i++)); a", "((i++))", &[1][..]),
            ("let i=0; a", "let i=0", &[1]),
            ("{ yes; a; } | head", "yes", &[141]),
            ("false; echo $?", "false", &[1]),
            ("! { false; true; }; true", "false", &[1]),
            ("rm a; echo $?; rm ab; rm a; echo $?", "rm a", &[1]),
            ("x=$(a); echo $?", "a", &[1]),
            ("x=\"$(a)\"; echo $?", "a", &[1]),
            ("x=`a`; if [ $? = 1 ]; then b; fi", "a", &[1]),
            ("f; if [ $? = 1 ]; then a; fi", "()false", &[1]),
            // Behind the list, or behind `||` in it.
            ("a && b; echo $?", "a", &[1]),
            ("( a && b ); echo $?", "a", &[1]),
            ("{ a &&\n b; }; echo $?", "a", &[1]),
            ("a && { b; c; } || echo $?", "a", &[1]),
            ("if a | grep x; then b; fi; c", "grep x", &[1, 0]),
            ("a | b && c; d", "b", &[1, 0]),
            ("yes | head; a", "head", &[141, 0]),
            // In a function whose status is looked at.
            ("f || true", "()b", &[1, 0]),
        ] {
            assert_eq!(inside(command, &[(failed, statuses)]), None, "{command}");
        }
        for (command, failed, statuses) in [
            ("false; true; echo $?", "false", &[1][..]),
            ("! { false; true; }; false; true", "false", &[1]),
            ("rm a; echo $?; rm a; true", "rm a", &[1]),
            ("rm a; true; rm a; echo $?", "rm a", &[1]),
            // `$?` is not reached.
            ("cd app && echo $?; ls", "cd app", &[1]),
            ("a . && b && echo \"status $?\"; c", "a .", &[1]),
            ("a &&\n echo $?\nc", "a", &[1]),
            ("a && { b; echo $?; }; c", "a", &[1]),
            ("a && b | c; d; echo $?", "a", &[1]),
            ("echo \"$(a)\"", "a", &[1]),
            // The status is that of `echo`.
            ("echo \"$(a)\"; echo $?", "a", &[1]),
            ("echo `a`; echo $?", "a", &[1]),
            ("if a; then b | c; fi; d", "c", &[1, 0]),
            ("if a | b; then c | d; fi; e", "d", &[1, 0]),
            ("f", "()b", &[1, 0]),
            ("x=`a | b`", "b", &[1, 0]),
            ("{ a; } | { b; }; c", "()other", &[1, 0]),
        ] {
            assert!(inside(command, &[(failed, statuses)]).is_some(), "{command}");
        }
    }
}
