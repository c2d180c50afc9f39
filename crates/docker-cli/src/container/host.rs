//! The part of a container's configuration that depends on the daemon's machine.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::record;
use crate::port::{Ports, Publication};
use crate::read;

/// The part of a container's configuration that depends on the daemon's machine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HostConfig {
    /// Whether the container is removed when its program ends (`--rm`).
    #[serde(default, deserialize_with = "read::or_default")]
    pub auto_remove: bool,
    /// The ports that were requested with `--publish`, sorted.
    #[serde(default, deserialize_with = "read::or_default")]
    pub port_bindings: Ports<Publication>,
    /// Whether all exposed ports are published (`--publish-all`).
    #[serde(default, deserialize_with = "read::or_default")]
    pub publish_all_ports: bool,
    /// The options of each tmpfs that was set with `--tmpfs`, by its path.
    #[serde(default, deserialize_with = "read::or_default")]
    pub tmpfs: BTreeMap<String, String>,
    /// What was set with `--volume`: `SOURCE:TARGET[:OPTIONS]`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub binds: Vec<String>,
    /// `bridge`, `host`, `none`, `container:ID` or the name of a network.
    #[serde(default, deserialize_with = "read::or_default")]
    pub network_mode: String,
    /// When the daemon restarts it.
    #[serde(default, deserialize_with = "read::or_default")]
    pub restart_policy: RestartPolicy,
    /// The memory limit in bytes; 0 for none.
    #[serde(default, deserialize_with = "read::or_default")]
    pub memory: i64,
    /// The limit of memory and swap together in bytes; 0 for none, -1 for unlimited swap.
    #[serde(default, deserialize_with = "read::or_default")]
    pub memory_swap: i64,
    /// The limit of processor time in billionths of a processor; 0 for none.
    #[serde(default, deserialize_with = "read::or_default")]
    pub nano_cpus: i64,
    /// The limit of processes; `None`, 0 or -1 for none.
    #[serde(default)]
    pub pids_limit: Option<i64>,
    /// Whether it has all privileges.
    #[serde(default, deserialize_with = "read::or_default")]
    pub privileged: bool,
    /// Whether its root file system is read-only.
    #[serde(default, rename = "ReadonlyRootfs", deserialize_with = "read::or_default")]
    pub read_only: bool,
    /// The capabilities that were added.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cap_add: Vec<String>,
    /// The capabilities that were dropped.
    #[serde(default, deserialize_with = "read::or_default")]
    pub cap_drop: Vec<String>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// When the daemon restarts a container.
    RestartPolicy {
        /// `no`, `on-failure`, `always` or `unless-stopped`.
        name: String,
        /// How many times, at most, with `on-failure`; 0 for no limit.
        maximum_retry_count: u64,
    }
}
