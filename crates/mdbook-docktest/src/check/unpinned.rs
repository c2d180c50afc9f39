//! Images that are another one next year: those that a command asks for with neither a tag nor a
//! digest.
//!
//! `latest` counts as no tag: it is what Docker takes where there is none, so that `alpine` and
//! `alpine:latest` ask for the same, and it moves with every release.

use std::collections::BTreeSet;

use super::{Difference, place};
use crate::model::finding::Code;
use crate::model::recording::{Change, ObjectKind, Recording, StepRecording};
use crate::model::scenario::{Scenario, Step};

const LATEST: &str = ":latest";

/// One difference for each command and image.
pub(super) fn differences(scenario: &Scenario, recording: &Recording) -> Vec<Difference> {
    // What the chapter has made itself cannot change under its readers.
    let mut own = BTreeSet::new();
    let mut differences = Vec::new();
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let StepRecording::Ran { effects, .. } = recorded else { continue };
        let mut told = BTreeSet::new();
        for effect in effects {
            match &effect.change {
                Change::Created { image: Some(image), .. } => {
                    let Some(repository) = unpinned(image) else { continue };
                    // A command that pulls an image and makes containers of it is one mistake.
                    if !own.contains(repository) && told.insert((effect.command, repository)) {
                        differences.push(difference(step, effect.command, image, repository));
                    }
                }
                Change::Created { image: None, .. } if effect.kind == ObjectKind::Image => {
                    own.extend(unpinned(&effect.name));
                }
                _ => {}
            }
        }
    }
    differences
}

/// The repository of a reference that has neither digest nor tag, or the tag `latest`.
fn unpinned(reference: &str) -> Option<&str> {
    let repository = reference.strip_suffix(LATEST).unwrap_or(reference);
    // A colon further left is that of a registry's port.
    let last = repository.rsplit('/').next().unwrap_or(repository);
    (!last.contains([':', '@']) && !is_id(repository)).then_some(repository)
}

/// Whether this is an image's ID, short or long, which says what the image is as a digest does.
/// Shorter ones would look like names.
fn is_id(reference: &str) -> bool {
    (12..=64).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn difference(step: &Step, command: usize, image: &str, repository: &str) -> Difference {
    Difference {
        code: Code::UnpinnedImage,
        span: place(step, command),
        message: format!("the image `{image}` is whichever is the latest on the day"),
        help: Some(format!("write a tag or a digest: `{repository}:TAG`, `{repository}@sha256:…`")),
    }
}

#[cfg(test)]
mod tests;
