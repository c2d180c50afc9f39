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

/// The versions of the client and the daemon.
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
    /// The program's version: `28.2.2`.
    pub version: String,
    /// The API version that it uses with this daemon: `1.45`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub api_version: String,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The version of the daemon.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServerVersion {
    /// The daemon's version: `26.1.5+dfsg1`.
    pub version: String,
    /// The newest API version that it supports: `1.45`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub api_version: String,
    /// The oldest API version that it supports.
    #[serde(default, rename = "MinAPIVersion", deserialize_with = "read::or_default")]
    pub min_api_version: String,
    /// The operating system: `linux` or `windows`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub os: String,
    /// The architecture: `amd64`, `arm64`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub arch: String,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl ServerVersion {
    /// The first number of the version: 26 of `26.1.5+dfsg1`.
    #[must_use]
    pub fn major(&self) -> Option<u32> {
        self.version.split('.').next()?.parse().ok()
    }
}
