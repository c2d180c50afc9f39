//! The user namespace of the program, if it is started by a user who is not root.

use docker_sandbox::{ControlGroups, control_groups, enter, is_in_user_namespace, is_root};

use super::progress;
use crate::book::settings::Settings;
use crate::cli::Command;

/// Runs this program again in a user namespace, in which it is root, if the command needs that. Returns if it does
/// not, or if that is not possible: an engine that is needed after all then fails with the reason.
pub(super) fn enter_if_needed(command: Option<&Command>) {
    if needs_root(command) && !is_root() {
        let _ = enter();
    }
}

/// Whether a command may start an engine, or concerns files of the users that only a user namespace has: those of
/// images and of prepared roots.
fn needs_root(command: Option<&Command>) -> bool {
    match command {
        Some(
            Command::Supports { .. } | Command::Install(_) | Command::Cast(_) | Command::Finish(_),
        ) => false,
        Some(Command::Record(record)) => !record.check,
        Some(Command::Verify(_) | Command::Accept(_) | Command::Fix(_) | Command::Engine(_))
        | None => true,
    }
}

/// Says on standard error that engines run in a user namespace, and what does not work in it. Says nothing on the
/// machine's own root.
pub(super) fn say_what_is_missing(settings: &Settings) {
    if is_in_user_namespace() {
        lines(control_groups(), settings.memory.is_some())
            .iter()
            .for_each(|line| progress::say(line));
    }
}

fn lines(groups: ControlGroups, has_memory_limit: bool) -> Vec<&'static str> {
    let mut lines = vec!["engine: process, in a user namespace, because this user is not root"];
    match groups {
        ControlGroups::All => return lines,
        ControlGroups::WithoutLimits => {
            lines.push("warning: this user's control groups cannot limit memory or processors: limits of containers have no effect");
        }
        ControlGroups::None => {
            lines.push("warning: no control groups: `docker pause` and `docker top` fail, and limits of containers have no effect");
        }
    }
    if has_memory_limit {
        lines.push("warning: without limits, the setting `memory` has no effect");
    }
    lines
}
