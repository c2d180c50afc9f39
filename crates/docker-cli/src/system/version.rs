//! `docker version`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::read;

command! {
    /// `docker version`
    GetVersion = "version" "--format={{json .}}" => Version, read::json;
}

/// The versions of both sides.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Version {
    /// The docker program.
    pub client: ClientVersion,
    /// The daemon.
    pub server: ServerVersion,
}

/// The version of the docker program.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ClientVersion {
    /// Its version: `28.2.2`.
    pub version: String,
    /// The version of the API that it speaks with this daemon: `1.45`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub api_version: String,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The version of the daemon.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServerVersion {
    /// Its version: `26.1.5+dfsg1`.
    pub version: String,
    /// The newest version of the API that it speaks: `1.45`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub api_version: String,
    /// The oldest one.
    #[serde(default, rename = "MinAPIVersion", deserialize_with = "read::or_default")]
    pub min_api_version: String,
    /// `linux` or `windows`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub os: String,
    /// `amd64`, `arm64`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub arch: String,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl ServerVersion {
    /// The first number of the version: 26 for `26.1.5+dfsg1`.
    #[must_use]
    pub fn major(&self) -> Option<u32> {
        self.version.split('.').next()?.parse().ok()
    }
}
