//! Finds commands that are meant for a program in a container, and run in the shell of the steps: they have no prompt.

use std::mem;

use super::Extraction;
use crate::model::finding::Code;
use crate::model::scenario::Command;

impl Extraction<'_> {
    /// Finds an `exit` that is meant for a program which waits at a terminal: without a prompt, it ends the steps' shell, and
    /// what stands between has run there, too.
    pub(super) fn exits_outside(&mut self, commands: &[Command]) {
        let (Some(open), Some(exit)) = (self.open.take(), commands.first()) else { return };
        if open.is_certain {
            let message = |line| {
                format!(
                    "this ends the shell of the steps, not the program that the block in line {line} has started: nothing was \
                     typed into it"
                )
            };
            let help = "start each line that is typed into it with its prompt, as in `/ # exit`";
            self.find_meant_for(open.step, exit, message, help);
        }
    }

    /// Finds commands below a shell in a container that a script has started. A reader still is at that shell's prompt, unless
    /// there are commands of Docker in between.
    pub(super) fn runs_outside(&mut self, commands: &[Command]) {
        let (Some(open), Some(first)) = (&mut self.open, commands.first()) else { return };
        let step = open.step;
        let was_inside = mem::take(&mut open.is_shell_of_script);
        let has_docker = || commands.iter().any(|command| command.text.contains("docker"));
        if was_inside && !first.text.starts_with("exit") && !has_docker() {
            let message = |line| {
                format!(
                    "this runs in the shell of the steps, not in the one that the block in line {line} has started: nothing is \
                     typed into that one"
                )
            };
            let help = "start each line that is typed into it with its prompt, as in `/ # ls`; if it has ended by then, show that \
                        with a line such as `/ # exit`";
            self.find_meant_for(step, first, message, help);
        }
    }

    /// Finds a command that is meant for the program which a step has started. `message` is about the line of that step.
    fn find_meant_for(
        &mut self,
        step: usize,
        command: &Command,
        message: impl FnOnce(usize) -> String,
        help: &str,
    ) {
        let Some(opening) = self.scenario.steps.get(step) else { return };
        let message = message(opening.line);
        self.find(Code::MissingPrompt, command.span.clone(), message, Some(help.to_owned()));
    }
}
