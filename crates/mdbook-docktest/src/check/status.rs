//! An exit status other than expected: why, and what to do.

use std::slice;
use std::sync::LazyLock;

use regex::Regex;

use super::advice::{Advice, advice};
use super::command::{CommandCheck, milliseconds, seconds};
use super::comparison::printed;
use super::fix::Fix;
use super::history::{Conflict, Explanation};
use super::quote::quote;
use super::status_use::StatusUse;
use super::{Difference, syntax_error};
use crate::expect::{is_generated_name, lines};
use crate::model::finding::{Code, consequence};
use crate::model::scenario::Command;
use crate::model::stream::Stream;
use crate::terminal;

/// The exit status of a command that was interrupted: 128 plus the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// What messages of failures have in them.
static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?i)\b(?:error|denied|not permitted|cannot|can't|could not|unable|failed|not found|no such|refused|unknown|invalid)\b";
    Regex::new(regex).expect("the regex is valid")
});

/// Why a command failed.
enum Why {
    /// An earlier command did not create something: the finding's message.
    Follows(String),
    /// What it printed says why, and so what to do.
    Known(Advice),
    /// Only the author knows.
    Unknown,
}

impl CommandCheck<'_> {
    /// Whether what the command printed says why it failed, which is not an earlier failure.
    pub(super) fn is_explained(&self) -> bool {
        let status = self.command.end.status();
        status.is_some_and(|status| matches!(self.why(status), Why::Known(_)))
    }

    /// Returns the difference between this exit status and the expected one.
    pub(super) fn wrong_status(&self, status: i32) -> Option<Difference> {
        let expected = self.expected_status().filter(|expected| *expected != status)?;
        if self.status_use == StatusUse::Asserted
            || self.is_end_after_interrupt(status)
            || self.shows_failure()
        {
            return None;
        }
        let syntax_error = syntax_error::difference(self.step, self.span, self.command);
        if syntax_error.is_some() {
            return syntax_error;
        }
        let Advice { text, fix } = match self.why(status) {
            Why::Follows(message) => return Some(self.with(Code::ExitStatus, message, None)),
            Why::Known(advice) => advice,
            Why::Unknown => self.general_advice(status),
        };
        let again = self.step.attributes.retry.map_or(String::new(), |time| {
            format!(", even after retrying for {}", seconds(milliseconds(time)))
        });
        let message =
            format!("this command exited with status {status} instead of {expected}{again}");
        let help = format!("{text}\n{}", quote(self.command));
        // Whatever the cause, the author may expect it; a missing program or terminal is never expected.
        let can_be_expected =
            self.is_last && ![0, 127].contains(&status) && fix != Some(Fix::tty());
        let fixes = fix.into_iter().chain(can_be_expected.then(|| Fix::exit(status)));
        Some(self.with_fixes(Code::ExitStatus, message, Some(help), fixes))
    }

    /// Whether it is `exit`, typed into a shell whose last command was interrupted: the shell exits with the status of that
    /// command. Nothing is interrupted but where the chapter shows it.
    fn is_end_after_interrupt(&self, status: i32) -> bool {
        status == INTERRUPTED && self.in_chapter().is_some_and(Command::is_typed)
    }

    /// Whether the chapter shows, in a session, the message with which the command fails, and nothing else is different: its
    /// author means it. A transcript has no other place to say so.
    fn shows_failure(&self) -> bool {
        let expectation = self.in_chapter().and_then(|command| command.expectation.as_ref());
        let Some(expectation) = expectation else { return false };
        if !expectation.attributes.in_session || self.step.attributes.exit != Default::default() {
            return false;
        }
        let printed = printed(slice::from_ref(self.command), expectation.attributes);
        let printed = lines(&printed, false);
        let Some(last_line) = printed.last() else { return false };
        let transcript = &self.command.transcript;
        let mut chunks = transcript.chunks.iter();
        let last = chunks.rfind(|chunk| !chunk.text.trim().is_empty());
        // A terminal shows both streams as one.
        let fails_aloud = match transcript.terminal {
            Some(_) => FAILURE.is_match(last_line),
            None => last.is_some_and(|last| last.stream == Stream::Stderr),
        };
        fails_aloud && printed == lines(&expectation.text, false)
    }

    fn why(&self, status: i32) -> Why {
        // A command that succeeded unexpectedly needs no advice on errors that it may have printed.
        if status == 0 {
            return Why::Unknown;
        }
        let output = self.command.transcript.output();
        let output = terminal::without_escapes(&output);
        let line_of = |offset| {
            self.explained_by.map_or(0, |chapter| chapter.lines.line(chapter.text, offset))
        };
        match self.explained_by.and_then(|chapter| chapter.history.explain(&output)) {
            Some(Explanation::Follows { from, outcome, name }) => {
                let what = format!("{}: `{name}` does not exist", outcome.which());
                Why::Follows(consequence(line_of(from), &what))
            }
            Some(Explanation::InTheWay { from, conflict }) => {
                Why::Known(in_the_way(line_of(from), &conflict))
            }
            Some(Explanation::Unknown(missing)) => {
                let Advice { text, fix } = unknown(&missing.kind, &missing.name);
                Why::Known(Advice { text: format!("{text}; {}", self.if_expected(status)), fix })
            }
            None => {
                let has_terminal = self.command.transcript.terminal.is_some();
                let known = advice(&self.command.command, status, &output);
                let known = known.filter(|known| !(known.fix == Some(Fix::tty()) && has_terminal));
                known.map_or(Why::Unknown, Why::Known)
            }
        }
    }

    fn general_advice(&self, status: i32) -> Advice {
        if self.status_use == StatusUse::Printed {
            let text = format!(
                "if this is expected, say what the next command prints: add an `output` block \
                 with `{status}`"
            );
            return Advice { text, fix: None };
        }
        Advice { text: self.if_expected(status), fix: None }
    }

    /// What to do if the author expects the status.
    fn if_expected(&self, status: i32) -> String {
        if status == 0 && self.is_last {
            "if it is to succeed, remove `exit`".to_owned()
        } else if self.is_last {
            format!("if this is expected, add `exit={status}`")
        } else {
            "if this is expected, move the command to a block of its own with `exit=…`".to_owned()
        }
    }
}

fn in_the_way(line: usize, conflict: &Conflict) -> Advice {
    let text = match conflict {
        Conflict::Name(name) => {
            format!(
                "the command in line {line} has created `{name}`: remove that first, or use another name"
            )
        }
        Conflict::Port(port) => format!(
            "the command in line {line} has published port {port}: remove that container first, or use another port"
        ),
    };
    Advice { text, fix: None }
}

/// Returns what to do about an object that no command of the chapter creates.
fn unknown(kind: &str, name: &str) -> Advice {
    let is_id = name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let text = if is_id || is_generated_name(name) {
        format!(
            "`{name}` is from another run, and is different in each: give the {kind} a name of your own, as with \
             `--name`, and use that"
        )
    } else {
        format!(
            "no command of this chapter creates the {kind} `{name}`, and chapters share nothing: create it in an \
             earlier step, which can be `hidden`, or mark the block `ignore`"
        )
    };
    Advice { text, fix: Some(Fix::ignore()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_docker_generates_are_from_another_run() {
        let is_from_another_run =
            |name| unknown("container", name).text.contains("from another run");
        assert!(is_from_another_run("hopeful_morse") && is_from_another_run("abebf7571666"));
        assert!(!is_from_another_run("my_container") && !is_from_another_run("web"));
    }
}
