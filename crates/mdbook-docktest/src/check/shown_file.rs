//! Commands that show a file, `cat Dockerfile`, which the chapter never writes: it shows all of it below.

use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use super::block_above::block_above;
use super::ran_commands::{failure_of, ran_commands};
use crate::model::recording::Recording;
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
    for (step, index, ran) in ran_commands(scenario, recording) {
        let Some(command) = step.commands.get(index) else { continue };
        let Some((name, content)) = shown_file(command) else { continue };
        let missing = format!("cat: {name}: No such file or directory").replace("cat: ./", "cat: ");
        let output =
            terminal::without_escapes(&ran.transcript.output()).replace("cat: ./", "cat: ");
        let mut before =
            step.commands[..index].iter().flat_map(|before| before.text.split_ascii_whitespace());
        let changes_directory = before.any(|word| matches!(word, "cd" | "pushd" | "popd"));
        if !output.contains(&missing) || changes_directory {
            continue;
        }
        let failure = failure_of(differences, step, index);
        let Some(difference) = failure.filter(|failure| !failure.is_consequence()) else {
            continue;
        };
        let info = format!("text file={name} hidden");
        let Some(edit) = block_above(text, step, &info, content) else { continue };
        // For `cat` alone, the page would only prove itself.
        let is_proved = is_used_later(scenario, command, name)
            && !can_come_from_elsewhere(scenario, command, name);
        let basis = if is_proved { Basis::Proved } else { Basis::Proposed };
        let title = format!("add `file={name}` in a hidden block with the output that is expected");
        difference.remedies.insert(0, Remedy { title, edits: vec![edit], basis });
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
