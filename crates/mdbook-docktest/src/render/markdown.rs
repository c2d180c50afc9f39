//! Outcomes as plain Markdown, for renderers that may not support HTML.

use std::sync::LazyLock;

use regex::Regex;

use super::outcome::{Outcome, Shown};
use super::provenance::Provenance;
use crate::model::finding::Severity;
use crate::model::scenario::ChapterFile;
use crate::render::labels::Labels;
use crate::terminal::plain;

/// The start of a command of mdBook's preprocessor `links`, which may run later.
static COMMAND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{(?<rest>\{\s*#)").expect("the regex is valid"));

/// Returns a fenced block. Each line after the first starts with `next_line`.
///
/// Code blocks have no character references, so an invisible word joiner separates the braces of what
/// `links` would take for a command.
pub(super) fn fenced(content: &str, next_line: &str) -> String {
    let content = &COMMAND.replace_all(content, "{\u{2060}$rest");
    let fence = "`".repeat((longest_run_of_backticks(content) + 1).max(3));
    let mut block = format!("{fence}text");
    for line in content.split_terminator('\n').chain([fence.as_str()]) {
        block.push_str(next_line);
        block.push_str(line);
    }
    block
}

/// The caption of a block that is written to a file.
pub(super) fn file(file: &ChapterFile, labels: &Labels) -> String {
    let label = if file.appends { labels.added_to_file() } else { labels.file() };
    let mode = file.mode.as_ref().map_or(String::new(), |mode| format!(" · {}", labels.mode(mode)));
    format!("*{} **{}**{}*", escape(label), escape(&file.name), escape(&mode))
}

/// The values that took the place of placeholders, as the text of a fenced block.
pub(super) fn values(label: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|(placeholder, value)| format!("{} = {}", plain(placeholder), plain(value)))
        .collect();
    format!("{label} {}\n", values.join(", "))
}

/// The summary in italics. The details are left to HTML, which can fold them.
pub(super) fn provenance(provenance: &Provenance) -> String {
    format!("*{}*", escape(&provenance.summary))
}

/// Escapes text for Markdown, on one line.
pub(super) fn escape(text: &str) -> String {
    plain(text)
        .replace('\n', " ")
        .chars()
        .flat_map(|c| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c]))
        .collect()
}

/// The output of a step as text, with the commands if there are several.
pub(super) fn transcript(commands: &[Shown]) -> String {
    let mut content = String::new();
    for shown in commands {
        if let Some(command) = &shown.command {
            content.push_str(shown.prompt.as_deref().unwrap_or("$ "));
            content.push_str(command);
            end_line(&mut content);
        }
        shown.pieces.iter().for_each(|piece| content.push_str(&piece.text));
        end_line(&mut content);
        for note in &shown.notes {
            content.push_str(&format!("[{}]\n", note.text()));
        }
    }
    content
}

/// The output and the findings of a step, as the text of a fenced block.
pub(super) fn outcome(outcome: &Outcome<'_>) -> String {
    let mut content = transcript(&outcome.commands);
    for finding in &outcome.findings {
        let severity = match finding.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        content.push_str(&format!("{severity}[{}]: {}", finding.code, plain(&finding.message)));
        end_line(&mut content);
        if let Some(help) = &finding.help {
            content.push_str(&format!("help: {}", plain(help)));
            end_line(&mut content);
        }
    }
    content
}

fn end_line(content: &mut String) {
    if !content.is_empty() && !content.ends_with('\n') {
        content.push('\n');
    }
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_has_no_commands_of_preprocessors() {
        let printed = "{{#include /x}} {{{#title y}}} {{\n  #include z}} {{.Names}} {{ a }}";
        let block = fenced(printed, "\n");
        assert!(!Regex::new(r"\{\{\s*#").unwrap().is_match(&block), "{block}");
        assert!(block.contains("{\u{2060}{#include /x}}"), "{block}");
        assert!(block.contains("{{.Names}} {{ a }}"), "other braces are unchanged: {block}");
        assert!(!escape(printed).contains("{{"));
    }
}
