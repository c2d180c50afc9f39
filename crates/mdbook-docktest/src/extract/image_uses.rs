//! The images that a chapter's commands use, known without running them.
//!
//! The commands are followed in order, as far as they depend on the chapter's text alone: variables
//! with literal values, loops over literal lists, files written from here-documents and by `echo`.
//! Nothing is run, so the result is the same on every machine. What only a run could show is counted.
//!
//! A reference at a registry on the machine itself is no use, nor is an image's ID, or a name that an
//! earlier command gave to an image: what they stand for is made by the chapter.

use std::collections::BTreeSet;
use std::ops::Range;

use docker_images::Reference;

use self::walk::Walk;
use crate::model::scenario::{Scenario, Step};

mod compose;
mod compose_file;
mod docker;
mod dockerfile;
mod expansion;
mod files;
pub(super) mod flags;
mod script;
mod shell;
mod walk;
mod wrappers;

/// The images that a chapter uses and makes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ImageUses {
    /// The first use of each image that the chapter does not make, in order.
    pub uses: Vec<ImageUse>,
    /// The names that the chapter gives to images that it makes, at any registry.
    pub made: BTreeSet<Reference>,
    /// The number of uses whose images only a run can show.
    pub unresolved: usize,
    /// Where the chapter's text names the image of a use, each time, whether the chapter makes it or not.
    pub mentions: BTreeSet<(usize, usize)>,
}

/// The first use of an image in a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUse {
    /// The image.
    pub reference: Reference,
    /// How the image is used.
    pub kind: UseKind,
    /// The index of the step.
    pub step: usize,
    /// The index of the command in the step.
    pub command: usize,
    /// The place of the image's name in the chapter's text; that of the command if the name is not one
    /// of its words, as with a Dockerfile.
    pub span: Range<usize>,
}

/// How a chapter first uses an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseKind {
    /// It is to be there before the first step.
    Needed,
    /// The command pulls it, even if it is there: it is not to be there before, but it must be possible
    /// to pull it.
    Pulled,
}

/// A command that makes an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Maker {
    pub(crate) made: Made,
    /// The place of the command in the chapter.
    pub(crate) start: usize,
}

/// An image that a command makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    /// One with this name.
    Image(Reference),
    /// That of a service that Compose names after its project: `project-service`.
    Service(String),
    /// Those in an archive.
    Loaded,
}

impl Made {
    /// Whether it can be the image with this name. `command` is what makes it: archives are named after
    /// what is in them.
    pub(crate) fn can_be(&self, image: &Reference, command: &str) -> bool {
        let name = image.familiar_name();
        let last = name.rsplit('/').next().unwrap_or(&name);
        match self {
            Self::Image(made) => made == image,
            Self::Service(service) => {
                let project = last.strip_suffix(service.as_str());
                project.is_some_and(|project| project.len() > 1 && project.ends_with(['-', '_']))
            }
            Self::Loaded => command.contains(last),
        }
    }
}

impl ImageUses {
    /// Whether the chapter uses this image.
    pub(crate) fn contains(&self, reference: &Reference) -> bool {
        self.uses.iter().any(|used| used.reference == *reference)
    }
}

/// Returns the images that a chapter's commands use and make.
pub fn image_uses(scenario: &Scenario) -> ImageUses {
    follow(scenario, scenario.steps_that_run()).found
}

/// Returns the commands of a chapter that make images, also of steps that do not run.
pub(crate) fn makers(scenario: &Scenario) -> Vec<Maker> {
    follow(scenario, scenario.steps.iter().enumerate()).makers
}

/// Follows the commands of steps, and the files that are written before them.
fn follow<'a>(scenario: &'a Scenario, steps: impl Iterator<Item = (usize, &'a Step)>) -> Walk {
    let mut walk = Walk::default();
    for (index, step) in steps {
        for (_, file) in scenario.files_before(index) {
            walk.files.write(&file.name, Some(&file.contents()), file.appends);
        }
        let commands = step.commands.iter().enumerate();
        // What is typed into a program does not run on the engine.
        for (command_index, command) in commands.filter(|(_, command)| !command.is_typed()) {
            walk.command(index, command_index, command);
        }
    }
    walk
}

#[cfg(test)]
mod tests;
