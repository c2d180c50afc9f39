//! The networks, addresses and ports of a container.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::record;
use crate::port::{Ports, Publication};
use crate::read;

/// The networks, addresses and ports of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NetworkSettings {
    /// The ports that are published now, sorted; none while the container is stopped.
    #[serde(default, deserialize_with = "read::or_default")]
    pub ports: Ports<Publication>,
    /// Its connections by the names of the networks.
    #[serde(default, deserialize_with = "read::or_default")]
    pub networks: BTreeMap<String, Endpoint>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// A connection of a container to a network. Addresses are empty while the container is stopped.
    Endpoint {
        /// The network's identifier.
        #[serde(rename = "NetworkID")]
        network_id: String,
        /// The IPv4 address.
        #[serde(rename = "IPAddress")]
        ip_address: String,
        /// The length of the IPv4 network's prefix, in bits.
        #[serde(rename = "IPPrefixLen")]
        ip_prefix_len: u8,
        /// The IPv4 address of the gateway.
        gateway: String,
        /// The IPv6 address.
        #[serde(rename = "GlobalIPv6Address")]
        ipv6_address: String,
        /// The hardware address.
        mac_address: String,
        /// The names of the container in this network that were set with `--network-alias`.
        aliases: Vec<String>,
    }
}
