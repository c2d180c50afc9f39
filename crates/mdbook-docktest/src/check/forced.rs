//! Removals with `--force` of what is not there: `docker rm` says so, and exits with 0.

use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use super::command::CommandCheck;
use crate::model::finding::Code;
use crate::model::recording::End;
use crate::model::stream::Streams;
use crate::terminal;

/// A single command that removes containers with force.
static REMOVES: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\s*(?:sudo\s+)?docker\s+(?:container\s+)?rm\s[^;|&<>\n]*\z";
    Regex::new(regex).expect("the regex is valid")
});

/// What docker says of a container that it does not know.
const UNKNOWN: &str = "No such container: ";

/// Returns the difference if a container that the chapter removes is not there. In a step that only cleans up, this does
/// no harm, and where the chapter shows what is printed, it says so.
pub(super) fn difference(check: &CommandCheck<'_>) -> Option<Difference> {
    let step = check.step;
    let is_plain = check.command.end == (End::Exited { status: 0 })
        && check.expected_status() == Some(0)
        // Quicker than the regex.
        && check.command.command.contains("rm")
        && REMOVES.is_match(&check.command.command);
    let is_shown = !step.expectations.is_empty()
        || step.commands.iter().any(|command| {
            command.span == *check.span
                && command
                    .expectation
                    .as_ref()
                    .is_some_and(|expectation| !expectation.text.trim().is_empty())
        });
    if !is_plain || is_shown || step.attributes.cleanup || step.attributes.hidden {
        return None;
    }
    let printed = terminal::output(&check.command.transcript, Streams::Both);
    let line = printed.lines().find(|line| line.starts_with("Error") && line.contains(UNKNOWN))?;
    let message = format!("this command removed less than it says: `{}`", line.trim());
    let help = "with `--force`, it exits with status 0 even so; if this is expected, add an `output` block or \
                `exit=any`";
    Some(check.with(Code::ExitStatus, message, Some(help.to_owned())))
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

    /// Returns the number of findings about a step whose commands all print this on standard error.
    fn count(markdown: &str, printed: &str) -> usize {
        let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
        let step = &scenario.steps[0];
        let commands = step.commands.iter().map(|command| {
            CommandRecording::new(
                command.text.clone(),
                End::Exited { status: 0 },
                Transcript {
                    chunks: vec![Chunk { stream: Stream::Stderr, at_ms: 0, text: printed.into() }],
                    ..Transcript::default()
                },
            )
        });
        let steps = vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        findings_by_default(markdown, &scenario, &recording).len()
    }

    const UNKNOWN: &str = "Error response from daemon: No such container: web\n";

    #[test]
    fn a_container_that_is_not_there_is_not_removed() {
        for markdown in [
            "```bash\ndocker rm -f web\n```\n",
            "```console\n$ sudo docker container rm --force web\n```\n",
        ] {
            assert_eq!(count(markdown, UNKNOWN), 1, "{markdown}");
            assert_eq!(count(markdown, "a warning\n"), 0, "{markdown}");
        }
    }

    #[test]
    fn it_is_no_finding_where_the_author_knows_it() {
        for markdown in [
            "```bash cleanup\ndocker rm -f web\n```\n",
            "```bash hidden\ndocker rm -f web\n```\n",
            "```bash exit=any\ndocker rm -f web\n```\n",
            "```bash\ndocker rm -f web || true\n```\n",
            "```console\n$ docker rm -f web\nError response from daemon: No such container: web\n```\n",
        ] {
            assert_eq!(count(markdown, UNKNOWN), 0, "{markdown}");
        }
    }
}
