//! What fails because an image is missing: it is not reported again.
//!
//! Which later failures really depend on the image cannot be known, but most of those with containers do:
//! containers that do not exist, output without their lines. With the image, all of them are judged again.
//! What cannot have to do with a container, and what takes too long, is reported as always.

use std::collections::{BTreeMap, BTreeSet};

use super::Difference;
use crate::check::lints::Lints;
use crate::model::finding::{Code, Level};
use crate::model::scenario::{Command, Scenario};

/// The differences of a chapter before its findings are made.
#[derive(Default)]
pub(super) struct Found {
    pub(super) differences: Vec<Difference>,
    /// Those about missing images, each with what is the same for all names of the image.
    pub(super) missing_images: Vec<(String, Difference)>,
    /// The places of commands whose output says why they failed: it is not an image that was missing earlier.
    pub(super) explained: BTreeSet<usize>,
    /// The indices of the steps that did not run.
    pub(super) skipped: BTreeSet<usize>,
}

/// The differences to report.
pub(super) struct Folded {
    pub(super) differences: Vec<Difference>,
    /// The indices of the steps that failed after an image was missing, and whose differences are left out.
    pub(super) steps: BTreeSet<usize>,
}

impl Found {
    pub(super) fn append(&mut self, other: Self) {
        self.differences.extend(other.differences);
        self.missing_images.extend(other.missing_images);
        self.explained.extend(other.explained);
    }

    /// Returns the place of the first difference in the chapter; `None` if there is none.
    pub(super) fn start(&self) -> Option<usize> {
        self.all().map(|difference| difference.span.start).min()
    }

    /// Returns the codes of all differences.
    pub(super) fn codes(&self) -> Vec<Code> {
        self.all().map(|difference| difference.code).collect()
    }

    /// Returns all differences.
    pub(super) fn all(&self) -> impl Iterator<Item = &Difference> {
        let missing_images = self.missing_images.iter().map(|(_, difference)| difference);
        missing_images.chain(&self.differences)
    }

    /// Keeps one difference for each missing image. If it is an error, also leaves out the failures after
    /// the first one.
    pub(super) fn fold(mut self, scenario: &Scenario, lints: &Lints) -> Folded {
        self.missing_images.sort_by_key(|(_, difference)| difference.span.start);
        let step_of = |difference: &Difference| scenario.step_at(difference.span.start);
        // The steps that failed, each with the index of the image that it most likely failed for.
        let mut failed: BTreeMap<usize, usize> = BTreeMap::new();
        let mut images: Vec<(String, Difference)> = Vec::new();
        for (image, difference) in self.missing_images {
            match images.iter().position(|(known, _)| *known == image) {
                None => images.push((image, difference)),
                Some(known) => {
                    if let Some(step) = step_of(&difference) {
                        failed.entry(step).or_insert(known);
                    }
                }
            }
        }
        let first = images.first().map(|(_, difference)| difference.span.start);
        let first = first.filter(|_| lints.level(Code::ImageMissing) == Level::Deny);
        let Some(first) = first else {
            self.differences.extend(images.into_iter().map(|(_, difference)| difference));
            return Folded { differences: self.differences, steps: BTreeSet::new() };
        };
        let (left_out, mut differences): (Vec<_>, Vec<_>) =
            self.differences.into_iter().partition(|difference| {
                is_consequence(scenario, difference, first)
                    && !self.explained.contains(&difference.span.start)
            });
        for difference in &left_out {
            let is_failure =
                difference.code != Code::Leftover && lints.level(difference.code) == Level::Deny;
            let Some(step) = step_of(difference).filter(|_| is_failure) else { continue };
            let before =
                |(_, image): &(String, Difference)| image.span.start <= difference.span.start;
            failed.entry(step).or_insert(images.iter().rposition(before).unwrap_or(0));
        }
        // A step that is missing another image, or failed for another reason, has a finding of its own.
        let with_image = images.iter().map(|(_, difference)| difference);
        let explained =
            differences.iter().filter(|difference| self.explained.contains(&difference.span.start));
        let own: BTreeSet<usize> = with_image.chain(explained).filter_map(step_of).collect();
        failed.retain(|step, _| !own.contains(step) && !self.skipped.contains(step));
        for (index, (_, mut difference)) in images.into_iter().enumerate() {
            let steps = failed.iter().filter(|(_, image)| **image == index);
            let lines: Vec<usize> = steps.map(|(step, _)| scenario.steps[*step].line).collect();
            difference.help = with_lines(difference.help, &lines);
            differences.push(difference);
        }
        Folded { differences, steps: failed.into_keys().collect() }
    }
}

/// Whether a difference can be a consequence of a missing image, which a command at `first` needed.
fn is_consequence(scenario: &Scenario, difference: &Difference, first: usize) -> bool {
    let is_later = difference.span.start >= first;
    match difference.code {
        // Wherever the object was created: it is left over at the end of the chapter.
        Code::Leftover => true,
        Code::ExitStatus | Code::OutputMismatch | Code::StreamEnded => {
            is_later && may_be_about_containers(scenario, difference)
        }
        Code::NotRun | Code::ContainerDied => is_later,
        _ => false,
    }
}

/// Whether the commands that a difference is about can have to do with containers: they use docker, or reach
/// what a container publishes.
fn may_be_about_containers(scenario: &Scenario, difference: &Difference) -> bool {
    const WORDS: [&str; 6] = ["docker", "curl", "wget", "localhost", "127.0.0.1", "0.0.0.0"];
    let uses = |command: &&Command| {
        command.is_typed() || WORDS.iter().any(|word| command.text.contains(word))
    };
    let at = difference.span.start;
    let Some(step) = scenario.step_at(at).map(|step| &scenario.steps[step]) else { return false };
    match step.commands.iter().find(|command| command.span.start == at) {
        Some(command) => uses(&command),
        None => step.commands.iter().any(|command| uses(&command)),
    }
}

/// The help with the lines of the steps that failed as well.
fn with_lines(help: Option<String>, lines: &[usize]) -> Option<String> {
    let numbers = lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let line = match lines.len() {
        0 => return help,
        1 => format!("1 later step failed as well; it may depend on the image: line {numbers}"),
        count => format!(
            "{count} later steps failed as well; they may depend on the image: lines {numbers}"
        ),
    };
    Some(help.map_or(line.clone(), |help| format!("{help}\n{line}")))
}

#[cfg(test)]
mod tests;
