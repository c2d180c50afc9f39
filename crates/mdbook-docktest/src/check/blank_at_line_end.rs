//! Commands that end too early: `docker run \ ` with a blank after the backslash, which then does not continue the line.
//!
//! Nobody sees the blank, and it fails for every reader who copies the command. So does a comment there: authors explain
//! each line of a long command.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use super::ran_commands::{failure_of, ran_commands};
use crate::model::recording::Recording;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::text::splice::Edit;

/// What is removed.
static TAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\([ \t]+(?:#.*)?)\z").expect("the regex is valid"));

/// Adds to the failures of such commands that the blanks are removed.
pub(super) fn explain(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    differences: &mut [Difference],
) {
    for (step, index, _) in ran_commands(scenario, recording) {
        let Some(difference) = failure_of(differences, step, index) else { continue };
        let Some(command) = step.commands.get(index) else { continue };
        // After the first of several lines, the others run as commands of their own.
        if previous_line(text, command.span.start).and_then(tail).is_some() {
            continue;
        }
        // The command's own text has no comment at its end.
        let edits = edits(text, step, command.span.start);
        if edits.is_empty() {
            continue;
        }
        let has_comment = edits.iter().any(|edit| text[edit.range.clone()].contains('#'));
        let what = if has_comment { "comment" } else { "blank" };
        let why =
            format!("a {what} after `\\` at the end of a line ends the command there: remove it");
        difference.help = Some(match &difference.help {
            Some(help) => format!("{why}\n{}", help.split_once('\n').map_or("", |(_, rest)| rest)),
            None => why,
        });
        let title = format!("remove the {what} after `\\`");
        // What a comment says belongs elsewhere: only the author knows where.
        let basis = if has_comment { Basis::Proposed } else { Basis::Proved };
        difference.remedies = vec![Remedy { title, edits, basis }];
    }
}

/// Returns what stands after the backslash at the end of a line, which it keeps from continuing.
fn tail(line: &str) -> Option<Range<usize>> {
    Some(TAIL.captures(line)?.get(1)?.range())
}

fn previous_line(text: &str, at: usize) -> Option<&str> {
    let start = text[..at].rfind('\n')?;
    text[..start].lines().next_back()
}

/// Removes the blanks from the line at `start`, and from those that follow as long as they are to be continued.
fn edits(text: &str, step: &Step, start: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = start;
    for line in text[start..step.fence.body.end].split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        match tail(content) {
            Some(tail) => {
                let range = at + tail.start..at + tail.end;
                edits.push(Edit { range, text: String::new() });
            }
            None if content.ends_with('\\') => {}
            None => break,
        }
        at += line.len();
    }
    edits
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::recording::{CommandRecording, End, Recording, StepRecording, Transcript};
    use crate::text::splice::splice;

    /// Returns the chapter after the remedies, if all of its commands have failed.
    fn mended(text: &str) -> String {
        let scenario = extract(Path::new("a.md"), text, Extensions::default());
        let end = End::Exited { status: 125 };
        let ran = |text: &str| CommandRecording::new(text.to_owned(), end, Transcript::default());
        let commands = scenario.steps[0].commands.iter().map(|command| ran(&command.text));
        let steps = vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        let found = findings_by_default(text, &scenario, &recording);
        let remedies = found.iter().flat_map(|found| &found.remedies);
        let blanks = remedies.filter(|remedy| remedy.title.starts_with("remove the "));
        splice(text, blanks.flat_map(|remedy| remedy.edits.clone()).collect())
    }

    #[test]
    fn the_blanks_of_a_command_are_removed() {
        let session = "```console\n$ docker run -d \\ \n  --name web \\\n  -v a:/b \\\t \n  nginx\nid \\ \n```\n";
        let right =
            "```console\n$ docker run -d \\\n  --name web \\\n  -v a:/b \\\n  nginx\nid \\ \n```\n";
        assert_eq!(mended(session), right);
        let script = "> ```bash\n> docker run -d \\ \n>   --name web \\ \n>   nginx\n> ```\n";
        assert_eq!(mended(script), script.replace("\\ \n", "\\\n"));
    }

    #[test]
    fn a_comment_is_removed_as_well() {
        let script =
            "```bash\ndocker build \\\n  -t app:1 \\  # major\n  -t app:1.2 \\ # minor\n  .\n```\n";
        let right = "```bash\ndocker build \\\n  -t app:1 \\\n  -t app:1.2 \\\n  .\n```\n";
        assert_eq!(mended(script), right);
    }

    #[test]
    fn other_blanks_stay() {
        for text in ["```bash\necho a \\\\x  \nls \n```\n", "```bash\ndocker run \\\n  a\n```\n"] {
            assert_eq!(mended(text), text);
        }
    }
}
