//! The status of a program into which commands were typed.

use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, Step};
use crate::text::keys;

/// Lines that end a shell or a client of a database. They do not change the status, but pass on that of the
/// line before.
const ENDINGS: [&str; 9] =
    ["exit", "exit;", "quit", "quit;", "logout", "\\q", "^D", ".exit", "exit()"];

/// Whether a command's status is that of a line below which the chapter shows what it printed. An interactive
/// shell exits with the status of its last command: if that failed, it shows in what the author expects.
pub(super) fn is_shown(step: &Step, ran: &[CommandRecording], index: usize) -> bool {
    let Some(command) = step.commands.get(index) else { return false };
    // A program that did not start has passed on no status.
    let is_missed = step.commands.get(index + 1).is_some_and(Command::is_typed)
        && ran.get(index + 1).is_none_or(|next| next.end == End::NotTyped);
    if is_missed && !command.is_typed() {
        return false;
    }
    let typed: &[Command] = if command.is_typed() {
        let before = step.commands[..=index].iter().rev().take_while(|command| command.is_typed());
        &step.commands[index + 1 - before.count()..=index]
    } else {
        let after = step.commands[index + 1..].iter().take_while(|command| command.is_typed());
        &step.commands[index + 1..index + 1 + after.count()]
    };
    // The client of a container from which the reader detaches with Ctrl-P Ctrl-Q can exit with 1.
    let has_detached = typed.last().and_then(|last| keys::named(&last.text));
    if has_detached.is_some_and(|pressed| pressed == keys::DETACH) {
        return true;
    }
    let last = typed.iter().rfind(|command| !ENDINGS.contains(&command.text.trim()));
    // Of a line that is interrupted, no status is expected.
    last.is_some_and(|command| command.expectation.is_some() || keys::is_interrupt(&command.text))
}
