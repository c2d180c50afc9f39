//! The names of a kept image: on an engine, and in a recording.

use docker_images::{KeptImage, Origin, Reference};
use docker_sandbox::EngineImage;

use super::Wanted;
use super::cache::unpacked_id;
use crate::model::recording::{Image, ImageOrigin};

/// An image with the names that the engine of a reader has for it.
pub(super) fn engine_image(reference: &Reference, image: &KeptImage) -> EngineImage {
    let name = reference.familiar_name();
    let tag = reference.tag().filter(|_| reference.digest().is_none());
    let mut names: Vec<String> = tag.map(|tag| format!("{name}:{tag}")).into_iter().collect();
    names.extend(repo_digest(reference, image));
    EngineImage { id: unpacked_id(&image.id), names }
}

/// An image as it is recorded, with its name in the book.
pub(super) fn recorded(name: &str, wanted: &Wanted, image: &KeptImage) -> Image {
    let Wanted { reference, is_present } = wanted;
    let repo_digest = repo_digest(reference, image);
    Image {
        is_pulled_by_step: !is_present,
        reference: name.to_owned(),
        id: image.id.to_string(),
        origin: match image.origin {
            Origin::Recipe { .. } => ImageOrigin::Recipe,
            Origin::Docker { .. } if repo_digest.is_none() => ImageOrigin::Docker,
            Origin::Docker { .. } | Origin::Registry => ImageOrigin::Pulled,
        },
        repo_digest,
    }
}

/// The name of an image by the digest that its registry knows it by; `None` if no registry does.
fn repo_digest(reference: &Reference, image: &KeptImage) -> Option<String> {
    let digest = match &image.origin {
        Origin::Registry => image.digest.to_string(),
        Origin::Docker { digest, .. } => digest.clone()?.into(),
        Origin::Recipe { .. } => return None,
    };
    Some(format!("{}@{digest}", reference.familiar_name()))
}
