//! Which recordings were made with an image that has since moved: its registry now has another one under
//! the same name.
//!
//! Nothing is fetched: a registry is asked for the digest of each image once.

use std::collections::BTreeMap;

use docker_images::{Digest, Reference, Registry};

use super::schedule::recorded_images;
use crate::book::settings::{BookImages, Settings};
use crate::extract::image_uses::image_uses;
use crate::model::finding::Code;
use crate::model::recording::{Image, ImageOrigin};
use crate::report::{Chapter, Report};

/// Compares recordings with what registries have now.
#[derive(Default)]
pub(super) struct MovedImages {
    registry: Registry,
    /// What each image stands for now, or why its registry does not say.
    answers: BTreeMap<Reference, Result<Digest, String>>,
}

/// An image whose name can move.
#[derive(Debug, PartialEq, Eq)]
struct Movable {
    reference: Reference,
    /// The digest that the recording has.
    digest: String,
}

impl MovedImages {
    /// Reports the images of a report's chapters that have moved since they were recorded.
    pub(super) fn report(&mut self, report: &mut Report, settings: &Settings) {
        for chapter in report.chapters.iter_mut().filter(|chapter| chapter.has_steps_to_run()) {
            for image in recorded_images(chapter) {
                let Some(Movable { reference, digest }) = movable(&image, &settings.images) else {
                    continue;
                };
                let Ok(now) = self.ask(&reference) else { continue };
                if now.to_string() != digest {
                    add_finding(chapter, (&image.reference, &reference), &digest, now, settings);
                }
            }
        }
    }

    /// For each image that a registry did not answer for, what is unknown and why, on one line.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = String> {
        self.answers.iter().filter_map(|(image, answer)| {
            let reason = answer.as_ref().err()?;
            Some(format!("cannot tell whether image `{image}` has moved: {reason}"))
        })
    }

    fn ask(&mut self, image: &Reference) -> Result<&Digest, &String> {
        let ask = || self.registry.resolve(image).map_err(|error| error.to_string());
        self.answers.entry(image.clone()).or_insert_with(ask).as_ref()
    }
}

/// Returns `None` for an image that cannot move: it has a digest in its name or in book.toml, or was built
/// from a recipe.
fn movable(image: &Image, book: &BookImages) -> Option<Movable> {
    let reference: Reference = image.reference.parse().ok()?;
    let pinned = book.get(&reference).and_then(|image| image.pinned_digest());
    if image.origin != ImageOrigin::Pulled || reference.digest().is_some() || pinned.is_some() {
        return None;
    }
    let (_, digest) = image.repo_digest.as_deref()?.rsplit_once('@')?;
    Some(Movable { reference, digest: digest.to_owned() })
}

/// Adds the finding to the first step that names the image.
fn add_finding(
    chapter: &mut Chapter,
    (name, reference): (&str, &Reference),
    digest: &str,
    now: &Digest,
    settings: &Settings,
) {
    let step = chapter.scenario().and_then(|scenario| {
        let uses = image_uses(scenario).uses;
        let used = uses.iter().find(|used| used.reference == *reference)?;
        scenario.steps_that_run().position(|(index, _)| index == used.step)
    });
    let message = format!(
        "image `{name}` has moved since this chapter was recorded: from `{digest}` to `{now}`"
    );
    let help = format!(
        "to use the new image, run `mdbook-docktest engine clean`, then `mdbook-docktest record {}`\n\
         to keep the old one, pin it in book.toml: `\"{name}\" = {{ digest = \"{digest}\" }}`",
        chapter.path.display()
    );
    chapter.add_finding(Code::MovedImage, step.unwrap_or(0), message, help, settings);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mdbook_driver::config::Config;

    use super::*;

    const OLD: &str = "sha256:0f3cb4a3c2d1e5968778695a4b3c2d1e0f9e8d7c6b5a493827160514f3e2d1c0";

    fn image(reference: &str, origin: ImageOrigin) -> Image {
        let repo_digest = (origin == ImageOrigin::Pulled).then(|| format!("any@{OLD}"));
        let (reference, id) = (reference.to_owned(), "sha256:1d".to_owned());
        Image { reference, id, repo_digest, origin, is_pulled_by_step: false }
    }

    #[test]
    fn only_names_without_a_digest_can_move() {
        let config = format!(
            "[preprocessor.docktest.images]\n\"redis:7\" = {{ digest = \"{OLD}\" }}\nnginx = true\n"
        );
        let config: Config = config.parse().unwrap();
        let book = Settings::from_config(&config, Path::new("/book")).unwrap().images;
        let movable = |reference: &str, origin| movable(&image(reference, origin), &book);
        for reference in ["nginx", "alpine:3.20", "localhost:5000/team/app:1"] {
            let expected =
                Movable { reference: reference.parse().unwrap(), digest: OLD.to_owned() };
            assert_eq!(movable(reference, ImageOrigin::Pulled), Some(expected));
        }
        assert_eq!(movable("docker.io/library/redis:7", ImageOrigin::Pulled), None);
        assert_eq!(movable(&format!("alpine@{OLD}"), ImageOrigin::Pulled), None);
        assert_eq!(movable("nginx", ImageOrigin::Recipe), None);
    }
}
