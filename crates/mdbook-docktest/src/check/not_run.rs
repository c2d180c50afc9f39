//! Why a command of a step did not run.

use super::output::has_ended;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, Step};

/// The statuses of a program that cannot be started (POSIX, Shell & Utilities, 2.8.2).
const CANNOT_EXECUTE: i32 = 126;
const NOT_FOUND: i32 = 127;

/// Returns the message about a command of a step that did not run.
pub(super) fn why_not_run(step: &Step, ran: &[CommandRecording], index: usize) -> &'static str {
    let is_typed = |index: usize| step.commands.get(index).is_some_and(Command::is_typed);
    let mut before = ran.iter().take(index);
    match before.find(|command| !has_ended(command)).map(|command| command.end) {
        Some(End::TimedOut { .. }) => "this command did not run: an earlier one timed out",
        Some(End::Unanswered) => "this command did not run: an earlier one waited for an answer",
        Some(End::EngineLost) => "this command did not run: the Docker Engine had exited",
        _ if is_typed(index) => {
            // The last command that is not typed has opened the program.
            let opener = (0..index).rev().find(|index| !is_typed(*index));
            match opener.and_then(|opener| ran.get(opener)?.end.status()) {
                Some(CANNOT_EXECUTE | NOT_FOUND) => {
                    "this line was not typed: the program did not start"
                }
                _ => "this line was not typed: the program had already ended",
            }
        }
        _ if (ran.len()..index).any(is_typed) => {
            "this command did not run: an earlier line could not be typed"
        }
        _ => "this command did not run: the shell had already exited",
    }
}
