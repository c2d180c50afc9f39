//! Finds unpinned images: those that a command uses with neither a tag nor a digest, and that book.toml does
//! not pin either.
//!
//! `latest` does not count as a tag: it is Docker's default, so `alpine` and `alpine:latest` are the
//! same, and it moves with every release.

use std::collections::BTreeSet;

use docker_images::Reference;

use super::{Difference, place};
use crate::model::finding::Code;
use crate::model::recording::{Change, ObjectKind, Recording, StepRecording};
use crate::model::scenario::{Scenario, Step};

const LATEST: &str = ":latest";

/// Returns one difference for each command and image. `pinned` are the images that book.toml pins to a
/// digest.
pub(super) fn differences(
    scenario: &Scenario,
    recording: &Recording,
    pinned: &BTreeSet<Reference>,
) -> Vec<Difference> {
    let is_pinned =
        |image: &str| image.parse().is_ok_and(|image: Reference| pinned.contains(&image));
    // An image that the chapter has built itself does not change later.
    let mut own = BTreeSet::new();
    let mut differences = Vec::new();
    for (step, recorded) in scenario.steps.iter().zip(&recording.steps) {
        let StepRecording::Ran { effects, .. } = recorded else { continue };
        let mut reported = BTreeSet::new();
        for effect in effects {
            match &effect.change {
                Change::Created { image: Some(image), .. } => {
                    let Some(repository) = unpinned(image).filter(|_| !is_pinned(image)) else {
                        continue;
                    };
                    // A command that pulls an image and creates containers from it is one mistake.
                    if !own.contains(repository) && reported.insert((effect.command, repository)) {
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

/// Returns the repository of a reference that has neither a digest nor a tag other than `latest`.
fn unpinned(reference: &str) -> Option<&str> {
    let repository = reference.strip_suffix(LATEST).unwrap_or(reference);
    // A colon further left belongs to a registry's port.
    let last = repository.rsplit('/').next().unwrap_or(repository);
    (!last.contains([':', '@']) && !is_id(repository)).then_some(repository)
}

/// Whether a reference is an image ID, short or long, which pins the image as a digest does. Fewer
/// than 12 digits could be a name.
fn is_id(reference: &str) -> bool {
    (12..=64).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn difference(step: &Step, command: usize, image: &str, repository: &str) -> Difference {
    Difference {
        code: Code::UnpinnedImage,
        span: place(step, command),
        message: format!("image `{image}` is not pinned to a version"),
        help: Some(format!("add a tag or a digest: `{repository}:TAG` or `{repository}@sha256:…`")),
        remedies: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
