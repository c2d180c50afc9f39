//! Commands that show a file, `cat Dockerfile`, which the chapter never writes: it shows all of it below.

use std::sync::LazyLock;

use regex::Regex;

use super::block_above::block_above;
use super::{Difference, place};
use crate::model::finding::Code;
use crate::model::recording::{Recording, StepRecording};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Command, Scenario};
use crate::terminal;

/// A command that shows one file below the step's directory, and nothing else.
static CAT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^cat +(?:\./)?([\w@+-][\w.@+-]*(?:/[\w@+-][\w.@+-]*)*)$")
        .expect("the regex is valid")
});

/// What is left out of the output that a page shows.
static GAP: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?im)^\s*(?:\.\.\.|…|[<\[(].*(?:snip|\.\.\.|…).*[>\])])\s*$|\[[A-Z][A-Z0-9_-]*\]";
    Regex::new(regex).expect("the regex is valid")
});

/// Programs that bring files which no command names.
const FETCH: [&str; 8] = ["git", "curl", "wget", "tar", "unzip", "svn", "scp", "cp"];

/// Adds to the failures of such commands a block that writes the file.
pub(super) fn explain(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    differences: &mut [Difference],
) {
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        for (index, (command, ran)) in step.commands.iter().zip(commands).enumerate() {
            let Some((name, content)) = shown_file(command) else { continue };
            let missing =
                format!("cat: {name}: No such file or directory").replace("cat: ./", "cat: ");
            let output =
                terminal::without_escapes(&ran.transcript.output()).replace("cat: ./", "cat: ");
            let changes_directory = step.commands[..index].iter().any(|before| {
                before
                    .text
                    .split_ascii_whitespace()
                    .any(|word| matches!(word, "cd" | "pushd" | "popd"))
            });
            if !output.contains(&missing) || changes_directory {
                continue;
            }
            let span = place(step, index);
            let is_failure = |difference: &&mut Difference| {
                difference.code == Code::ExitStatus
                    && difference.span == span
                    && !difference.is_consequence()
            };
            let Some(difference) = differences.iter_mut().find(is_failure) else { continue };
            let info = format!("text file={name} hidden");
            let Some(edit) = block_above(text, step, &info, content) else { continue };
            let basis = match can_come_from_elsewhere(scenario, command, name) {
                true => Basis::Proposed,
                false => Basis::Proved,
            };
            let remedy = Remedy {
                title: format!(
                    "add `file={name}` in a hidden block with the output that is expected"
                ),
                edits: vec![edit],
                basis,
            };
            difference.remedies.insert(0, remedy);
        }
    }
}

/// Returns the name and the whole content of the file that a command shows.
fn shown_file(command: &Command) -> Option<(&str, &str)> {
    if command.is_typed() {
        return None;
    }
    let name = CAT.captures(&command.text)?.get(1)?.as_str();
    let content = &command.expectation.as_ref()?.text;
    let is_whole = !content.trim().is_empty() && !GAP.is_match(content);
    is_whole.then_some((name, content))
}

/// Whether an earlier command names the file, or may have brought it.
fn can_come_from_elsewhere(scenario: &Scenario, command: &Command, name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    let commands = scenario.steps.iter().flat_map(|step| &step.commands);
    let mut before = commands.take_while(|other| other.span.start < command.span.start);
    before.any(|other| {
        let mut words = other.text.split_ascii_whitespace();
        words.any(|word| FETCH.contains(&word) || word.contains(base))
    })
}

#[cfg(test)]
mod tests;
