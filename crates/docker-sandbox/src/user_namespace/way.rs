//! The command that starts another one in a user namespace.

use std::env;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::refusal::NoUserNamespace;
use crate::cgroup;
use crate::root::is_on_path;

/// In place: the PID stays. `--mount`, because AppArmor can forbid only what is done in the namespace.
const UNSHARE: [&str; 6] = ["unshare", "--user", "--map-root-user", "--map-auto", "--mount", "--"];

/// For machines on which AppArmor allows user namespaces only to programs with a profile, as Ubuntu does since
/// 24.04: the package `rootlesskit` has one. Also for those with an `unshare` older than 2.38.
const ROOTLESSKIT: [&str; 2] = ["rootlesskit", "--"];

/// Gives this process a tree of control groups of its own; in place, too.
const SCOPE: [&str; 7] =
    ["systemd-run", "--user", "--scope", "--quiet", "--collect", "--property=Delegate=yes", "--"];

/// A command that works here.
pub(super) struct Way {
    has_scope: bool,
    namespace: &'static [&'static str],
}

impl Way {
    /// Tries the commands, from the best to the last resort. One that works takes about a hundredth of a second.
    ///
    /// # Errors
    /// When none works.
    pub(super) fn find() -> Result<Self, NoUserNamespace> {
        let failure = match (Self { has_scope: false, namespace: &UNSHARE }).with_scope() {
            Ok(way) => return Ok(way),
            Err(failure) => failure,
        };
        if is_on_path(ROOTLESSKIT[0])
            && let Ok(way) = (Self { has_scope: false, namespace: &ROOTLESSKIT }).with_scope()
        {
            return Ok(way);
        }
        Err(NoUserNamespace::find(&failure))
    }

    /// This way if it works, with control groups if systemd provides them. The error is what it has printed.
    fn with_scope(mut self) -> Result<Self, String> {
        self.try_out()?;
        if needs_scope() {
            let scoped = Self { has_scope: true, ..self };
            if scoped.try_out().is_ok() {
                self = scoped;
            }
        }
        Ok(self)
    }

    /// The words to put in front of a command.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> {
        let scope: &[&str] = if self.has_scope { &SCOPE } else { &[] };
        scope.iter().chain(self.namespace).copied()
    }

    fn try_out(&self) -> Result<(), String> {
        let words: Vec<&str> = self.words().chain(["true"]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("LC_ALL", "C").stdin(Stdio::null());
        match command.output() {
            Ok(Output { status, .. }) if status.success() => Ok(()),
            Ok(Output { stderr, .. }) => Err(String::from_utf8_lossy(&stderr).into_owned()),
            Err(error) => Err(format!("{}: {error}", words[0])),
        }
    }
}

/// Whether systemd's manager for this user can give this process control groups that it does not have otherwise.
fn needs_scope() -> bool {
    // The manager's own socket: with `su` or `sudo`, the variable can be that of another user.
    let has_manager = env::var_os("XDG_RUNTIME_DIR")
        .is_some_and(|directory| Path::new(&directory).join("systemd/private").exists());
    has_manager
        && cgroup::is_version_2()
        && cgroup::delegated().is_none_or(|group| !group.is_alone())
        && is_on_path(SCOPE[0])
}
