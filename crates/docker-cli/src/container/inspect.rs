//! `docker container inspect`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::id::{ContainerId, ImageId};
use crate::read;

command! {
    /// `docker container inspect`. If one container is missing, the call fails.
    Inspect = "container" "inspect" "--format={{json .}}" => Vec<Container>, read::json_lines;
    /// Computes the sizes of the file systems, which is slow.
    size: switch "--size";
}

/// A container, as `docker container inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Container {
    /// The container's identifier.
    pub id: ContainerId,
    /// The name with a leading `/`; see [`short_name`](Self::short_name).
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The time of creation: RFC 3339.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: String,
    /// Whether and how its program runs.
    #[serde(default, deserialize_with = "read::or_default")]
    pub state: State,
    /// The identifier of its image.
    pub image: Option<ImageId>,
    /// The part of its configuration that does not depend on the daemon's machine.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// The fields that are not typed: mounts, network settings, the host configuration.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Container {
    /// The name without the leading `/`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.strip_prefix('/').unwrap_or(&self.name)
    }
}

/// The state of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct State {
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub status: String,
    /// Whether its program runs or is paused.
    #[serde(default, deserialize_with = "read::or_default")]
    pub running: bool,
    /// The exit status of its program, once it has ended.
    #[serde(default, deserialize_with = "read::or_default")]
    pub exit_code: i64,
    /// The process ID of its program on the daemon's machine; 0 if it is not running.
    #[serde(default, deserialize_with = "read::or_default")]
    pub pid: i64,
    /// Why it could not be started; else empty.
    #[serde(default, deserialize_with = "read::or_default")]
    pub error: String,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The configuration of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The image name with which it was created.
    #[serde(default, deserialize_with = "read::or_default")]
    pub image: String,
    /// The environment variables: `NAME=value`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub env: Vec<String>,
    /// The arguments; if there is no entry point, the program and its arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cmd: Vec<String>,
    /// The entry point: the program and its first arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub entrypoint: Vec<String>,
    /// The labels, including those of the image.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
