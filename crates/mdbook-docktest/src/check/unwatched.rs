//! Commands that may have failed inside, without that being known.

use super::Difference;
use super::command::CommandCheck;
use crate::model::finding::Code;
use crate::model::recording::Unwatched;

impl CommandCheck<'_> {
    /// Returns the doubt about a command that has succeeded, if it must, but not everything in it was watched.
    pub(super) fn unwatched(&self) -> Option<Difference> {
        self.expected_status().filter(|expected| *expected == 0)?;
        let (why, advice) = match self.command.unwatched? {
            Unwatched::OwnMatters => (
                "it lists or sets traps or options of the shell",
                "put what does that on a line of its own",
            ),
            Unwatched::Traps => (
                "a trap of the chapter runs in between",
                "put each command on a line of its own, or remove the trap before them, as with \
                 `trap - ERR DEBUG RETURN`",
            ),
            Unwatched::Builtins => (
                "builtins of the shell are disabled or replaced",
                "put each command on a line of its own, or enable the builtins before them",
            ),
        };
        let message = format!("it is unclear whether something in this command has failed: {why}");
        let help = format!("{advice}; if anything may fail in it, add `exit=any`");
        Some(self.with(Code::UnclearCommands, message, Some(help)))
    }
}
