//! What a page rests on: when its steps ran, on what, with which images.

use crate::model::finding::Finding;
use crate::model::recording::{Engine, Image, ImageOrigin, Origin, Recording, StepRecording};
use crate::render::labels::Labels;

/// What a page rests on, in its language.
pub(super) struct Provenance {
    /// A line.
    pub(super) summary: String,
    /// Terms, each with what there is to say.
    pub(super) details: Vec<(String, String)>,
}

impl Provenance {
    /// Nothing where nothing ran. `findings` are those of the chapter.
    pub(super) fn new(
        recording: &Recording,
        findings: &[Finding],
        labels: &Labels,
    ) -> Option<Self> {
        let ran = |step: &&StepRecording| matches!(step, StepRecording::Ran { .. });
        recording.steps.iter().find(ran)?;
        let holds = !findings.iter().any(Finding::is_error);
        let what = labels
            .day(&recording.recorded_at)
            .map(|date| if holds { labels.verified(date) } else { labels.ran(date) });
        let engine = labels.engine_version(&recording.engine.version);
        let images = recording.images.iter().map(|image| self::image(image, labels));
        let summary =
            what.into_iter().chain([engine]).chain(images).collect::<Vec<_>>().join(" · ");

        let source = match recording.origin {
            Origin::Run => labels.live(),
            Origin::File => labels.replayed(),
            Origin::EarlierRun => labels.earlier_run(),
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

/// An image, and whether it is what a reader gets.
pub(super) fn image(image: &Image, labels: &Labels) -> String {
    match image.origin {
        ImageOrigin::Pulled => labels.image_pulled(&image.reference),
        ImageOrigin::Recipe => labels.image_rebuilt(&image.reference),
    }
}

/// What tells an image from all others: its registry's digest if it comes from one, else its ID.
pub(super) fn digest(image: &Image) -> &str {
    image.repo_digest.as_ref().unwrap_or(&image.id)
}

/// An engine in the terms of `docker version` and `docker info`.
pub(super) fn engine(engine: &Engine, labels: &Labels) -> String {
    let Engine { kind, version, client_version, api_version, storage_driver, .. } = engine;
    let version = labels.engine_version(version);
    format!(
        "{version} · client {client_version} · API {api_version} · {storage_driver} · \
         {kind}"
    )
}

/// The machine below an engine.
pub(super) fn machine(engine: &Engine) -> String {
    format!("Linux {} · {}", engine.kernel, engine.architecture)
}
