//! What `docker image load` says about its progress without a terminal.

use super::sealed::Parse;
use crate::process::Source;

/// Something that `docker image load` has done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadEvent {
    /// An image is loaded.
    Loaded {
        /// Its name, or the identifier of one without a name.
        image: String,
    },
    /// Another line.
    Other(String),
}

impl Parse for LoadEvent {
    type State = ();

    fn parse((): &mut (), source: Source, line: &str) -> Option<Self> {
        // Standard error becomes the error at the end.
        if source == Source::Stderr || line.trim().is_empty() {
            return None;
        }
        let loaded = loaded_image(line).map(|image| Self::Loaded { image: image.to_owned() });
        Some(loaded.unwrap_or_else(|| Self::Other(line.to_owned())))
    }
}

/// The name in `Loaded image: alpine:latest`, the identifier in `Loaded image ID: sha256:…`.
pub(crate) fn loaded_image(line: &str) -> Option<&str> {
    let named = line.strip_prefix("Loaded image: ");
    named.or_else(|| line.strip_prefix("Loaded image ID: ")).map(str::trim)
}
