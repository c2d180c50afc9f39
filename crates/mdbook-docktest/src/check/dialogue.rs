//! The status of a program into which commands were typed.

use std::ops::Range;

use super::Difference;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, ExitExpectation, Step};
use crate::model::stream::Streams;
use crate::terminal;
use crate::text::keys;

/// Lines that end a shell or a client of a database. They do not change the status, but pass on that of the
/// line before.
const ENDINGS: [&str; 9] =
    ["exit", "exit;", "quit", "quit;", "logout", "\\q", "^D", ".exit", "exit()"];

/// What a shell and the usual programs say in the end if a line has failed.
const FAILURES: [&str; 4] =
    [": not found", ": command not found", ": No such file or directory", ": Permission denied"];

/// Returns the difference if a line that was typed into a program has failed, and the chapter does not show
/// that. A status is known only of the program itself: what is known of its lines is what they print.
pub(super) fn failure(
    step: &Step,
    index: usize,
    span: &Range<usize>,
    recorded: &CommandRecording,
) -> Option<Difference> {
    let command = step.commands.get(index).filter(|command| command.is_typed())?;
    if command.expectation.is_some() || step.attributes.exit != ExitExpectation::default() {
        return None;
    }
    let output = terminal::output(&recorded.transcript, Streams::Both);
    let mut lines = output.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let first = *lines.peek()?;
    let is_failure = |line: &str| FAILURES.iter().any(|failure| line.ends_with(failure));
    lines.all(is_failure).then(|| Difference {
        code: Code::ExitStatus,
        span: span.clone(),
        message: format!("this line has failed: `{first}`"),
        help: Some("if this is expected, show below the line what it prints".to_owned()),
        remedies: Vec::new(),
    })
}

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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::recording::{
        Chunk, CommandRecording, End, Recording, StepRecording, Transcript,
    };
    use crate::model::stream::Stream;

    /// Returns the findings of a session with lines that were typed into a program, which each printed this.
    fn findings(session: &str, printed: &[&str]) -> Vec<String> {
        let text = format!("```console\n{session}```\n");
        let scenario = extract(Path::new("a.md"), &text, Extensions::default());
        let commands = scenario.steps[0].commands.iter().zip(printed).map(|(command, text)| {
            let chunk = Chunk { stream: Stream::Stdout, at_ms: 0, text: (*text).to_owned() };
            CommandRecording::new(
                command.text.clone(),
                if command.is_typed() { End::Typed } else { End::Exited { status: 0 } },
                Transcript {
                    chunks: vec![chunk],
                    terminal: scenario.steps[0].attributes.tty,
                    ..Transcript::default()
                },
            )
        });
        let steps = vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        let found = findings_by_default(&text, &scenario, &recording);
        found
            .iter()
            .map(|found| format!("{} {}: {}", found.code, found.line, found.message))
            .collect()
    }

    #[test]
    fn a_typed_line_that_has_failed_is_found_unless_the_chapter_shows_it() {
        let session =
            "$ docker run -it --rm alpine sh\n/ # nosuch\n/ # echo fine\nfine\n/ # exit\n";
        let failure = "sh: nosuch: not found\r\n";
        assert_eq!(
            findings(session, &["", failure, "fine\r\n", ""]),
            ["exit-status 3: this line has failed: `sh: nosuch: not found`"]
        );
        assert_eq!(findings(session, &["", "x: not found in a list\r\n", "fine\r\n", ""]), [""; 0]);
        let shown = session.replace("nosuch\n", "nosuch\nsh: nosuch: not found\n");
        assert_eq!(findings(&shown, &["", failure, "fine\r\n", ""]), [""; 0]);
    }
}
