//! Recognizes that bash could not parse a command.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use super::quote::quote;
use crate::model::finding::Code;
use crate::model::recording::CommandRecording;
use crate::model::scenario::Step;
use crate::model::stream::Streams;
use crate::terminal;

/// Bash's status for a command that it could not parse.
const STATUS: i32 = 2;

/// How bash reports that, for a text that it evaluates.
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    let words = "syntax error|unexpected|conditional binary operator expected";
    Regex::new(&format!(r"(?m)^bash: eval: line (\d+): ((?:{words}).*?)\r?$"))
        .expect("it is a regex of our own")
});

/// Returns the difference if the command at this place of its step failed because bash could not parse it.
/// A command that evaluates a text by itself may have given it a wrong one.
pub(super) fn difference(
    step: &Step,
    span: &Range<usize>,
    recorded: &CommandRecording,
) -> Option<Difference> {
    let evaluates = recorded.command.split_whitespace().any(|word| word.contains("eval"));
    if recorded.end.status() != Some(STATUS) || evaluates {
        return None;
    }
    let output = terminal::output(&recorded.transcript, Streams::Both);
    let found = MESSAGE.captures(&output)?;
    let command = step.commands.iter().find(|command| command.span == *span);
    let lines = command.map_or(&[][..], |command| &command.lines);
    // What is never closed is reported below the last line. The first one is where it begins.
    let line = found[1].parse::<usize>().ok().and_then(|line| lines.get(line.checked_sub(1)?));
    Some(Difference {
        code: Code::SyntaxError,
        span: line.filter(|line| !line.is_empty()).unwrap_or(span).clone(),
        message: format!("bash cannot parse this command: {}", &found[2]),
        help: Some(format!("correct it, or mark the block as `text`\n{}", quote(recorded))),
        remedies: Vec::new(),
    })
}
