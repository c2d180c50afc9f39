//! `docker image inspect`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::id::ImageId;
use crate::read;

command! {
    /// `docker image inspect`. If one image is missing, the call fails.
    Inspect = "image" "inspect" "--format={{json .}}" => Vec<Image>, read::json_lines;
}

/// An image, as `docker image inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Image {
    /// The image's identifier.
    pub id: ImageId,
    /// The names with tags: `alpine:latest`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub repo_tags: Vec<String>,
    /// The names with the digest in the registry: `alpine@sha256:…`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub repo_digests: Vec<String>,
    /// The time of creation: RFC 3339; empty if the build did not set it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: String,
    /// The architecture: `amd64`, `arm64`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub architecture: String,
    /// The operating system: `linux` or `windows`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub os: String,
    /// The size of its file system in bytes.
    #[serde(default, deserialize_with = "read::or_default")]
    pub size: u64,
    /// The defaults of its containers.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The defaults of an image's containers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The environment variables: `NAME=value`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub env: Vec<String>,
    /// The arguments; if there is no entry point, the program and its arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cmd: Vec<String>,
    /// The entry point: the program and its first arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub entrypoint: Vec<String>,
    /// The labels, which containers inherit.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
