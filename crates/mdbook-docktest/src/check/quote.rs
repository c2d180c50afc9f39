//! Quotes output in the help text of a finding.

use std::borrow::Cow;

use crate::model::recording::CommandRecording;
use crate::model::stream::Streams;
use crate::terminal;

/// The number of lines of output that a finding quotes.
const QUOTED_LINES: usize = 4;
/// The number of characters that a finding quotes of each line.
const QUOTED_WIDTH: usize = 200;

/// Returns the end of a command's output, for a help text.
pub(super) fn quote(command: &CommandRecording) -> String {
    quote_text(&terminal::output(&command.transcript, Streams::Both))
}

/// Returns the end of a text, for a help text.
pub(super) fn quote_text(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<Cow<'_, str>> = lines.map(cut).collect();
    match lines.len() {
        0 => "it printed nothing".to_owned(),
        1 => format!("it printed `{}`", lines[0]),
        count => {
            let last = &lines[count.saturating_sub(QUOTED_LINES)..];
            let what = if count > last.len() { "the end of its output" } else { "it printed" };
            format!("{what}:\n  {}", last.join("\n  "))
        }
    }
}

/// Shortens a very long line.
pub(super) fn cut(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(QUOTED_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]).into(),
        None => line.into(),
    }
}
