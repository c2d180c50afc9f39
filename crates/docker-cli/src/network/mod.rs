//! `docker network …`

mod inspect;

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

pub use crate::generated::network::*;
pub use inspect::{AddressPool, Ipam, Member, Network};

use crate::command::DockerCommand;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
use crate::id::NetworkId;
use crate::output::Output;
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

    /// Removes the networks that no container uses.
    pub fn prune(&self) -> Prune {
        Prune::new(self.0)
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

impl Ls {
    /// Returns the details of the networks in the list, by a second command. Those that are removed
    /// in between are left out.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn inspect(self) -> Result<Vec<Network>, Error> {
        let docker = self.0.docker();
        let ids = self.call()?.into_iter().map(|row| row.id);
        read::existing(Inspect::new(&docker).with_list(ids).call())
    }
}

command! {
    /// `docker network inspect`. If one network is missing, the call fails.
    Inspect = "network" "inspect" "--format={{json .}}" => Vec<Network>, read::json_lines;
}

command! {
    /// `docker network prune`, without a prompt. It returns the names of the removed networks.
    Prune = "network" "prune" "--force" => Vec<String>, pruned;
    /// Removes only networks that match: `label=…`, `label!=…`, `until=24h`.
    filter: list "--filter";
}

fn pruned(output: Output) -> Result<Vec<String>, Error> {
    read::names_below(output, "Deleted Networks:")
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
