//! What the next command does with the exit status of a command: `echo $?` below it states the status.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, CommandKind, Step};

/// A single command that prints `$?`.
static PRINTS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\s*(?:echo|printf)\s[^;|&<>]*\$(?:\?|\{\?\})[^;|&<>]*\z";
    Regex::new(regex).expect("the regex is valid")
});

/// A single command that tests `$?`, and succeeds only if it is as expected.
static TESTS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\s*(?:test\s|\[\s|\[\[\s|\(\()[^;|&]*\$(?:\?|\{\?\})[^;|&]*\z";
    Regex::new(regex).expect("the regex is valid")
});

/// What the next command does with the exit status of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusUse {
    /// Nothing.
    None,
    /// It prints it, but the author does not say what it must print.
    Printed,
    /// It prints it as the author says, or tests it with success.
    Asserted,
}

/// Returns what the command after `index` does with the exit status of that command. `is_met` says whether the output is as
/// expected: that of a command, or that of the whole step.
pub(super) fn status_use(
    step: &Step,
    commands: &[CommandRecording],
    index: usize,
    is_met: impl Fn(Option<usize>) -> bool,
) -> StatusUse {
    // What is typed into a program is between the program and what uses its status.
    let is_of_shell = |command: &Command| command.kind == CommandKind::Shell;
    let mut later = step.commands.iter().enumerate().skip(index + 1);
    let Some((next, command)) = later.find(|(_, command)| is_of_shell(command)) else {
        return StatusUse::None;
    };
    let Some(recorded) = commands.get(next) else { return StatusUse::None };
    let Some(status) = commands[index].end.status() else { return StatusUse::None };
    // Quicker than a regex.
    if !command.text.contains('?') {
        return StatusUse::None;
    }
    if TESTS.is_match(&command.text) && recorded.end == (End::Exited { status: 0 }) {
        return StatusUse::Asserted;
    }
    if !PRINTS.is_match(&command.text) {
        return StatusUse::None;
    }
    let says_status = |text: &str| says(text, status);
    let is_asserted = match &command.expectation {
        Some(expectation) => says_status(&expectation.text) && is_met(Some(next)),
        None => {
            step.expectations.iter().any(|expectation| says_status(&expectation.text))
                && is_met(None)
        }
    };
    if is_asserted { StatusUse::Asserted } else { StatusUse::Printed }
}

/// Whether an expectation contains a status as a number of its own.
fn says(expectation: &str, status: i32) -> bool {
    let status = status.to_string();
    let mut words = expectation.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word == status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_prints_the_status() {
        for command in [
            "echo $?",
            "echo \"$?\"",
            "echo ${?}",
            "  echo \"exit: $?\"  ",
            "echo exit=$? # of docker",
            "printf '%s\\n' \"$?\"",
        ] {
            assert!(PRINTS.is_match(command), "{command}");
        }
        for command in [
            "echo $!",
            "echo ok; echo $?",
            "true && echo $?",
            "echo $? | cat",
            "rc=$?",
            "echoes $?",
        ] {
            assert!(!PRINTS.is_match(command), "{command}");
        }
    }

    #[test]
    fn a_command_tests_the_status() {
        for command in
            ["test $? -eq 1", "[ $? -ne 0 ]", "[ \"$?\" = 1 ]", "[[ $? == 1 ]]", "(( $? == 1 ))"]
        {
            assert!(TESTS.is_match(command), "{command}");
        }
        for command in
            ["test -f x", "[ $? -eq 0 ] || echo failed", "if [ $? -eq 0 ]; then true; fi"]
        {
            assert!(!TESTS.is_match(command), "{command}");
        }
    }

    #[test]
    fn an_expectation_says_a_status() {
        assert!(says("1\n", 1) && says("...\nexit: 125\n", 125) && says("exit=2", 2));
        assert!(!says("11\n", 1) && !says("...\n", 1) && !says("", 1) && !says("v1\n", 1));
    }
}
