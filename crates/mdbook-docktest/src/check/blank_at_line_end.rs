//! Commands that end too early: `docker run \ ` with a blank after the backslash, which then does not continue the line.
//!
//! Nobody sees the blank, and it fails for every reader who copies the command.

use super::Difference;
use super::ran_commands::{failure_of, ran_commands};
use crate::model::recording::Recording;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::text::splice::Edit;

/// What is removed.
const BLANKS: [char; 2] = [' ', '\t'];

/// Adds to the failures of such commands that the blanks are removed.
pub(super) fn explain(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    differences: &mut [Difference],
) {
    for (step, index, _) in ran_commands(scenario, recording) {
        let Some(command) = step.commands.get(index) else { continue };
        // After the first of several lines, the others run as commands of their own.
        if !has_blank(&command.text)
            || previous_line(text, command.span.start).is_some_and(has_blank)
        {
            continue;
        }
        let edits = edits(text, step, command.span.start);
        let failure = failure_of(differences, step, index);
        let Some(difference) = failure.filter(|_| !edits.is_empty()) else { continue };
        let why = "a blank after `\\` at the end of a line ends the command there: remove it";
        difference.help = Some(match &difference.help {
            Some(help) => format!("{why}\n{}", help.split_once('\n').map_or("", |(_, rest)| rest)),
            None => why.to_owned(),
        });
        let title = "remove the blank after `\\`".to_owned();
        difference.remedies = vec![Remedy { title, edits, basis: Basis::Proved }];
    }
}

/// Whether a line ends with a backslash and blanks.
fn has_blank(line: &str) -> bool {
    let trimmed = line.trim_end_matches(BLANKS);
    trimmed.len() < line.len() && trimmed.ends_with('\\')
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
        let trimmed = content.trim_end_matches(BLANKS);
        if !trimmed.ends_with('\\') {
            break;
        }
        if has_blank(content) {
            edits.push(Edit { range: at + trimmed.len()..at + content.len(), text: String::new() });
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
        let blanks = remedies.filter(|remedy| remedy.title == "remove the blank after `\\`");
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
    fn other_blanks_stay() {
        for text in ["```bash\necho a \\\\x  \nls \n```\n", "```bash\ndocker run \\\n  a\n```\n"] {
            assert_eq!(mended(text), text);
        }
    }
}
