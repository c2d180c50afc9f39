//! The engine and the images that a chapter ran on.

use serde::{Deserialize, Serialize};

/// The engine that ran a chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// The kind of engine: so far always `process`.
    pub kind: String,
    /// The Docker Engine's version, as reported by the engine.
    pub version: String,
    /// The version of the `docker` program.
    #[serde(default)]
    pub client_version: String,
    /// The API version that client and server speak.
    pub api_version: String,
    /// The storage driver.
    pub storage_driver: String,
    /// The kernel's release.
    pub kernel: String,
    /// The machine's architecture as Docker names it, e.g. `amd64`.
    pub architecture: String,
}

/// An image that a chapter has used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The reference that the steps use.
    pub reference: String,
    /// The image's ID.
    pub id: String,
    /// The image's name by digest, if it comes from a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo_digest: Option<String>,
    /// Where the image comes from.
    pub origin: ImageOrigin,
    /// Whether it was not there before the first step: a step has pulled it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_pulled_by_step: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// An image that a chapter asked for in vain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnavailableImage {
    /// The image, in the short form with its tag.
    pub reference: String,
    /// What its registry said, and what to do, on one line.
    pub reason: String,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrigin {
    /// From a registry: readers get the same image.
    Pulled,
    /// From the Docker of whoever has recorded the chapter, where it was built.
    Docker,
    /// From a recipe of the book.
    Recipe,
}
