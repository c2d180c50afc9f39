//! Quotes output in the help text of a finding.

use std::borrow::Cow;

use crate::model::recording::CommandRecording;
use crate::model::stream::Streams;
use crate::terminal;

/// The number of lines of output that a finding quotes.
const QUOTED_LINES: usize = 4;
/// The number of characters that a finding quotes of the start of a long line.
const QUOTED_START: usize = 120;
/// The number of characters that it quotes of the end: daemon and runc put the cause there.
const QUOTED_END: usize = 180;

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

/// Shortens a very long line in its middle.
pub(super) fn cut(line: &str) -> Cow<'_, str> {
    let offset = |character: usize| line.char_indices().nth(character).map(|(offset, _)| offset);
    // With one character more, the sign for what is left out would take its place.
    if offset(QUOTED_START + QUOTED_END + 1).is_none() {
        return line.into();
    }
    let (Some(start), Some((end, _))) =
        (offset(QUOTED_START), line.char_indices().nth_back(QUOTED_END - 1))
    else {
        return line.into();
    };
    format!("{} … {}", line[..start].trim_end(), line[end..].trim_start()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_start_and_its_end() {
        let line = format!(
            "docker: Error response from daemon: {}: exec: \"foo\": executable file not found in $PATH: unknown",
            "failed to create task: ".repeat(20)
        );
        let cut = cut(&line);
        assert!(cut.starts_with("docker: Error response from daemon: failed"), "{cut}");
        assert!(cut.ends_with("\"foo\": executable file not found in $PATH: unknown"), "{cut}");
        assert!(cut.chars().count() <= 303 && cut.matches(" … ").count() == 1, "{cut}");
    }

    #[test]
    fn a_line_of_usual_length_stays_as_it_is() {
        for length in [0, 1, 299, 300, 301] {
            let line = "é".repeat(length);
            assert_eq!(cut(&line), line, "{length}");
        }
        assert_eq!(cut(&"é".repeat(302)), format!("{} … {}", "é".repeat(120), "é".repeat(180)));
    }
}
