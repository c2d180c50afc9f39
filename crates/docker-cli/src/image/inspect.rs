//! `docker image inspect`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::id::ImageId;
use crate::read;

command! {
    /// `docker image inspect`. One missing image fails the whole call.
    Inspect = "image" "inspect" "--format={{json .}}" => Vec<Image>, read::json_lines;
}

/// An image, as `docker image inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Image {
    /// Its identifier.
    pub id: ImageId,
    /// Its names: `alpine:latest`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub repo_tags: Vec<String>,
    /// Its names by digest, as registries know it: `alpine@sha256:…`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub repo_digests: Vec<String>,
    /// When it was made: RFC 3339; empty where the build left it out.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: String,
    /// `amd64`, `arm64`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub architecture: String,
    /// `linux` or `windows`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub os: String,
    /// Its size in bytes.
    #[serde(default, deserialize_with = "read::or_default")]
    pub size: u64,
    /// What its containers start with.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// What the containers of an image start with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The environment: `NAME=value`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub env: Vec<String>,
    /// The arguments, or the program where there is no entry point.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cmd: Vec<String>,
    /// The entry point.
    #[serde(default, deserialize_with = "read::or_default")]
    pub entrypoint: Vec<String>,
    /// The labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
