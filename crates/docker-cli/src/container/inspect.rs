//! `docker container inspect`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::id::{ContainerId, ImageId};
use crate::read;

command! {
    /// `docker container inspect`. One missing container fails the whole call.
    Inspect = "container" "inspect" "--format={{json .}}" => Vec<Container>, read::json_lines;
    /// Computes the sizes of the file system, which takes time.
    size: switch "--size";
}

/// A container, as `docker container inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Container {
    /// Its identifier.
    pub id: ContainerId,
    /// Its name, with the `/` that Docker puts in front of it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// When it was created: RFC 3339.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: String,
    /// What it does.
    #[serde(default, deserialize_with = "read::or_default")]
    pub state: State,
    /// Its image.
    pub image: Option<ImageId>,
    /// What it was created with, where the daemon's machine does not matter.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// What else Docker says: mounts, network settings, the host's configuration.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Container {
    /// Its name, without the `/`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.strip_prefix('/').unwrap_or(&self.name)
    }
}

/// What a container does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct State {
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub status: String,
    /// Whether its program runs; paused programs do.
    #[serde(default, deserialize_with = "read::or_default")]
    pub running: bool,
    /// The exit status of its program, or that of the run before.
    #[serde(default, deserialize_with = "read::or_default")]
    pub exit_code: i64,
    /// The process number of its program on the daemon's machine; 0 when it does not run.
    #[serde(default, deserialize_with = "read::or_default")]
    pub pid: i64,
    /// Why it could not be started.
    #[serde(default, deserialize_with = "read::or_default")]
    pub error: String,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// What a container was created with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The image, as it was named.
    #[serde(default, deserialize_with = "read::or_default")]
    pub image: String,
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
