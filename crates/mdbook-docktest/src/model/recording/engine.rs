//! What a chapter ran on.

use serde::{Deserialize, Serialize};

/// The engine that ran a chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// `process` (later also `dind`, `host`).
    pub kind: String,
    /// The Docker Engine's version, as it says itself.
    pub version: String,
    /// The docker program's version.
    #[serde(default)]
    pub client_version: String,
    /// The API version that client and server speak.
    pub api_version: String,
    /// The storage driver.
    pub storage_driver: String,
    /// The kernel's release.
    pub kernel: String,
    /// The machine's architecture, in Docker's words.
    pub architecture: String,
}

/// An image that was provided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The reference that the steps use.
    pub reference: String,
    /// The image's ID.
    pub id: String,
    /// Its name by digest, as its registry knows it, if it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo_digest: Option<String>,
    /// Where it comes from.
    pub origin: ImageOrigin,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrigin {
    /// From a registry: the image that a reader gets, too.
    Pulled,
    /// Built from the book's own recipe.
    Recipe,
}
