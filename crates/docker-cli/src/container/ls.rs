//! `docker container ls`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::id::ContainerId;
use crate::read;

command! {
    /// `docker container ls` (`docker ps`)
    Ls = "container" "ls" "--no-trunc" "--format={{json .}}" => Vec<Row>, read::json_lines;
    /// Containers that do not run too.
    all: switch "--all";
    /// Only containers for which this holds: `name=…`, `label=…`, `status=…`, `volume=…`.
    filter: value "--filter";
    /// The newest ones, so many, running or not.
    last: number "--last";
}

/// A row of `docker container ls`. Docker prints text in every column; what it flattens, such as
/// labels, [`Containers::inspect`](super::Containers::inspect) gives in its parts.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Row {
    /// The identifier.
    #[serde(rename = "ID")]
    pub id: ContainerId,
    /// The names, separated by commas: the container's, then those that links gave it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub names: String,
    /// The image, as it was named when the container was created.
    #[serde(default, deserialize_with = "read::or_default")]
    pub image: String,
    /// The command, between quotation marks.
    #[serde(default, deserialize_with = "read::or_default")]
    pub command: String,
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub state: String,
    /// The state in words: `Up 3 minutes (healthy)`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub status: String,
    /// The ports: `0.0.0.0:8080->80/tcp`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub ports: String,
    /// The other columns.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Row {
    /// The container's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.split(',').find(|name| !name.contains('/')).unwrap_or(&self.names)
    }
}
