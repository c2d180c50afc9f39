//! `docker network …`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
pub use crate::generated::network::*;
use crate::id::NetworkId;
use crate::read;

/// The `docker network` commands; see [`Docker::network`].
#[derive(Clone, Copy, Debug)]
pub struct Networks<'a>(pub(crate) &'a Docker);

impl Networks<'_> {
    /// Creates a network.
    pub fn create(&self, name: impl AsRef<OsStr>) -> Create {
        Create::new(self.0).with_positionals([name])
    }

    /// Lists networks.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Returns the details of networks.
    pub fn inspect<I>(&self, networks: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).with_list(networks)
    }

    /// Returns the details of one network; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, network: impl AsRef<OsStr>) -> Result<Option<Network>, Error> {
        first_if_exists(self.inspect([network]).call())
    }

    /// Removes networks.
    pub fn rm<I>(&self, networks: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).with_list(networks)
    }
}

command! {
    /// `docker network create`
    Create = "network" "create" => NetworkId, read::last_line;
    /// Sets the driver instead of `bridge`.
    driver: value "--driver";
    /// Isolates the network from the outside.
    internal: switch "--internal";
    /// Sets a label.
    label: pair "--label";
    /// Sets the range of addresses, in CIDR notation.
    subnet: list "--subnet";
}

command! {
    /// `docker network ls`
    Ls = "network" "ls" "--no-trunc" "--format={{json .}}" => Vec<Row>, read::json_lines;
    /// Lists only networks that match: `name=…`, `label=…`, `driver=…`, `type=custom`.
    filter: list "--filter";
}

command! {
    /// `docker network inspect`. If one network is missing, the call fails.
    Inspect = "network" "inspect" "--format={{json .}}" => Vec<Network>, read::json_lines;
}

command! {
    /// `docker network rm`. If it fails for one network, it still removes the others.
    Rm = "network" "rm" => (), read::ignore;
    /// Ignores networks that do not exist (Docker 23 and later).
    force: switch "--force";
}

/// A row of `docker network ls`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Row {
    /// The network's identifier.
    #[serde(rename = "ID")]
    pub id: NetworkId,
    /// The network's name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The driver: `bridge`, `host`, `overlay`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// The scope: `local`, `swarm` or `global`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// The columns that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A network, as `docker network inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Network {
    /// The network's identifier.
    pub id: NetworkId,
    /// The network's name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The driver: `bridge`, `host`, `overlay`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// The scope: `local`, `swarm` or `global`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// Whether it is isolated from the outside.
    #[serde(default, deserialize_with = "read::or_default")]
    pub internal: bool,
    /// The network's labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The running containers that are connected, by identifier.
    #[serde(default, deserialize_with = "read::or_default")]
    pub containers: BTreeMap<String, Value>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
