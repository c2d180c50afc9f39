//! The user namespace of the program, if it is started by a user who is not root.

use std::path::Path;

use docker_sandbox::{ControlGroups, control_groups, enter, is_in_user_namespace, is_root};
use rustix::fs::{Access, access};

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
            Command::Supports { .. }
            | Command::Install(_)
            | Command::Cast(_)
            | Command::Finish(_)
            | Command::Completions { .. }
            | Command::Man { .. },
        ) => false,
        Some(Command::Record(record)) => !record.check,
        Some(
            Command::Verify(_)
            | Command::Accept(_)
            | Command::Fix(_)
            | Command::RunChapter
            | Command::Engine(_),
        )
        | None => true,
    }
}

/// Says on standard error that engines run in a user namespace, if they do, and what does not work here.
pub(super) fn say_what_is_missing(settings: &Settings) {
    let in_namespace = is_in_user_namespace();
    let tun = Path::new("/dev/net/tun");
    let has_network =
        !in_namespace || !tun.exists() || access(tun, Access::READ_OK | Access::WRITE_OK).is_ok();
    let has_limit = settings.memory.is_some() || settings.processes.is_some();
    for line in lines(in_namespace, control_groups(), has_limit, has_network) {
        progress::say(line);
    }
}

fn lines(
    in_namespace: bool,
    groups: ControlGroups,
    has_limit: bool,
    has_network: bool,
) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if in_namespace {
        lines.push("engine: process, in a user namespace, because this user is not root");
    }
    match groups {
        ControlGroups::All => {}
        ControlGroups::WithoutLimits if in_namespace => lines.push(
            "warning: this user’s control groups have no controllers: limits of containers have no effect",
        ),
        ControlGroups::WithoutLimits => lines.push(
            "warning: other processes are in the control group of this container: limits of containers have no effect",
        ),
        ControlGroups::None => lines.push(
            "warning: no control groups: `docker pause` and `docker top` fail, and limits of containers have no effect",
        ),
    }
    if has_limit && groups != ControlGroups::All {
        lines.push("warning: without limits, the settings `memory` and `processes` have no effect");
    }
    if !has_network {
        lines.push(
            "warning: no internet access for steps: allow it as root with `chmod a+rw /dev/net/tun`",
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;

    #[test]
    fn what_does_not_work_is_said_in_a_line_each() {
        let how = "engine: process, in a user namespace, because this user is not root";
        assert_eq!(lines(true, ControlGroups::All, true, true), [how]);
        let without_limits = lines(true, ControlGroups::WithoutLimits, true, true);
        assert_eq!(
            without_limits[1..],
            [
                "warning: this user’s control groups have no controllers: limits of containers have no effect",
                "warning: without limits, the settings `memory` and `processes` have no effect",
            ]
        );
        let nothing = lines(true, ControlGroups::None, false, false);
        assert_eq!(
            nothing[1..],
            [
                "warning: no control groups: `docker pause` and `docker top` fail, and limits of containers have no \
                 effect",
                "warning: no internet access for steps: allow it as root with `chmod a+rw /dev/net/tun`",
            ]
        );
    }

    #[test]
    fn the_machines_root_lacks_only_limits_in_a_container() {
        assert_eq!(lines(false, ControlGroups::All, true, true), [""; 0]);
        let container = "warning: other processes are in the control group of this container: limits of containers have \
                         no effect";
        assert_eq!(lines(false, ControlGroups::WithoutLimits, false, true), [container]);
        let with_setting = lines(false, ControlGroups::WithoutLimits, true, true);
        let settings =
            "warning: without limits, the settings `memory` and `processes` have no effect";
        assert_eq!(with_setting, [container, settings]);
    }

    #[test]
    fn only_commands_that_concern_engines_or_images_enter_a_namespace() {
        let needs = |words: &[&str]| {
            let words = ["mdbook-docktest"].iter().chain(words);
            needs_root(<Cli as clap::Parser>::parse_from(words).command.as_ref())
        };
        for words in [
            &[][..],
            &["verify"],
            &["accept"],
            &["fix"],
            &["record"],
            &["engine", "images"],
            &["engine", "clean"],
        ] {
            assert!(needs(words), "{words:?}");
        }
        for words in [
            &["supports", "html"][..],
            &["install"],
            &["cast", "lab.md"],
            &["finish"],
            &["record", "--check"],
        ] {
            assert!(!needs(words), "{words:?}");
        }
    }
}
