//! What `docker image pull` and `push` say about their progress without a terminal.
//!
//! ```text
//! latest: Pulling from library/alpine
//! 4abcf2066143: Pulling fs layer
//! 4abcf2066143: Pull complete
//! Digest: sha256:c5b1261d6d3e43071626931fc004f70149baeba2c8ec672bd4f27761f8e1ad6b
//! Status: Downloaded newer image for alpine:latest
//! docker.io/library/alpine:latest
//! ```
//!
//! ```text
//! The push refers to repository [registry:5000/app]
//! 8d3ac3489996: Pushed
//! latest: digest: sha256:e7d88de73db3d3fd9b2d63aa7f447a10fd0220b7cbf39803c803f2af9ba256b3 size: 528
//! ```

use super::sealed::Parse;
use crate::error::Error;
use crate::output::Output;
use crate::process::Source;

/// Something that happened in a download or upload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferEvent {
    /// The state of a layer has changed.
    Layer {
        /// The beginning of its identifier: `4abcf2066143`.
        id: String,
        /// The state in docker's words: `Waiting`, `Downloading`, `Pull complete`, `Pushed`, …
        state: String,
        /// Whether nothing is left to do for this layer.
        is_done: bool,
    },
    /// The image's digest in the registry. An image for several platforms has that of its list.
    Digest {
        /// The tag; `None` in a download.
        tag: Option<String>,
        /// The digest: `sha256:…`
        digest: String,
    },
    /// Another line, such as `Status: Image is up to date for alpine:latest`.
    Other(String),
}

impl Parse for TransferEvent {
    type State = ();

    fn parse((): &mut (), source: Source, line: &str) -> Option<Self> {
        // Standard error becomes the error at the end.
        if source == Source::Stderr || line.trim().is_empty() {
            return None;
        }
        Some(Self::from_line(line.trim_end()))
    }
}

impl TransferEvent {
    fn from_line(line: &str) -> Self {
        if let Some((tag, digest)) = digest(line) {
            return Self::Digest { tag: tag.map(str::to_owned), digest: digest.to_owned() };
        }
        match line.split_once(": ") {
            Some((id, state)) if is_layer(id) => {
                Self::Layer { id: id.to_owned(), state: state.to_owned(), is_done: is_done(state) }
            }
            _ => Self::Other(line.to_owned()),
        }
    }
}

/// The tag and digest in `Digest: sha256:…` or `latest: digest: sha256:… size: 528`.
fn digest(line: &str) -> Option<(Option<&str>, &str)> {
    if let Some(digest) = line.strip_prefix("Digest: ") {
        return Some((None, digest));
    }
    let (tag, rest) = line.split_once(": digest: ")?;
    Some((Some(tag), rest.split(' ').next().unwrap_or(rest)))
}

/// The beginning of an identifier, as docker shortens it (moby, `stringid.TruncateID`).
fn is_layer(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_done(state: &str) -> bool {
    const DONE: [&str; 4] = ["Pull complete", "Already exists", "Pushed", "Layer already exists"];
    DONE.contains(&state) || state.starts_with("Mounted from ")
}

/// What [`Pull`](crate::image::Pull) downloaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pulled {
    /// The image's full name: `docker.io/library/alpine:latest`. With `all_tags`, the repository's.
    pub name: String,
    /// The image's digest in the registry: `sha256:…`. `None` with `quiet`. With `all_tags`, that of
    /// the last one.
    pub digest: Option<String>,
    /// Whether the daemon has a newer image now; `None` with `quiet`.
    pub is_new: Option<bool>,
}

/// An image that [`Push`](crate::image::Push) uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pushed {
    /// The tag: `latest`.
    pub tag: String,
    /// The image's digest in the registry: `sha256:…`
    pub digest: String,
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
#[expect(clippy::unnecessary_wraps, reason = "the signature of all parsers")]
pub(crate) fn pulled(output: Output) -> Result<Pulled, Error> {
    let text = output.stdout_text();
    let lines = || text.lines().map(str::trim_end);
    let status = lines().filter_map(|line| line.strip_prefix("Status: ")).next_back();
    Ok(Pulled {
        name: lines().next_back().unwrap_or_default().to_owned(),
        digest: lines().filter_map(digest).next_back().map(|(_, digest)| digest.to_owned()),
        is_new: status.map(|status| status.starts_with("Downloaded ")),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
#[expect(clippy::unnecessary_wraps, reason = "the signature of all parsers")]
pub(crate) fn pushed(output: Output) -> Result<Vec<Pushed>, Error> {
    let text = output.stdout_text();
    let digests = text.lines().filter_map(|line| {
        let (tag, digest) = digest(line.trim_end())?;
        Some(Pushed { tag: tag?.to_owned(), digest: digest.to_owned() })
    });
    Ok(digests.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_digests_and_other_lines_are_distinguished() {
        let layer = |id: &str, state: &str, is_done| TransferEvent::Layer {
            id: id.to_owned(),
            state: state.to_owned(),
            is_done,
        };
        let digest = |tag: Option<&str>, digest: &str| TransferEvent::Digest {
            tag: tag.map(str::to_owned),
            digest: digest.to_owned(),
        };
        let other = |line: &str| TransferEvent::Other(line.to_owned());
        for (line, event) in [
            ("Using default tag: latest", other("Using default tag: latest")),
            ("latest: Pulling from library/alpine", other("latest: Pulling from library/alpine")),
            ("4abcf2066143: Pulling fs layer", layer("4abcf2066143", "Pulling fs layer", false)),
            ("4abcf2066143: Pull complete ", layer("4abcf2066143", "Pull complete", true)),
            ("4abcf2066143: Already exists", layer("4abcf2066143", "Already exists", true)),
            ("Digest: sha256:c5b1", digest(None, "sha256:c5b1")),
            (
                "8d3ac3489996: Mounted from library/x",
                layer("8d3ac3489996", "Mounted from library/x", true),
            ),
            ("v1: digest: sha256:e7d8 size: 528", digest(Some("v1"), "sha256:e7d8")),
        ] {
            assert_eq!(TransferEvent::parse(&mut (), Source::Stdout, line), Some(event));
        }
        assert_eq!(TransferEvent::parse(&mut (), Source::Stdout, " "), None);
        assert_eq!(TransferEvent::parse(&mut (), Source::Stderr, "Digest: sha256:c5b1"), None);
    }
}
