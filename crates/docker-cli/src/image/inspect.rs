//! `docker image inspect`

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::define::{command, record};
use crate::id::ImageId;
use crate::port::{Port, Ports};
use crate::read;
use crate::time::Time;

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
    /// The time of creation; empty if the build did not set it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: Time,
    /// The architecture: `amd64`, `arm64`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub architecture: String,
    /// The variant of the architecture, such as `v8`; else empty.
    #[serde(default, deserialize_with = "read::or_default")]
    pub variant: String,
    /// The operating system: `linux` or `windows`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub os: String,
    /// The size of its file system in bytes.
    #[serde(default, deserialize_with = "read::or_default")]
    pub size: u64,
    /// The defaults of its containers.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// The layers of its file system.
    #[serde(default, rename = "RootFS", deserialize_with = "read::or_default")]
    pub root_fs: RootFs,
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
    /// The user: `USER[:GROUP]`, names or numbers; empty for root.
    #[serde(default, deserialize_with = "read::or_default")]
    pub user: String,
    /// The working directory; empty for `/`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub working_dir: String,
    /// The ports that it names, sorted.
    #[serde(default, deserialize_with = "read::or_default")]
    pub exposed_ports: Ports<Port>,
    /// The paths of anonymous volumes.
    #[serde(default, deserialize_with = "keys")]
    pub volumes: Vec<String>,
    /// The signal that stops containers; empty for SIGTERM.
    #[serde(default, deserialize_with = "read::or_default")]
    pub stop_signal: String,
    /// The labels, which containers inherit.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// The layers of an image's file system.
    RootFs {
        /// The digest of each layer's archive, the lowest first.
        layers: Vec<String>,
    }
}

/// For serde: the keys of a map.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let map: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    Ok(map.unwrap_or_default().into_keys().collect())
}
