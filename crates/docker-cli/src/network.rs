//! `docker network …`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, found};
use crate::id::NetworkId;
use crate::read;

/// The commands on networks; see [`Docker::network`].
#[derive(Clone, Copy, Debug)]
pub struct Networks<'a>(pub(crate) &'a Docker);

impl Networks<'_> {
    /// Creates a network.
    pub fn create(&self, name: impl AsRef<OsStr>) -> Create {
        Create::new(self.0).positionals([name])
    }

    /// Lists networks.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Describes these networks.
    pub fn inspect<I>(&self, networks: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).positionals(networks)
    }

    /// Describes one network; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, network: impl AsRef<OsStr>) -> Result<Option<Network>, Error> {
        found(self.inspect([network]).call())
    }

    /// Removes these networks.
    pub fn rm<I>(&self, networks: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).positionals(networks)
    }
}

command! {
    /// `docker network create`
    Create = "network" "create" => NetworkId, read::last_line;
    /// The driver, instead of `bridge`.
    driver: value "--driver";
    /// No way out of this network.
    internal: switch "--internal";
    /// A label.
    label: pair "--label";
    /// Its addresses, as a CIDR block.
    subnet: value "--subnet";
}

command! {
    /// `docker network ls`
    Ls = "network" "ls" "--no-trunc" "--format={{json .}}" => Vec<Row>, read::json_lines;
    /// Only networks for which this holds: `name=…`, `label=…`, `driver=…`, `type=custom`.
    filter: value "--filter";
}

command! {
    /// `docker network inspect`. One missing network fails the whole call.
    Inspect = "network" "inspect" "--format={{json .}}" => Vec<Network>, read::json_lines;
}

command! {
    /// `docker network rm`. Those that can be removed are, also when the call fails.
    Rm = "network" "rm" => (), read::nothing;
    /// Networks that do not exist are no error (Docker 23 and later).
    force: switch "--force";
}

/// A row of `docker network ls`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Row {
    /// Its identifier.
    #[serde(rename = "ID")]
    pub id: NetworkId,
    /// Its name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// Its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// `local`, `swarm` or `global`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// The other columns.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A network, as `docker network inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Network {
    /// Its identifier.
    pub id: NetworkId,
    /// Its name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// Its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// `local`, `swarm` or `global`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// Whether it has no way out.
    #[serde(default, deserialize_with = "read::or_default")]
    pub internal: bool,
    /// Its labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The containers that are connected and running, by identifier.
    #[serde(default, deserialize_with = "read::or_default")]
    pub containers: BTreeMap<String, Value>,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
