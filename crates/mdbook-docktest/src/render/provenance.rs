//! The provenance of a page: when its steps ran, on which engine and with which images.

use crate::model::finding::Finding;
use crate::model::recording::{Engine, Image, ImageOrigin, Origin, Recording};
use crate::render::labels::Labels;

/// The provenance of a page, in its language.
pub(super) struct Provenance {
    /// One line: the date, the engine and the images.
    pub(super) summary: String,
    /// Terms and their descriptions.
    pub(super) details: Vec<(String, String)>,
}

impl Provenance {
    /// Returns `None` if no step ran. `findings` are those of the chapter.
    pub(super) fn new(
        recording: &Recording,
        findings: &[Finding],
        labels: &Labels,
    ) -> Option<Self> {
        if !recording.has_run() {
            return None;
        }
        let has_passed = !findings.iter().any(Finding::is_error);
        let what = labels.day(&recording.recorded_at).map(|date| match recording.origin {
            Origin::NotRun => labels.ran_before(date),
            _ if has_passed => labels.verified(date),
            _ => labels.ran(date),
        });
        let engine = labels.engine_version(&recording.engine.version);
        let images = recording.images.iter().map(|image| self::image(image, labels));
        let summary =
            what.into_iter().chain([engine]).chain(images).collect::<Vec<_>>().join(" · ");

        let source = match recording.origin {
            Origin::Run => labels.live(),
            Origin::File => labels.replayed(),
            Origin::EarlierRun => labels.earlier_run(),
            Origin::NotRun => labels.outdated(),
        };
        let mut details = vec![
            (labels.source().to_owned(), format!("{source} ({})", recording.recorded_at)),
            (labels.engine().to_owned(), self::engine(&recording.engine, labels)),
            (labels.machine().to_owned(), machine(&recording.engine)),
        ];
        let images = recording.images.iter();
        details.extend(images.map(|image| {
            (labels.image().to_owned(), format!("{} {}", image.reference, digest(image)))
        }));
        Some(Self { summary, details })
    }
}

/// An image, with notes if it was rebuilt and not pulled from its registry, and if a step has pulled it.
pub(super) fn image(image: &Image, labels: &Labels) -> String {
    let from = match image.origin {
        ImageOrigin::Pulled => labels.image_pulled(&image.reference),
        ImageOrigin::Docker => labels.image_copied(&image.reference),
        ImageOrigin::Recipe => labels.image_rebuilt(&image.reference),
    };
    if image.is_pulled_by_step { labels.pulled_by_step(from) } else { from }
}

/// The digest that identifies an image: that of its registry, or else its ID.
pub(super) fn digest(image: &Image) -> &str {
    image.repo_digest.as_ref().unwrap_or(&image.id)
}

/// An engine, with the versions that `docker version` and `docker info` print.
pub(super) fn engine(engine: &Engine, labels: &Labels) -> String {
    let Engine { kind, version, client_version, api_version, storage_driver, .. } = engine;
    let version = labels.engine_version(version);
    format!(
        "{version} · client {client_version} · API {api_version} · {storage_driver} · \
         {kind}"
    )
}

/// The kernel and the architecture that an engine runs on.
pub(super) fn machine(engine: &Engine) -> String {
    format!("Linux {} · {}", engine.kernel, engine.architecture)
}

#[cfg(test)]
mod tests {
    use super::ImageOrigin::{Pulled, Recipe};
    use super::*;
    use crate::render::labels::Language;

    #[test]
    fn images_that_a_step_has_pulled_are_marked() {
        let image = |language, origin, is_pulled_by_step| {
            let (reference, id) = ("nginx:1.27".to_owned(), "sha256:1d".to_owned());
            let image = Image { reference, id, repo_digest: None, origin, is_pulled_by_step };
            super::image(&image, &Labels::new(language))
        };
        assert_eq!(image(Language::En, Pulled, false), "nginx:1.27");
        assert_eq!(image(Language::En, Pulled, true), "nginx:1.27, pulled by a step");
        assert_eq!(image(Language::Fr, Pulled, true), "nginx:1.27, téléchargée par une étape");
        assert_eq!(
            image(Language::En, Recipe, true),
            "nginx:1.27 (rebuilt for this book), pulled by a step"
        );
        assert_eq!(
            image(Language::Fr, Recipe, true),
            "nginx:1.27 (reconstruite pour ce livre), téléchargée par une étape"
        );
    }
}
