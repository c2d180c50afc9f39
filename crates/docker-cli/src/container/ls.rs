//! `docker container ls`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::inspect::{Container, Inspect};
use crate::command::DockerCommand;
use crate::define::command;
use crate::error::Error;
use crate::id::ContainerId;
use crate::read;

command! {
    /// `docker container ls` (`docker ps`)
    Ls = "container" "ls" "--no-trunc" "--format={{json .}}" => Vec<Row>, read::json_lines;
    /// Includes containers that are not running.
    all: switch "--all";
    /// Lists only containers that match: `name=…`, `label=…`, `status=…`, `volume=…`.
    filter: list "--filter";
    /// Lists only this number of the newest containers, running or not.
    last: number "--last";
}

impl Ls {
    /// Returns the details of the containers in the list, by a second command. Those that are removed
    /// in between are left out.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn inspect(self) -> Result<Vec<Container>, Error> {
        let docker = self.0.docker();
        let ids = self.call()?.into_iter().map(|row| row.id);
        read::existing(Inspect::new(&docker).with_list(ids).call())
    }
}

/// A row of `docker container ls`. Every column is text; labels, for one, are separate only in the
/// result of [`Containers::inspect`](super::Containers::inspect).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Row {
    /// The container's identifier.
    #[serde(rename = "ID")]
    pub id: ContainerId,
    /// The names, separated by commas: the container's own, and `OTHER/ALIAS` for each link to it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub names: String,
    /// The image name with which the container was created.
    #[serde(default, deserialize_with = "read::or_default")]
    pub image: String,
    /// The program and its arguments, in quotation marks.
    #[serde(default, deserialize_with = "read::or_default")]
    pub command: String,
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub state: String,
    /// The state in a sentence: `Up 3 minutes (healthy)`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub status: String,
    /// The published ports: `0.0.0.0:8080->80/tcp`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub ports: String,
    /// The columns that are not typed.
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
