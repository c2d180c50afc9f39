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
    let regex = r"(?m)^\s*(?:\.\.\.|…|[<\[(].*(?:(?i:snip)|\.\.\.|…).*[>\])])\s*$|\[[A-Z][A-Z0-9_-]*(?::[^\]\n]*)?\]";
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
    if !differences.iter().any(|difference| difference.code == Code::ExitStatus) {
        return;
    }
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
            // For `cat` alone, the page would only prove itself.
            let is_proved = is_used_later(scenario, command, name)
                && !can_come_from_elsewhere(scenario, command, name);
            let basis = if is_proved { Basis::Proved } else { Basis::Proposed };
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
    let mut before = words(scenario, |other| other.span.start < command.span.start);
    before.any(|word| FETCH.contains(&word) || word.contains(base_name(name)))
}

/// Whether a later command needs the file: it names the file, or builds or runs what is described there.
fn is_used_later(scenario: &Scenario, command: &Command, name: &str) -> bool {
    let base = base_name(name);
    let describes = match base {
        "Dockerfile" => Some("build"),
        _ if base.contains("compose.y") => Some("up"),
        _ => None,
    };
    let mut after = words(scenario, |other| other.span.start > command.span.start);
    after.any(|word| word.contains(base) || Some(word) == describes)
}

fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Returns the words of some commands of a chapter.
fn words(scenario: &Scenario, is_wanted: impl Fn(&Command) -> bool) -> impl Iterator<Item = &str> {
    let commands = scenario.steps.iter().flat_map(|step| &step.commands);
    let commands = commands.filter(move |command| is_wanted(command));
    commands.flat_map(|command| command.text.split_ascii_whitespace())
}

#[cfg(test)]
mod tests;
