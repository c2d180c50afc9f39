//! Commands that failed for lack of a file that the chapter only shows.
//!
//! A reader saves such a block; the block's attribute `file` does the same.

use super::Difference;
use super::ran_commands::{failure_of, ran_commands};
use crate::extract::info_edit::set_attribute;
use crate::extract::named_blocks::{NamedBlock, named_blocks};
use crate::model::recording::{CommandRecording, Recording};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Scenario, Step};
use crate::terminal;
use crate::text::position::line_and_column;
use crate::text::splice::Edit;

/// What programs say about a file that is not there. Docker creates a directory in its place where it is
/// to be mounted.
const MISSING: [&str; 10] = [
    "no such file",
    "not found",
    "does not exist",
    "doesn't exist",
    "can't open",
    "cannot open",
    "cannot find",
    "could not find",
    "cannot access",
    "not a directory",
];

/// What Compose says without a file of its own names.
const NO_COMPOSE_FILE: &str = "no configuration file provided";
const COMPOSE_FILES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Adds to the failures of commands which block above is the file that they lack.
pub(super) fn explain(
    text: &str,
    scenario: &Scenario,
    recording: &Recording,
    differences: &mut [Difference],
) {
    let blocks = named_blocks(scenario, text);
    for (step, index, command) in ran_commands(scenario, recording) {
        let Some(difference) = failure_of(differences, step, index) else { continue };
        let Some(block) = missing(scenario, step, command, &blocks) else { continue };
        let (line, _) = line_and_column(text, block.fence.block.start);
        let name = &block.name;
        let advice = format!(
            "nothing writes `{name}`: if the block in line {line} is this file, add `file={name}` to it"
        );
        difference.help = Some(match difference.help.take() {
            Some(help) => format!("{advice}\n{help}"),
            None => advice,
        });
        difference.remedies.insert(0, remedy(text, block, line));
    }
}

fn remedy(text: &str, block: &NamedBlock, line: usize) -> Remedy {
    let NamedBlock { name, is_named, fence } = block;
    let edit = if fence.info.is_empty() {
        Edit::insert(fence.marks.end, format!("text file={name}"))
    } else {
        set_attribute(text, fence, "file", Some(name))
    };
    Remedy {
        title: format!("add `file={name}` to the block in line {line}"),
        edits: vec![edit],
        basis: if *is_named { Basis::Proved } else { Basis::Proposed },
    }
}

/// Returns the last block above a step that is the file for lack of which a command failed.
fn missing<'a>(
    scenario: &Scenario,
    step: &Step,
    command: &CommandRecording,
    blocks: &'a [NamedBlock],
) -> Option<&'a NamedBlock> {
    let output = terminal::without_escapes(&command.transcript.output()).to_lowercase();
    let says_missing = |line: &&str| MISSING.iter().any(|words| line.contains(words));
    let lines: Vec<&str> = output.lines().filter(says_missing).collect();
    let lacks_compose_file = output.contains(NO_COMPOSE_FILE);
    let is_missing = |block: &&NamedBlock| {
        let name = block.base_name().to_lowercase();
        let is_written = scenario.files.iter().any(|file| file.name == block.name);
        let is_above = block.fence.block.end <= step.fence.block.start;
        let is_lacking = lines.iter().any(|line| names(line, &name))
            || (lacks_compose_file && COMPOSE_FILES.contains(&&*name));
        is_above && !is_written && is_lacking
    };
    blocks.iter().rfind(is_missing)
}

/// Whether a line has this name of a file, and not only as a part of another.
fn names(line: &str, name: &str) -> bool {
    let continues = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        // A full stop can end a sentence.
        let is_longer = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(continues));
        !(before.ends_with(continues)
            || before.ends_with('.')
            || after.starts_with(continues)
            || is_longer)
    })
}

#[cfg(test)]
mod tests;
