//! `docker compose config`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::read;

command! {
    /// `docker compose config`. It returns the project's files as one, with variables replaced.
    Config = "compose" "config" "--format=json" => ProjectConfig, read::json;
    /// Leaves variables as they are.
    no_interpolate: switch "--no-interpolate";
    /// Replaces the tags of images by digests.
    resolve_image_digests: switch "--resolve-image-digests";
}

impl Config {
    /// Adds an argument `SERVICE`: only these and the services that they depend on; can be repeated.
    pub fn service(mut self, service: impl AsRef<OsStr>) -> Self {
        self.0.positional(service);
        self
    }
}

/// The description of a project (<https://github.com/compose-spec/compose-spec>), as compose
/// completes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct ProjectConfig {
    /// The name of the project.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The services by their names.
    #[serde(default, deserialize_with = "read::or_default")]
    pub services: BTreeMap<String, Value>,
    /// The networks by their names in the files; `name` in each is its name for the daemon.
    #[serde(default, deserialize_with = "read::or_default")]
    pub networks: BTreeMap<String, Value>,
    /// The volumes by their names in the files; `name` in each is its name for the daemon.
    #[serde(default, deserialize_with = "read::or_default")]
    pub volumes: BTreeMap<String, Value>,
    /// The keys that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
