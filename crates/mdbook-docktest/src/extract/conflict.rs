//! `output` blocks of the same step that expect the same.

use crate::model::engine_versions::EngineVersions;
use crate::model::scenario::Expectation;
use crate::model::stream::Streams;

const GIVE_EACH_VERSIONS: &str =
    "add `engine` to both, with versions that do not overlap, such as `<23` and `>=23`";

/// Why a step cannot have another `output` block.
pub(super) struct Conflict {
    pub(super) message: String,
    pub(super) help: &'static str,
}

impl Conflict {
    /// Returns what an expectation has in common with a new one: a stream on a version of the engine. `None` if
    /// the step can have both.
    pub(super) fn with(
        known: &Expectation,
        streams: Streams,
        engine: Option<&EngineVersions>,
    ) -> Option<Self> {
        let known_streams = known.attributes.streams;
        if !known_streams.overlaps(streams) {
            return None;
        }
        let what = format!("an `output` block above already expects {known_streams}");
        let (message, help) = match (known.engine.as_ref(), engine) {
            (None, None) => {
                (what, "use one `output` block; or `output stdout` and `output stderr`")
            }
            (Some(known), Some(new)) => {
                let common = known.first_common(new)?;
                let help = "use versions that do not overlap, such as `<23` and `>=23`";
                (format!("{what} on Docker Engine {common}"), help)
            }
            (None, Some(_)) => {
                (format!("{what} on all versions of Docker Engine"), GIVE_EACH_VERSIONS)
            }
            (Some(known), None) => {
                (format!("{what} on Docker Engine `{known}`"), GIVE_EACH_VERSIONS)
            }
        };
        Some(Self { message, help })
    }
}
