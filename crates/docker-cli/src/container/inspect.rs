//! `docker container inspect`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::host::HostConfig;
use super::network::NetworkSettings;
use super::state::State;
use crate::define::{command, record};
use crate::id::{ContainerId, ImageId};
use crate::port::{Port, Ports, Publication};
use crate::read;
use crate::time::Time;

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
    /// The time of creation.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: Time,
    /// Whether and how its program runs.
    #[serde(default, deserialize_with = "read::or_default")]
    pub state: State,
    /// The identifier of its image.
    pub image: Option<ImageId>,
    /// How many times the daemon has restarted it by its restart policy.
    #[serde(default, deserialize_with = "read::or_default")]
    pub restart_count: u64,
    /// The part of its configuration that does not depend on the daemon's machine.
    #[serde(default, deserialize_with = "read::or_default")]
    pub config: Config,
    /// The part of its configuration that does: limits, requested ports, when it restarts.
    #[serde(default, deserialize_with = "read::or_default")]
    pub host_config: HostConfig,
    /// The volumes and directories that it has. A tmpfs that was set with `--tmpfs` is in
    /// [`HostConfig::tmpfs`] only.
    #[serde(default, deserialize_with = "read::or_default")]
    pub mounts: Vec<Mount>,
    /// Its networks and addresses, and the ports that are published while it runs.
    #[serde(default, rename = "NetworkSettings", deserialize_with = "read::or_default")]
    pub network: NetworkSettings,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Container {
    /// The name without the leading `/`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.strip_prefix('/').unwrap_or(&self.name)
    }

    /// Where a TCP port is published while the container runs: the first address, and the port there.
    #[must_use]
    pub fn published(&self, port: u16) -> Option<&Publication> {
        let is_it = |publication: &&Publication| {
            publication.port.number == port && publication.port.protocol == "tcp"
        };
        self.network.ports.iter().find(is_it)
    }
}

/// The configuration of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The image name with which it was created.
    #[serde(default, deserialize_with = "read::or_default")]
    pub image: String,
    /// The host name inside the container.
    #[serde(default, deserialize_with = "read::or_default")]
    pub hostname: String,
    /// The user of its program: `USER[:GROUP]`, names or numbers; empty for root.
    #[serde(default, deserialize_with = "read::or_default")]
    pub user: String,
    /// The working directory; empty for `/`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub working_dir: String,
    /// The environment variables: `NAME=value`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub env: Vec<String>,
    /// The arguments; if there is no entry point, the program and its arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cmd: Vec<String>,
    /// The entry point: the program and its first arguments.
    #[serde(default, deserialize_with = "read::or_default")]
    pub entrypoint: Vec<String>,
    /// The ports that its image or `--expose` names, sorted.
    #[serde(default, deserialize_with = "read::or_default")]
    pub exposed_ports: Ports<Port>,
    /// The labels, including those of the image.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// Whether it has a terminal.
    #[serde(default, deserialize_with = "read::or_default")]
    pub tty: bool,
    /// The signal that stops it; empty for SIGTERM.
    #[serde(default, deserialize_with = "read::or_default")]
    pub stop_signal: String,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// A volume, directory or tmpfs in a container.
    Mount {
        /// `volume`, `bind`, `tmpfs`, …
        #[serde(rename = "Type")]
        kind: String,
        /// The volume's name; else empty.
        name: String,
        /// The directory on the daemon's machine; empty for a tmpfs.
        source: String,
        /// The path in the container.
        destination: String,
        /// The volume's driver; else empty.
        driver: String,
        /// The options, such as `z` or `ro`.
        mode: String,
        /// Whether the container can write to it.
        #[serde(rename = "RW")]
        writable: bool,
    }
}
